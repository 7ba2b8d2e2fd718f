// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCStorage
import LinuxKernel

/// Keeps what is mounted from here on away from the host, and puts the root filesystem at `lxc.rootfs.mount`.
struct RootfsStep: InitStep {
    let name = "mounting the root filesystem"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard let mountPoint = context.mountPoint, let path = context.config.rootfs.path else { return }
        let what = "cannot mount the root filesystem \(path.value)"
        let options = try rootfsOptions(context)
        let mount = try content(path, options, mountPoint, context)
        if let idmap = options.idmap { try mapOwners(mount, idmap, what, context) }
        try attempting(what, key: "lxc.rootfs.options", origin: context.origin("lxc.rootfs.options")) { () throws(KernelError) in
            try mount.change(
                set: MountFlagTranslation.attributes(options.flags), clear: MountFlagTranslation.attributes(options.cleared),
                propagation: MountFlagTranslation.propagation(options) ?? .replica, recursive: false)
            try mount.attach(toPath: mountPoint)
            context.rootfs = try mount.directory()
        }
    }

    private func content(
        _ path: Sourced<String>, _ options: MountOptions, _ mountPoint: String, _ context: InitContext
    ) throws(OperationFailure) -> DetachedMount {
        do throws(StorageFailure) {
            guard let location = StorageLocation(context.config.rootfs) else {
                throw StorageFailure("cannot mount the root filesystem \(path.value)", reason: "its kind of storage is not known")
            }
            return try StorageBackends.backend(of: location).mount(location, options, stage: mountPoint)
        } catch { throw OperationFailure(error, key: "lxc.rootfs.path", origin: path.origin) }
    }

    private func rootfsOptions(_ context: InitContext) throws(OperationFailure) -> MountOptions {
        guard let text = context.config.rootfs.options else { return MountOptions() }
        do { return try MountOptions(rootfsOptions: text) } catch {
            throw OperationFailure(
                "cannot read the options of the root filesystem", reason: error.reason, key: "lxc.rootfs.options",
                origin: context.origin("lxc.rootfs.options"))
        }
    }

    private func mapOwners(
        _ mount: borrowing DetachedMount, _ idmap: String, _ what: String, _ context: InitContext
    ) throws(OperationFailure) {
        let path = idmap == "container" ? "/proc/self/ns/user" : idmap
        try attempting(what, key: "lxc.rootfs.options", origin: context.origin("lxc.rootfs.options")) { () throws(KernelError) in
            let namespace = try OwnedDescriptor(opening: path, .readOnly)
            try mount.mapOwners(through: namespace.number, recursive: false)
        }
    }
}

/// Cuts the ties to the host's mounts: what the container mounts must not travel back.
struct PropagationStep: InitStep {
    let name = "separating the mounts from the host's"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.namespaces.flags.contains(.mount) else { return }
        try attempting("cannot separate the container's mounts from the host's") { () throws(KernelError) in
            try MountPoint.setPropagation("/", .replica, recursive: true)
        }
    }
}

/// Makes the root filesystem the root directory and lets go of the host's tree.
struct PivotStep: InitStep {
    let name = "changing the root directory"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.hasRootfs else { return }
        try attempting("cannot make the root filesystem the root directory") { () throws(KernelError) in
            try ProcessControl.changeDirectory(to: context.rootfs.shared.owned, label: "rootfs")
            let hostRoot = try OwnedDescriptor(opening: "/", [.path, .directory])
            if try FilesystemKind(of: hostRoot) == .ramfs {
                // A ramfs root cannot be pivoted away; the mount namespace still keeps it out of reach of paths.
                try ProcessControl.changeRoot(to: ".")
                try ProcessControl.changeDirectory("/")
            } else {
                try MountPoint.pivotToWorkingDirectory()
            }
            try MountPoint.setPropagation("/", .shared, recursive: true)
            context.rootfs = try DirectoryHandle(opening: "/")
        }
        for case .shmounts(_, let container) in context.config.mounts.automatic.map({ $0.value }) {
            try attempting("cannot prepare \(container) for mounts from the host") { () throws(KernelError) in
                try MountPoint.setPropagation(container, .replica, recursive: false)
            }
        }
    }
}
