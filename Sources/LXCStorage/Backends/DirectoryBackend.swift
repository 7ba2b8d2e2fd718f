// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A root filesystem in a folder of the host.
package final class DirectoryBackend: StorageBackend {
    package let kind = StorageKind.dir

    package init() {}

    /// Makes an empty folder, or takes one that is there.
    package func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        try makeFolder(order.rootfs)
        return StorageLocation(kind: .dir, source: order.rootfs)
    }

    /// Makes a folder that a root directory can be, whatever the umask says; one that is there stays as it is.
    func makeFolder(_ path: String) throws(StorageFailure) {
        try storing("cannot make the root filesystem \(path)") { () throws(KernelError) in
            guard try HostPath.ensureDirectory(path) else { return }
            try HostPath.changePermissions(path, to: 0o755)
        }
    }

    /// The snapshot of a folder is an overlay on it.
    package func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        try OverlayBackend().layer(on: original, order)
    }

    /// A path without a prefix may also name an image or a block device.
    package func mount(
        _ location: StorageLocation, _ options: MountOptions, stage: String
    ) throws(StorageFailure) -> DetachedMount {
        if try BlockMount.content(of: location.source) != nil { return try BlockMount.of(location.source, options) }
        return try storing("cannot mount the root filesystem \(location.source)", hint: Self.missingHint(location.source)) {
            () throws(KernelError) in try DetachedMount(copying: location.source, recursive: true)
        }
    }

    /// What to do when it is not there; it may have been meant for another kind of storage.
    private static func missingHint(_ path: String) -> String {
        let word = path.prefix { $0 != "/" }
        guard word.utf8.last == UInt8(ascii: ":") else { return "check that the directory exists, or create the container again" }
        let kinds = StorageKind.allCases.map { $0.rawValue }.joined(separator: ", ")
        return "\(word.dropLast()) is no kind of storage; there are \(kinds)"
    }

    /// Removes a folder or an image outside of the container's directory.
    package func remove(_ location: StorageLocation, directory: String) throws(StorageFailure) {
        // A folder outside the container's directory is removed too: it was made for this container. A device was not.
        guard !StoragePlace.isInside(location.source, directory), try BlockMount.content(of: location.source) != .device else { return }
        try StoragePlace.remove(location.source)
    }
}
