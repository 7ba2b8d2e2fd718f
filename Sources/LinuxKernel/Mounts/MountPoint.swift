// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Working on what is mounted already.
package enum MountPoint {
    /// Changes the mount that an open place belongs to.
    ///
    /// Kernel call: `mount_setattr(2)`, Linux 5.12.
    package static func change(
        _ place: Int32, label: String, set: MountAttributes = [], clear: MountAttributes = [], propagation: PropagationKind? = nil,
        recursive: Bool = false
    ) throws(KernelError) {
        let touchesAccessTime = !set.union(clear).isDisjoint(with: .accessTimeField)
        let cleared = clear.union(touchesAccessTime ? .accessTimeField : [])
        var attributes = clinux_mount_attributes(
            set: set.rawValue, clear: cleared.rawValue, propagation: propagation?.rawValue ?? 0, user_namespace: 0)
        try kernelCommand("mount_setattr", label) {
            clinux_mount_setattr(place, "", 0x1000 | (recursive ? 0x8000 : 0), &attributes)
        }
    }

    /// Changes how mounts travel, for a path and (recursively) everything below it. Kernel call: `mount(2)`.
    package static func setPropagation(_ path: String, _ propagation: PropagationKind, recursive: Bool) throws(KernelError) {
        let flags = UInt(propagation.rawValue) | (recursive ? 0x4000 : 0)
        try kernelCommand("mount", path) { path.withKernelString { mount(nil, $0, nil, flags, nil) } }
    }

    /// Attaches a file of the host, such as a namespace, to another file. Kernel call: `mount(2)` `MS_BIND`.
    package static func bind(_ source: String, onto target: String) throws(KernelError) {
        try kernelCommand("mount", target) {
            source.withKernelString { source in target.withKernelString { mount(source, $0, nil, 0x1000, nil) } }
        }
    }

    /// Detaches what is mounted at a path, at once; it goes when its last user does. Kernel call: `umount2(2)`.
    package static func detach(_ path: String) throws(KernelError) {
        try kernelCommand("umount2", path) { path.withKernelString { umount2($0, 2 | 8) } }
    }

    /// Unmounts what is mounted at a path. `flags`: `MNT_*`. The path's last part is never followed. Kernel call: `umount2(2)`.
    package static func unmount(_ path: String, flags: Int32) throws(KernelError) {
        try kernelCommand("umount2", path) { path.withKernelString { umount2($0, flags | 8) } }
    }

    /// Makes the working directory's tree the root and lets go of the old root.
    ///
    /// Kernel calls: `pivot_root(2)` onto itself, `umount2(2)` of the old root, which lies on top.
    package static func pivotToWorkingDirectory() throws(KernelError) {
        let oldRoot = try OwnedDescriptor(opening: "/", [.path, .directory])
        try kernelCommand("pivot_root", "rootfs") { clinux_pivot_root(".", ".") }
        try ProcessControl.changeDirectory(to: oldRoot, label: "old root")
        // Nothing that is unmounted here may travel back to the host.
        try setPropagation(".", .replica, recursive: true)
        try kernelCommand("umount2", "old root") { umount2(".", 2) }
        try ProcessControl.changeDirectory("/")
    }
}

/// Kind of a filesystem, by the number that `statfs(2)` reports.
package struct FilesystemKind: Sendable, Equatable {
    package let magic: Int64

    package static let proc = FilesystemKind(magic: 0x9FA0)
    package static let sysfs = FilesystemKind(magic: 0x6265_6572)
    package static let tmpfs = FilesystemKind(magic: 0x0102_1994)
    package static let ramfs = FilesystemKind(magic: 0x8584_58F6)
    package static let devpts = FilesystemKind(magic: 0x1CD1)
    package static let namespaces = FilesystemKind(magic: 0x6E73_6673)
    package static let cgroup2 = FilesystemKind(magic: 0x6367_7270)
    package static let nfs = FilesystemKind(magic: 0x6969)
    package static let btrfs = FilesystemKind(magic: 0x9123_683E)

    private init(magic: Int64) { self.magic = magic }

    /// Kind of the filesystem that an open file lies on.
    package init(of file: borrowing OwnedDescriptor) throws(KernelError) {
        let number = file.number
        var magic: Int64 = 0
        try kernelCommand("fstatfs", "descriptor \(number)") { clinux_filesystem_magic(number, &magic) }
        self.magic = magic
    }
}
