// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A folder of changes laid over a folder that stays as it is.
package final class OverlayBackend: StorageBackend {
    package let kind = StorageKind.overlay

    package init() {}

    /// The lower layer is what a template fills; later changes go to the upper one.
    package func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        try layer(on: DirectoryBackend().create(order), order)
    }

    /// A layer of changes over a folder.
    ///
    /// The container keeps an empty folder `rootfs`, as with C LXC.
    func layer(on folder: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let location = try location(over: folder.source, order)
        try DirectoryBackend().makeFolder(order.directory.appendingPath("rootfs"))
        try OverlayLayers(location).prepareUpper()
        return location
    }

    private func location(over lower: String, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let upper = order.directory.appendingPath(order.isHistoric ? "delta0" : "overlay/delta")
        for path in OverlayLayers.paths(lower) + [upper] where !OverlayLayers.canHold(path) {
            throw StorageFailure(
                "cannot use \(path) as a layer of an overlay", reason: "its name contains a colon, a comma or a backslash",
                hint: "make a full copy instead, or move it to another path")
        }
        return StorageLocation(kind: .overlay, source: lower, upper: upper)
    }

    /// A layer over the same lower layers, which begins with a copy of the changes.
    package func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let changes = try OverlayLayers(original).upper
        var order = order
        // A container of LXC 1.0 has snapshots that look like its own.
        if DirectoryHandle.split(changes).name == "delta0" { order.isHistoric = true }
        let location = try location(over: original.source, order)
        try DirectoryBackend().makeFolder(order.directory.appendingPath("rootfs"))
        try storing("cannot copy the changes \(changes)") { () throws(KernelError) in
            // Of a container that never ran there may be none.
            guard try FileStatus.ifPresent(changes) != nil else { return }
            let upper = location.upper ?? ""
            try HostPath.makeDirectories("/" + DirectoryHandle.split(upper).parent)
            _ = try TreeCopy().run(from: changes, to: upper)
        }
        try OverlayLayers(location).prepareUpper()
        return location
    }

    /// Lays the upper layer over the lower ones.
    package func mount(
        _ location: StorageLocation, _ options: MountOptions, stage: String
    ) throws(StorageFailure) -> DetachedMount {
        try OverlayLayers(location).mount(options, stage: stage)
    }

    /// Removes the changes; the lower layers are not the container's alone.
    package func remove(_ location: StorageLocation, directory: String) throws(StorageFailure) {
        // Without an upper layer it never was one that could be used.
        guard let upper = location.upper, !upper.isEmpty else { return }
        let layers = try OverlayLayers(location)
        for path in [layers.upper, layers.work] where !StoragePlace.isInside(path, directory) { try StoragePlace.remove(path) }
    }
}
