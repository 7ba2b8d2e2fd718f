// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A root filesystem in an image file.
package final class LoopBackend: StorageBackend {
    package let kind = StorageKind.loop
    private let tools: HostTool.Folders

    package init() { tools = HostTool.Folders() }

    init(tools: HostTool.Folders) { self.tools = tools }

    /// Makes an image file with an empty filesystem.
    package func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let image = Self.image(order)
        let filesystem = try NewFilesystem(order.filesystem, in: tools)
        try makeImage(image, order.size ?? NewFilesystem.defaultSize)
        do throws(StorageFailure) {
            try filesystem.make(on: image)
            try DirectoryBackend().makeFolder(order.directory + "/rootfs")
        } catch { throw Self.withoutImage(image, error) }
        return StorageLocation(kind: .loop, source: image)
    }

    /// Beside the folder that the root filesystem would be in.
    private static func image(_ order: StorageOrder) -> String {
        let (parent, _) = DirectoryHandle.split(order.rootfs)
        return "/" + (parent.isEmpty ? "" : parent + "/") + "rootdev"
    }

    /// A file that takes room as it is filled; other users must not read what containers keep in it.
    private func makeImage(_ path: String, _ size: UInt64) throws(StorageFailure) {
        let what = "cannot make the image \(path)"
        let file = try storing(what) { () throws(KernelError) in
            try HostPath.makeDirectories("/" + DirectoryHandle.split(path).parent)
            return try OwnedDescriptor(opening: path, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600)
        }
        do throws(KernelError) {
            try file.setPermissions(0o600)
            try file.setSize(size)
        } catch {
            let hint = error.errno == .fileTooLarge ? "no file can be that large on this filesystem" : nil
            throw Self.withoutImage(path, StorageFailure(what, error, hint: hint))
        }
    }

    /// The failure, once the image that was begun is gone.
    private static func withoutImage(_ path: String, _ failure: StorageFailure) -> StorageFailure {
        do throws(StorageFailure) { try StoragePlace.remove(path) } catch { return failure.leaving("the image \(path)", error) }
        return failure
    }

    /// Always fails: two images cannot share their content.
    package func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        throw StorageFailure(
            "cannot make a snapshot of \(original.text)", reason: "an image cannot share its content with another one",
            hint: "make a full copy instead")
    }

    /// The filesystem in the image.
    package func mount(
        _ location: StorageLocation, _ options: MountOptions, stage: String
    ) throws(StorageFailure) -> DetachedMount {
        try BlockMount.of(location.source, options)
    }

    /// Removes an image outside of the container's directory.
    package func remove(_ location: StorageLocation, directory: String) throws(StorageFailure) {
        guard !StoragePlace.isInside(location.source, directory) else { return }
        if try BlockMount.content(of: location.source) == .image { try StoragePlace.remove(location.source) }
    }
}
