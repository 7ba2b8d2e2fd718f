// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// Where one image lies once it was downloaded: `download/DIST/RELEASE/ARCH/VARIANT` beneath the folder for such things.
///
/// `VARIANT/meta` has the files of its metadata, `VARIANT/record` says what it is; that file comes last, so a folder without it is no image.
struct ImageCache {
    private let folder: String
    private let name: String
    /// The finished image.
    var ready: String { folder + "/" + name }
    /// What is being downloaded, kept for the next attempt when that breaks off.
    var partial: String { folder + "/." + name + ".partial" }

    /// What is known of a finished image.
    struct Record: Equatable {
        let server: String
        let build: String
        /// Name of the file with the root filesystem, and its digest.
        let tree: String
        let digest: Digest
    }

    /// `base`: the folder for everything that LXC downloads.
    init(_ base: String, _ distribution: String, _ release: String, _ architecture: String, _ variant: String) {
        folder = "\(base)/download/\(distribution)/\(release)/\(architecture)"
        name = variant
    }

    /// Keeps others from changing this image while a body runs.
    func locked<Value>(_ body: () throws(ImageFailure) -> Value) throws(ImageFailure) -> Value {
        let file = try attempt("cannot use the cache") { () throws(KernelError) in
            try HostPath.makeDirectories(folder)
            let file = try OwnedDescriptor(opening: folder + "/." + name + ".lock", [.writeOnly, .create, .noFollow], mode: 0o600)
            // The other download may be a large one.
            guard try FileLock.lock(file, until: .now + .seconds(1800)) else {
                throw KernelError(call: "fcntl", errno: .timedOut, subject: folder + "/." + name + ".lock")
            }
            return file
        }
        let value = try body()
        _ = consume file
        return value
    }

    /// What is there; nil when nothing complete is.
    func record() -> Record? {
        // try?: whatever is wrong with it, it is downloaded anew.
        guard let text = try? WholeFile.text(ready + "/record", limit: 4096) else { return nil }
        let lines = text.split(separator: "\n" as Character, omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 4, let digest = Digest(hex: lines[3]), ListedImage.isName(lines[2]) else { return nil }
        return Record(server: lines[0], build: lines[1], tree: lines[2], digest: digest)
    }

    /// The metadata of what is there.
    func metadata() throws(ImageFailure) -> DirectoryHandle {
        try attempt("cannot use the cache") { () throws(KernelError) in try DirectoryHandle(opening: ready + "/meta") }
    }

    /// Whether the image says of itself that it is too old by now.
    func hasExpired(isMapped: Bool, now: Int64) throws(ImageFailure) -> Bool {
        let text = try ImageMetadata(try metadata(), isMapped: isMapped).text("expiry") ?? ""
        guard let end = Int64(text.filter { !$0.isWhitespace }) else { return false }
        return end < now
    }

    func remove(_ path: String) throws(ImageFailure) {
        do throws(KernelError) {
            if let stayed = try TreeRemoval.remove(path).remaining.first { throw stayed.error }
        } catch {
            if error.errno != .noSuchFileOrDirectory { throw ImageFailure("cannot remove \(path)", error) }
        }
    }

    /// Makes what was downloaded the finished image.
    func publish(_ record: Record) throws(ImageFailure) {
        try attempt("cannot finish the download") { () throws(KernelError) in
            let text = [record.server, record.build, record.tree, record.digest.hex].joined(separator: "\n") + "\n"
            try AtomicFile.write(partial + "/record", text.kernelBytes, mode: 0o644)
        }
        try remove(ready)
        try attempt("cannot finish the download") { () throws(KernelError) in try HostPath.rename(partial, to: ready) }
    }
}
