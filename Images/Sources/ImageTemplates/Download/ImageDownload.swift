// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// Gets one image from a server into the cache.
struct ImageDownload {
    let server: ImageServer
    let image: ListedImage
    let client: any HTTPClient
    let cache: ImageCache
    let signatures: SignatureCheck?
    let validates: Bool

    /// Real ones have 2 KiB, and up to 1 GiB.
    private static let mostMetadata: Int64 = 16 << 20
    private static let mostTree: Int64 = 16 << 30
    static let trees = ["rootfs.tar.xz", "rootfs.squashfs"]

    func run() throws(ImageFailure) {
        try prepare()
        let digests = try digests()
        let meta = "meta.tar.xz"
        guard try fetch(meta, digests, Self.mostMetadata) != nil else {
            throw ImageFailure("\(url(meta)) does not exist: it is no image for LXC")
        }
        for tree in Self.trees {
            guard let digest = try fetch(tree, digests, Self.mostTree) else { continue }
            let folder = cache.partial + "/meta"
            try cache.remove(folder)
            let handle = try attempt("cannot use the cache") { () throws(KernelError) in
                try HostPath.makeDirectories(folder)
                return try DirectoryHandle(opening: folder)
            }
            try ImageMetadata.unpack(try FileSource(opening: cache.partial + "/" + meta), into: handle)
            try cache.publish(ImageCache.Record(server: server.base, build: image.build, tree: tree, digest: digest))
            return
        }
        throw ImageFailure("\(url("rootfs.tar.xz")) does not exist", advice: "the image has no root filesystem for LXC")
    }

    private func url(_ name: String) -> String { server.url(image.path.hasSuffix("/") ? image.path + name : image.path + "/" + name) }

    /// What another build left is of no use.
    private func prepare() throws(ImageFailure) {
        let mark = cache.partial + "/build"
        let text = server.base + "\n" + image.build + "\n"
        // try?: no mark, or none that can be read, is the mark of something else.
        if (try? WholeFile.text(mark, limit: 4096)) == text { return }
        try cache.remove(cache.partial)
        try attempt("cannot use the cache") { () throws(KernelError) in
            try HostPath.makeDirectories(cache.partial)
            try AtomicFile.write(mark, text.kernelBytes, mode: 0o644)
        }
    }

    /// The digests of the image's files by name; nil when the server has none.
    private func digests() throws(ImageFailure) -> [String: Digest]? {
        guard validates else {
            Surroundings.warn("WARNING: nothing is validated: the image is whatever \(server.base) sends")
            return nil
        }
        guard let bytes = try client.bytes(of: url("SHA256SUMS"), limit: 1 << 20) else {
            if !image.digests.isEmpty { return image.digests }
            if signatures == nil && server.isPlain {
                throw ImageFailure(
                    "\(server.base) has no digests of the image (SHA256SUMS), and everybody on the way can change what it sends",
                    advice: "use https://, give a keyring, or say --no-validate")
            }
            return nil
        }
        try signatures?.check(bytes, url("SHA256SUMS"), client)
        var found: [String: Digest] = [:]
        for line in String(kernelBytes: bytes).split(separator: "\n" as Character) {
            let words = line.split(separator: " " as Character, maxSplits: 1)
            guard words.count == 2, let digest = Digest(hex: words[0].lowercased()) else { continue }
            found[String(words[1].drop { $0 == " " || $0 == "*" })] = digest
        }
        // What the index says counts more: it was there before the file could be changed.
        return found.merging(image.digests) { _, listed in listed }
    }

    /// Gets a file, the rest of it when a part is there already; its digest, or nil when the server does not have it.
    private func fetch(_ name: String, _ digests: [String: Digest]?, _ limit: Int64) throws(ImageFailure) -> Digest? {
        let place = cache.partial + "/" + name
        let hadPart =
            try attempt("cannot use the cache") { () throws(KernelError) in try FileStatus.ifPresent(place, followLinks: false)?.size ?? 0 }
            > 0
        guard try transfer(name, to: place, limit) else { return nil }
        var digest = try Self.digest(of: place)
        if let digests {
            guard let expected = digests[name] else { throw ImageFailure("the digests of \(url("")) have none of \(name)") }
            if digest != expected && hadPart {
                // What was there may have been the beginning of something else.
                try cache.remove(place)
                guard try transfer(name, to: place, limit) else { return nil }
                digest = try Self.digest(of: place)
            }
            if digest != expected {
                try cache.remove(place)
                throw ImageFailure(
                    "\(url(name)) is not what the server says: it has the digest \(digest)",
                    advice: "it was removed; try again later")
            }
        } else if let signatures {
            do { try signatures.check(file: place, url(name), client) } catch {
                try cache.remove(place)
                throw error
            }
        } else if validates && name == "meta.tar.xz" {
            Surroundings.say("\(server.base) has no digests of the image; only its certificate vouches for it")
        }
        return digest
    }

    /// False when the server does not have the file.
    private func transfer(_ name: String, to place: String, _ limit: Int64) throws(ImageFailure) -> Bool {
        let file = try attempt("cannot use the cache") { () throws(KernelError) in
            SharedDescriptor(try OwnedDescriptor(opening: place, [.readWrite, .create, .noFollow], mode: 0o644))
        }
        var position = try attempt("cannot use the cache") { () throws(KernelError) in try FileStatus(of: file.owned).size }
        var bar = ProgressBar(name)
        for _ in 0..<2 {
            if position > 0 { Surroundings.say("going on with \(name) at \(position >> 20) MiB") }
            let outcome = try client.get(HTTPRequest(url: url(name), offset: position, limit: limit)) { (piece, all) throws(ImageFailure) in
                try attempt("cannot keep \(name)") { () throws(KernelError) in try file.owned.write(piece, at: position) }
                position += Int64(piece.count)
                bar.show(position, of: all)
            }
            switch outcome {
            case .complete:
                bar.finish()
                return true
            case .missing:
                try cache.remove(place)
                return false
            case .cannotResume:
                position = 0
                try attempt("cannot keep \(name)") { () throws(KernelError) in try file.owned.setSize(0) }
            }
        }
        throw ImageFailure("\(url(name)): the server gives neither all of it nor the rest")
    }

    static func digest(of path: String) throws(ImageFailure) -> Digest { try DigestingSource(try FileSource(opening: path)).finish() }
}
