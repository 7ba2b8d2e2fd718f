// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Subvolumes of btrfs: directories that can be copied and removed as a whole.
package enum BtrfsSubvolume {
    /// The number of each subvolume's top directory.
    private static let topInode: UInt64 = 256

    /// Whether a path lies on btrfs.
    package static func isSupported(at path: String) throws(KernelError) -> Bool {
        try FilesystemKind(of: OwnedDescriptor(opening: path, [.path])) == .btrfs
    }

    /// Whether a path is a subvolume; false for a link to one.
    package static func isSubvolume(_ path: String) throws(KernelError) -> Bool {
        guard let status = try FileStatus.ifPresent(path, followLinks: false) else { return false }
        guard status.kind == .directory, status.inode == topInode else { return false }
        return try isSupported(at: path)
    }

    /// Makes an empty subvolume in a directory that exists.
    ///
    /// - Throws: ``KernelError``; `.inappropriateIOCTL` elsewhere than on btrfs.
    ///
    /// Kernel call: `ioctl(2)` `BTRFS_IOC_SUBVOL_CREATE`.
    package static func create(_ path: String) throws(KernelError) {
        let (parent, name) = try Self.parent(of: path)
        let number = parent.number
        try kernelCommand("ioctl", path) { name.withKernelString { clinux_btrfs_create(number, $0) } }
    }

    /// Makes a subvolume that has the content of another one on the same filesystem; subvolumes in there become empty directories.
    ///
    /// Kernel call: `ioctl(2)` `BTRFS_IOC_SNAP_CREATE_V2`.
    package static func snapshot(_ original: String, to path: String) throws(KernelError) {
        let (parent, name) = try Self.parent(of: path)
        let source = try OwnedDescriptor(opening: original, [.readOnly, .directory])
        let (from, into) = (source.number, parent.number)
        try kernelCommand("ioctl", path) { name.withKernelString { clinux_btrfs_snapshot(from, into, $0) } }
    }

    /// Removes a subvolume with everything in it, subvolumes included.
    ///
    /// Kernel calls: `ioctl(2)` `BTRFS_IOC_SNAP_DESTROY`; `BTRFS_IOC_GET_SUBVOL_ROOTREF` and `BTRFS_IOC_INO_LOOKUP_USER`, Linux 4.18.
    package static func remove(_ path: String) throws(KernelError) {
        let (parent, name) = try Self.parent(of: path)
        // Deep ones first: the kernel refuses a subvolume that holds another one.
        var pending = [Level(parent: parent, name: name, path: path)]
        while let level = pending.last {
            let inner = SharedDescriptor(try level.open())
            if let child = try Self.firstChild(of: inner, level.path) {
                // A path that the filesystem made up must not lead out of it.
                let handle = DirectoryHandle(owning: try inner.duplicate(), label: level.path)
                let (folder, name) = DirectoryHandle.split(child)
                let holder = folder.isEmpty ? try inner.duplicate() : try handle.open(folder, [.readOnly, .directory])
                guard pending.count < Self.depthLimit else {
                    throw KernelError(call: "ioctl", errno: .tooManySymbolicLinkLevels, subject: level.path)
                }
                pending.append(Level(parent: SharedDescriptor(holder), name: name, path: level.path + "/" + child))
                continue
            }
            let number = level.parent.number
            try kernelCommand("ioctl", level.path) { level.name.withKernelString { clinux_btrfs_destroy(number, $0) } }
            pending.removeLast()
        }
    }

    private struct Level {
        let parent: SharedDescriptor
        let name: String
        let path: String

        func open() throws(KernelError) -> OwnedDescriptor {
            let number = parent.number
            let flags = UInt64(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let resolve = UInt64(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV)
            return OwnedDescriptor(
                owning: try kernelCall("openat2", path) { name.withKernelString { clinux_openat2(number, $0, flags, 0, resolve) } })
        }
    }

    private static let depthLimit = 256

    /// The path below a subvolume of a subvolume in it; nil when there is none.
    private static func firstChild(of subvolume: SharedDescriptor, _ path: String) throws(KernelError) -> String? {
        let number = subvolume.number
        var child = clinux_btrfs_child()
        let count = try kernelCall("ioctl", path) { clinux_btrfs_children(number, &child, 1) }
        guard count > 0 else { return nil }
        // In one that is read-only nothing can be removed.
        try kernelCommand("ioctl", path) { clinux_btrfs_make_writable(number) }
        var text = [CChar](repeating: 0, count: 8192)
        try kernelCommand("ioctl", path) { clinux_btrfs_child_path(number, &child, &text, text.count) }
        return String(kernelBytes: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }

    private static func parent(of path: String) throws(KernelError) -> (SharedDescriptor, String) {
        let (parent, name) = DirectoryHandle.split(path)
        return (SharedDescriptor(try OwnedDescriptor(opening: "/" + parent, [.readOnly, .directory])), name)
    }
}
