// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// One image of a server.
struct ListedImage: Equatable {
    let distribution: String
    let release: String
    let architecture: String
    let variant: String
    let build: String
    /// Folder of its files on the server.
    let path: String
    /// Digests of its files by name, where the list itself has them.
    var digests: [String: Digest] = [:]

    /// A line of an index: six words with semicolons between.
    ///
    /// Nil for a line with words that cannot be parts of a path; they become folders of the cache.
    init?(line: String) {
        let words = line.split(separator: ";" as Character, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 6, words[..<5].allSatisfy(Self.isName) else { return nil }
        let path = words[5]
        guard path.utf8.allSatisfy(ImageServer.isPlainCharacter), !path.contains(".."), !path.isEmpty else { return nil }
        (distribution, release, architecture, variant, build) = (words[0], words[1], words[2], words[3], words[4])
        self.path = path
    }

    /// The parts of an image, under the same rules.
    init?(_ words: [String], path: String, digests: [String: Digest]) {
        self.init(line: (words + [path]).joined(separator: ";"))
        self.digests = digests
    }

    /// Whether a word may be the name of a folder, and of nothing else.
    static func isName(_ word: String) -> Bool {
        !word.isEmpty && word.utf8.count <= 100 && !word.hasPrefix(".") && !word.hasPrefix("-")
            && word.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "-._+~:@".utf8.contains($0)
            }
    }
}

/// All images of a server for one kind of container.
struct ImageIndex {
    /// Newest build first among those of the same image.
    let images: [ListedImage]
    /// Lines that were passed over.
    let unusable: Int

    /// The real index has 60 KiB.
    static let mostBytes: Int64 = 16 << 20

    init(_ bytes: [UInt8]) {
        var images: [ListedImage] = []
        var unusable = 0
        for line in bytes.split(separator: 0x0A) {
            if let image = ListedImage(line: String(kernelBytes: line)) { images.append(image) } else { unusable += 1 }
        }
        self.init(images, unusable: unusable)
    }

    init(_ images: [ListedImage], unusable: Int) {
        self.images = images.sorted { first, second in
            let keys = (
                [first.distribution, first.release, first.architecture, first.variant],
                [second.distribution, second.release, second.architecture, second.variant]
            )
            return keys.0 == keys.1 ? first.build > second.build : keys.0.lexicographicallyPrecedes(keys.1)
        }
        self.unusable = unusable
    }

    /// Gets the index; the one for this generation of the format comes first.
    static func fetch(
        _ server: ImageServer, _ client: any HTTPClient, isMapped: Bool, _ signatures: SignatureCheck?
    ) throws(ImageFailure) -> ImageIndex {
        let path = "meta/1.0/index-" + (isMapped ? "user" : "system")
        for candidate in [path + ".\(ImageMetadata.compatibilityLevel)", path] {
            guard let bytes = try client.bytes(of: server.url(candidate), limit: mostBytes) else { continue }
            try signatures?.check(bytes, server.url(candidate), client)
            let index = ImageIndex(bytes)
            if index.images.isEmpty { throw ImageFailure("the index of \(server.base) lists no images") }
            return index
        }
        if let bytes = try client.bytes(of: server.url(StreamIndex.path), limit: mostBytes) {
            try signatures?.check(bytes, server.url(StreamIndex.path), client)
            let index = try StreamIndex.read(bytes)
            if index.images.isEmpty { throw ImageFailure("the index of \(server.base) lists no images") }
            return index
        }
        throw ImageFailure(
            "\(server.base) has no index of images at /\(path) or /\(StreamIndex.path)",
            advice: "is it a server of LXC images? --server names another")
    }

    /// The images that fit; nil stands for any.
    func matching(_ distribution: String?, _ release: String?, _ architecture: String?, _ variant: String?) -> [ListedImage] {
        images.filter { image in
            (distribution.map { $0.lowercased() == image.distribution.lowercased() } ?? true)
                && (release.map { $0.lowercased() == image.release.lowercased() } ?? true)
                && (architecture.map { OCIArchitecture.name($0) == OCIArchitecture.name(image.architecture) } ?? true)
                && (variant.map { $0.lowercased() == image.variant.lowercased() } ?? true)
        }
    }

    /// The list as people read it.
    static func table(_ images: [ListedImage]) -> String {
        let rows =
            [["DIST", "RELEASE", "ARCH", "VARIANT", "BUILD"]]
            + images.map { [$0.distribution, $0.release, $0.architecture, $0.variant, $0.build] }
        let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = row.enumerated().map { $1 + String(repeating: " ", count: widths[$0] - $1.count + 2) }.joined()
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// The list as programs read it. No name in it needs to be escaped: see ``ListedImage/isName(_:)``.
    static func json(_ images: [ListedImage]) -> String {
        let rows = images.map {
            "  {\"dist\": \"\($0.distribution)\", \"release\": \"\($0.release)\", \"arch\": \"\($0.architecture)\", \"variant\": \"\($0.variant)\", \"build\": \"\($0.build)\"}"
        }
        return rows.isEmpty ? "[]" : "[\n" + rows.joined(separator: ",\n") + "\n]"
    }
}
