// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel
package import Unpacking

/// One image of a layout: its configuration, and the layers in order.
package struct OCIImage {
    private let layout: OCILayout
    private let layers: [OCIDescriptor]
    let config: OCIConfig

    /// Indexes may point to indexes; real ones do so once.
    private static let deepestIndex = 4
    /// Storage drivers allow 127.
    private static let mostLayers = 500

    private static let indexTypes = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    ]
    private static let manifestTypes = [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ]
    /// The closed list of what a layer may be.
    private static let layerTypes: [String: Compression] = [
        "application/vnd.oci.image.layer.v1.tar": .none, "application/vnd.oci.image.layer.v1.tar+gzip": .gzip,
        "application/vnd.oci.image.layer.v1.tar+zstd": .zstd, "application/vnd.oci.image.layer.nondistributable.v1.tar": .none,
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip": .gzip,
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd": .zstd, "application/vnd.docker.image.rootfs.diff.tar": .none,
        "application/vnd.docker.image.rootfs.diff.tar.gzip": .gzip, "application/vnd.docker.image.rootfs.diff.tar.zstd": .zstd,
    ]

    /// Chooses an image of a layout.
    ///
    /// - Parameters:
    ///   - layout: Where it is.
    ///   - tag: Its name there; nil when there is nothing to choose.
    ///   - architecture: What it must run on, in any spelling.
    /// - Throws: ``ImageFailure`` when there is no such image, or more than one, or when its documents are not sound.
    package init(_ layout: OCILayout, tag: String?, architecture: String) throws(ImageFailure) {
        self.layout = layout
        let wanted = OCIArchitecture.name(architecture)
        let chosen = try Self.choose(try layout.index().manifests, tag: tag, wanted)
        let manifest = try Self.manifest(layout, chosen, wanted, depth: 1)
        config = try layout.document(OCIConfig.self, manifest.config, name: "the image's configuration")
        layers = manifest.layers
        if layers.count > Self.mostLayers { throw ImageFailure("the image has more than \(Self.mostLayers) layers") }
        if let os = config.os, os != "linux" { throw ImageFailure("the image is made for \(shown(os)), not for linux") }
        if let found = config.architecture, OCIArchitecture.name(found) != wanted {
            throw ImageFailure(
                "the image is made for \(shown(found)), not for \(wanted)",
                advice: "choose it with --arch=\(OCIArchitecture.configured(found) ?? "ARCH") if that is meant")
        }
        if config.rootfs.diffIDs.count != layers.count {
            throw ImageFailure("the image has \(layers.count) layers, and digests for \(config.rootfs.diffIDs.count)")
        }
    }

    private static func choose(_ entries: [OCIDescriptor], tag: String?, _ architecture: String) throws(ImageFailure) -> OCIDescriptor {
        var candidates = entries
        if let tag { candidates = candidates.filter { $0.annotations?.reference == tag } }
        let names = Set(entries.compactMap { $0.annotations?.reference }).sorted().prefix(8).map { shown($0) }.joined(separator: " ")
        if candidates.isEmpty {
            throw ImageFailure(
                tag.map { "there is no image \(shown($0)) in it" } ?? "there is no image in it",
                advice: names.isEmpty ? nil : "there are: \(names)")
        }
        // Without a platform it is the image's configuration that says what it runs on.
        let fitting = candidates.filter { entry in
            guard let platform = entry.platform else { return true }
            return platform.os ?? "linux" == "linux" && platform.architecture.map(OCIArchitecture.name) ?? architecture == architecture
        }
        guard let first = fitting.first else {
            let found = Set(candidates.compactMap { $0.platform?.architecture }).sorted().prefix(8).map { shown($0) }.joined(separator: " ")
            throw ImageFailure("there is no image for \(architecture) in it", advice: "there are: \(found); choose one with --arch")
        }
        // Several variants of one architecture stand in the order of preference; several names do not.
        if tag == nil, Set(fitting.map { $0.annotations?.reference }).count > 1 {
            throw ImageFailure("there are several images in it", advice: "put the name of one behind the path, after a colon: \(names)")
        }
        return first
    }

    private static func manifest(
        _ layout: OCILayout, _ descriptor: OCIDescriptor, _ architecture: String, depth: Int
    ) throws(ImageFailure) -> OCIManifest {
        let type = descriptor.mediaType ?? ""
        if manifestTypes.contains(type) { return try layout.document(OCIManifest.self, descriptor, name: "the manifest") }
        guard indexTypes.contains(type) else { throw ImageFailure("the image is of a type that is not known: \(shown(type))") }
        if depth > deepestIndex { throw ImageFailure("the image's index leads to further ones without end") }
        let index = try layout.document(OCIIndex.self, descriptor, name: "the index of the image")
        return try manifest(layout, try choose(index.manifests, tag: nil, architecture), architecture, depth: depth + 1)
    }

    /// Unpacks the layers, each on top of those before.
    ///
    /// - Parameters:
    ///   - root: Where to.
    ///   - settings: How; ``UnpackSettings/isLayer`` is added.
    ///   - progress: Gets a sentence for each layer.
    /// - Returns: What was left out.
    /// - Throws: ``ImageFailure``; nothing of the image is in the directory then.
    package func unpack(
        into root: DirectoryHandle, _ settings: UnpackSettings, progress: (String) -> Void
    ) throws(ImageFailure) -> [UnpackReport] {
        var settings = settings
        settings.isLayer = true
        let unpacker = SafeUnpacker(into: root, settings)
        let before = try unpacker.names()
        do throws(ImageFailure) {
            var reports: [UnpackReport] = []
            var grown: Int64 = 0
            for (position, layer) in layers.enumerated() {
                progress("layer \(position + 1) of \(layers.count), \(max(1, layer.size >> 20)) MiB")
                reports.append(try unpack(layer, position, unpacker, settings.limits, &grown))
            }
            return reports
        } catch {
            throw unpacker.emptied(keeping: before, error)
        }
    }

    private func unpack(
        _ layer: OCIDescriptor, _ position: Int, _ unpacker: SafeUnpacker, _ limits: UnpackLimits, _ grown: inout Int64
    ) throws(ImageFailure) -> UnpackReport {
        let name = "layer \(position + 1)"
        guard let compression = Self.layerTypes[layer.mediaType ?? ""] else {
            throw ImageFailure(
                "\(name) is of a type that is not known: \(shown(layer.mediaType ?? ""))",
                advice: "layers are tar archives, plain or compressed with gzip or zstd")
        }
        guard let plain = Self.digest(config.rootfs.diffIDs[position]) else {
            throw ImageFailure("the digest of \(name) in the image's configuration is not one")
        }
        let blob = try layout.blob(layer, name: name)
        let compressed = try DigestingSource(FileSource(blob.file, name: name), limit: layer.size)
        do throws(ImageFailure) {
            let content = try DigestingSource(try Decompressor(compressed, compression: compression, limits: limits))
            let report = try unpacker.unpack(decompressed: content)
            guard try compressed.finish() == blob.digest, compressed.count == layer.size else {
                throw OCILayout.mismatch(name, blob.digest)
            }
            guard try content.finish() == plain else { throw OCILayout.mismatch("\(name), decompressed,", plain) }
            grown += content.count
            if grown > limits.totalBytes { throw ImageFailure("the layers have more than \(limits.totalBytes >> 20) MiB together") }
            return report
        } catch {
            throw error.message.hasPrefix(name) ? error : error.during(name)
        }
    }

    private static func digest(_ text: String) -> Digest? {
        text.hasPrefix("sha256:") ? Digest(hex: String(text.dropFirst(7))) : nil
    }
}
