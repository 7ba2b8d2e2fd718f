// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// `lxc.autodev`: a tmpfs as `/dev`. The nodes come later, so that the autodev hooks find it empty.
struct DeviceDirectoryStep: InitStep {
    let name = "making /dev"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.hasRootfs else { return }
        let performer = MountPerformer(context: context)
        if context.config.console.autodev {
            do { try context.rootfs.makeDirectories("dev") } catch {
                throw performer.failure("cannot make the directory /dev", error, "dev")
            }
            let size = context.config.console.autodevTmpfsSize
            let mount = try attempting("cannot make a tmpfs for /dev") { () throws(KernelError) in
                try DetachedMount(newInstanceOf: "tmpfs", source: "none", options: ["size=\(size)", "mode=0755"], attributes: [])
            }
            try performer.attach(mount, on: "dev", what: "cannot mount a tmpfs on /dev")
            context.devices = try attempting("cannot use /dev") { () throws(KernelError) in
                let directory = try mount.directory()
                try directory.makeDirectories("pts")
                return directory
            }
        }
    }
}

/// The device nodes and links of `/dev`.
struct DeviceNodeStep: InitStep {
    let name = "filling /dev"

    private static let nodes: [(name: String, major: UInt32, minor: UInt32)] = [
        ("full", 1, 7), ("null", 1, 3), ("random", 1, 8), ("tty", 5, 0), ("urandom", 1, 9), ("zero", 1, 5),
    ]
    private static let characterDevice: UInt32 = 0o020000

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.hasRootfs else { return }
        if context.config.console.autodev {
            guard let devices = context.devices else { return }
            for node in Self.nodes { try make(node, in: devices, context) }
        } else {
            try openOwnDevices(context)
        }
        try makeLinks(context)
    }

    /// Without autodev the root filesystem's own `/dev` is used as it is.
    private func openOwnDevices(_ context: InitContext) throws(OperationFailure) {
        do {
            guard try context.rootfs.status("dev") != nil else { return }
            context.devices = try context.rootfs.directory("dev")
        } catch {
            throw MountPerformer(context: context).failure("cannot use /dev of the root filesystem", error, "dev")
        }
    }

    private func make(
        _ node: (name: String, major: UInt32, minor: UInt32), in devices: DirectoryHandle, _ context: InitContext
    ) throws(OperationFailure) {
        let what = "cannot make /dev/\(node.name)"
        do {
            try devices.makeNode(node.name, kind: Self.characterDevice, mode: 0o666, major: node.major, minor: node.minor)
            if context.isMapped { try devices.remove(node.name) } else { return }
        } catch {
            if error.errno == .fileExists { return }
            if error.errno != .notPermitted { throw OperationFailure(what, error) }
        }
        // In a user namespace a node cannot be made or does not open: the host's takes its place.
        let number = DeviceNumber(major: node.major, minor: node.minor)
        try attempting(what) { () throws(KernelError) in
            let source = try OwnedDescriptor(opening: "/dev/\(node.name)", [.path, .noFollow])
            let status = try FileStatus(of: source)
            guard status.kind == .characterDevice, status.deviceNumber == number.rawValue else {
                throw KernelError(
                    call: "stat", errno: .noSuchAddressOrDevice, subject: "/dev/\(node.name)", explanation: "the host's is another device")
            }
            try devices.makeFile(node.name, mode: 0o666)
            let mount = try DetachedMount(copying: source, recursive: false, label: node.name)
            try mount.attach(to: devices.open(node.name, .path), subject: node.name)
        }
    }

    private func makeLinks(_ context: InitContext) throws(OperationFailure) {
        guard let devices = context.devices else { return }
        let links = [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")]
        for (name, target) in links {
            do { try devices.makeSymbolicLink(name, to: target) } catch {
                if error.errno == .fileExists { continue }
                // A read-only /dev of the root filesystem has the links or lives without them.
                if error.errno == .readOnlyFileSystem { continue }
                throw OperationFailure("cannot make /dev/\(name)", error)
            }
        }
    }
}
