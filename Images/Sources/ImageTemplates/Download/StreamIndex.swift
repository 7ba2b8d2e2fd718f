// SPDX-License-Identifier: Apache-2.0
internal import Unpacking

/// A server's list in the format of simplestreams, which has digests of the files in it.
enum StreamIndex {
    static let path = "streams/v1/images.json"

    /// `products` of a stream: images, their builds, and the files of each.
    private struct Stream: Decodable {
        let products: [String: Product]
    }

    private struct Product: Decodable {
        let arch: String
        let os: String
        let release: String
        let variant: String?
        let versions: [String: Version]
    }

    private struct Version: Decodable {
        let items: [String: Item]
    }

    private struct Item: Decodable {
        let path: String
        let sha256: String?
    }

    /// Reads the list. Builds without a root filesystem that LXC can use are passed over, such as those for virtual machines only.
    static func read(_ bytes: [UInt8]) throws(ImageFailure) -> ImageIndex {
        let stream = try BoundedJSON.decode(Stream.self, bytes, name: path, limit: Int(ImageIndex.mostBytes))
        var images: [ListedImage] = []
        var unusable = 0
        for product in stream.products.values {
            for (build, version) in product.versions {
                if let image = image(product, build, version) { images.append(image) } else { unusable += 1 }
            }
        }
        return ImageIndex(images, unusable: unusable)
    }

    private static func image(_ product: Product, _ build: String, _ version: Version) -> ListedImage? {
        var digests: [String: Digest] = [:]
        var folders: Set<String> = []
        for item in version.items.values {
            guard let slash = item.path.lastIndex(of: "/") else { continue }
            let name = String(item.path[item.path.index(after: slash)...])
            if let digest = item.sha256.flatMap(Digest.init(hex:)) { digests[name] = digest }
            if ImageDownload.trees.contains(name) { folders.insert(String(item.path[..<slash])) }
        }
        guard folders.count == 1, let folder = folders.first else { return nil }
        let words = [product.os.lowercased(), product.release, product.arch, product.variant ?? "default", build]
        return ListedImage(words, path: folder + "/", digests: digests)
    }
}
