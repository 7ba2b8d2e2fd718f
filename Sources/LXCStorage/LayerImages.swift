// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Lower layers that are images or devices, mounted for as long as it takes to lay an overlay over them; it keeps them mounted then.
///
/// They are attached at a place for that time: before Linux 6.15 overlay takes no layer that is not.
struct LayerImages: ~Copyable {
    /// The layers as folders, the topmost first.
    let layers: [String]
    private let stage: String?

    /// `lower`: the layers, joined with colons. `stage`: a folder in a mount namespace that is the caller's alone.
    init(_ lower: String, stage: String) throws(StorageFailure) {
        let written = OverlayLayers.paths(lower)
        var hasImages = false
        for path in written where try BlockMount.content(of: path) != nil { hasImages = true }
        guard hasImages else {
            layers = written
            self.stage = nil
            return
        }
        guard OverlayLayers.canHold(stage) else {
            throw StorageFailure(
                "cannot mount the layers \(lower) at \(stage)", reason: "its name contains a colon, a comma or a backslash",
                hint: "choose another lxc.rootfs.mount")
        }
        let holder = try Self.attachHolder(stage)
        var folders: [String] = []
        do throws(StorageFailure) {
            for path in written { folders.append(try holder.layer(folders.count, path)) }
        } catch {
            holder.detach()
            throw error
        }
        layers = folders
        self.stage = stage
    }

    deinit {
        if let stage { Holder(path: stage).detach() }
    }

    /// A filesystem that has a folder for each image.
    private struct Holder {
        let path: String

        /// The folder of a layer, which is mounted there if it is none.
        func layer(_ number: Int, _ source: String) throws(StorageFailure) -> String {
            guard try BlockMount.content(of: source) != nil else { return source }
            let mount = try BlockMount.of(source, MountOptions(), isShared: true)
            let folder = "\(path)/\(number)"
            return try storing("cannot attach \(source) at \(folder)") { () throws(KernelError) in
                try HostPath.makeDirectories(folder)
                try mount.attach(toPath: folder)
                return folder
            }
        }

        func detach() {
            // What is mounted in there goes too. The namespace is ours alone: a failure leaves nothing that outlives it.
            do { try MountPoint.detach(path) } catch { return }
        }
    }

    private static func attachHolder(_ stage: String) throws(StorageFailure) -> Holder {
        try storing("cannot mount layers at \(stage)") { () throws(KernelError) in
            try DetachedMount(newInstanceOf: "tmpfs", source: "layers", options: ["size=64k", "mode=700"], attributes: .harmless)
                .attach(toPath: stage)
            return Holder(path: stage)
        }
    }
}
