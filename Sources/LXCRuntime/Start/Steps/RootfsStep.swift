// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Keeps what is mounted from here on away from the host, and puts the root filesystem at `lxc.rootfs.mount`.
struct RootfsStep: InitStep {
    let name = "mounting the root filesystem"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard let mountPoint = context.mountPoint, let content = try RootfsContent(context.config) else { return }
        let what = "cannot mount the root filesystem \(content.path.value)"
        let options = try content.options()
        let isMade = context.mountedRootfs != nil
        let mount = try content.mount(context, mountPoint, what)
        // One that the supervisor made has its owners mapped already, see IDMappedMounts.
        if let idmap = options.idmap, !(isMade && context.isMapped) { try mapOwners(mount, idmap, what, context) }
        try attempting(what, key: "lxc.rootfs.options", origin: context.origin("lxc.rootfs.options")) { () throws(KernelError) in
            try mount.change(
                set: MountFlagTranslation.attributes(options.flags), clear: MountFlagTranslation.attributes(options.cleared),
                propagation: MountFlagTranslation.propagation(options) ?? .replica, recursive: false)
            try mount.attach(toPath: mountPoint)
            context.rootfs = try mount.directory()
        }
    }

    private func mapOwners(
        _ mount: borrowing DetachedMount, _ idmap: String, _ what: String, _ context: InitContext
    ) throws(OperationFailure) {
        let path = idmap == "container" ? "/proc/self/ns/user" : idmap
        let key = "lxc.rootfs.options"
        let namespace = try attempting("\(what): cannot open the user namespace \(path)", key: key) { () throws(KernelError) in
            try OwnedDescriptor(opening: path, .readOnly)
        }
        try attempting(what, key: key) { () throws(KernelError) in
            try mount.mapOwners(through: namespace.number, recursive: false)
        }
    }
}

extension RootfsContent {
    /// What the supervisor has mounted already, or what this process mounts by itself.
    fileprivate func mount(_ context: InitContext, _ mountPoint: String, _ what: String) throws(OperationFailure) -> DetachedMount {
        guard let mounted = context.mountedRootfs else {
            do throws(OperationFailure) { return try mount(stage: mountPoint) } catch {
                var failure = error
                if context.isMapped, error.errno == Errno.permissionDenied.rawValue {
                    failure.hint = BlockedPath.advice(plainPath, context.mappedRoot) ?? error.hint
                }
                throw failure
            }
        }
        context.mountedRootfs = nil
        return try attempting(what) { () throws(KernelError) in DetachedMount(owning: try mounted.duplicate(), label: path.value) }
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
            try attempting("cannot prepare \(container) for mounts from the host", key: "lxc.mount.auto") { () throws(KernelError) in
                try MountPoint.setPropagation(container, .replica, recursive: false)
            }
        }
    }
}
