// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A device file for a container with user ids of its own.
///
/// The kernel opens no device file on a filesystem that such a container mounted, and that is what its `/dev` is. So the file is made on a
/// filesystem of the host's, with the container's root as its owner, and mounted over an empty file in the container.
///
/// For a copy of a process of root's with mounts of its own: it ends up in the container's mount namespace.
struct MappedDeviceFile: ~Copyable {
    private let mount: DetachedMount
    private let owner: (user: UInt32, group: UInt32)

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - device: What it stands for.
    ///   - pid: The container's init, whose root becomes the owner.
    /// - Throws: ``KernelError``
    init(_ device: Device, ownedByRootOf pid: Int32) throws(KernelError) {
        let owner = (user: try InitProfile.outsideID(ofRootIn: "uid_map", pid), group: try InitProfile.outsideID(ofRootIn: "gid_map", pid))
        let stage = InstalledPaths.rootfsMount
        try HostPath.makeDirectories(stage)
        // Nowhere else but in the caller's own mount namespace.
        try DetachedMount(newInstanceOf: "tmpfs", source: "none", options: ["mode=0700", "size=64k"], attributes: []).attach(toPath: stage)
        let folder = try DirectoryHandle(opening: stage)
        try folder.makeNode(
            "device", kind: device.kindBits, mode: device.permissions, major: device.number.major, minor: device.number.minor,
            isPrivate: false)
        try folder.changeOwner("device", user: owner.user, group: owner.group)
        let mount = try DetachedMount(copying: stage + "/device", recursive: false)
        self.owner = owner
        self.mount = mount
    }

    /// Puts it into the container.
    ///
    /// - Parameters:
    ///   - directory: A directory beneath the container's root.
    ///   - name: A name in it that nothing has.
    ///   - initHandle: The container's init.
    /// - Throws: ``KernelError``; no file of that name is left then.
    func place(in directory: borrowing DirectoryHandle, _ name: String, _ initHandle: borrowing PidFD) throws(KernelError) {
        try Credentials.withFilesystemIdentity(user: owner.user, group: owner.group) { () throws(KernelError) in
            _ = try directory.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
        }
        do throws(KernelError) {
            let place = try directory.open(name, .path)
            try Namespaces.enter(initHandle.number, .mount, label: "the container's mount namespace")
            try mount.attach(to: place, subject: name)
        } catch {
            try directory.remove(name)
            throw error
        }
    }

    /// Takes a device file away, whether it is mounted or not.
    ///
    /// Parameters are those of ``place(in:_:_:)``; `KernelError` when the file stays.
    static func remove(from directory: borrowing DirectoryHandle, _ name: String, _ initHandle: borrowing PidFD) throws(KernelError) {
        let folder = try directory.open(".", [.readOnly, .directory])
        try Namespaces.enter(initHandle.number, .mount, label: "the container's mount namespace")
        try ProcessControl.changeDirectory(to: folder, label: name)
        do throws(KernelError) { try MountPoint.detach(name) } catch {
            // Nothing is mounted there.
            if error.errno != .invalidArgument { throw error }
        }
        try directory.remove(name)
    }
}
