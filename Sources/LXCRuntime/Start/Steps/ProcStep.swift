// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// A proc filesystem of the container's PID namespace that is attached nowhere: labels and sysctls are written through it, so no
/// tree that the container prepared can catch them (CVE-2019-16884, CVE-2025-52881).
struct ProcStep: InitStep {
    let name = "opening a private proc filesystem"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.label != .nothing || !context.config.process.sysctls.isEmpty else { return }
        do throws(KernelError) {
            let mount = try DetachedMount(newInstanceOf: "proc", source: "proc", options: [], attributes: .harmless)
            context.proc = try mount.directory()
        } catch {
            // A user namespace below a partly covered /proc gets no new one (EPERM); the inherited one is still the host's own.
            context.log.debug("no private proc filesystem: \(error)")
            context.proc = try attempting("cannot open /proc") { () throws(KernelError) in
                let inherited = try DirectoryHandle(opening: "/proc")
                guard try FilesystemKind(of: inherited.shared.owned) == .proc else {
                    throw KernelError(call: "statfs", errno: .notPermitted, subject: "/proc")
                }
                return inherited
            }
        }
    }
}

/// A boot id of the container's own: programs take it for the identity of one boot.
struct BootIDStep: InitStep {
    let name = "making a boot id"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.hasRootfs, context.config.console.autodev else { return }
        do throws(KernelError) {
            guard let devices = context.devices, try context.rootfs.status("proc/sys/kernel/random/boot_id") != nil else { return }
            let source = try WholeFile.text("/proc/sys/kernel/random/uuid")
            do {
                let file = try devices.open(".lxc-boot-id", [.writeOnly, .create, .exclusive, .noFollow], mode: 0o444)
                try file.writeAll(source.kernelBytes)
            }
            let mount = try DetachedMount(copying: devices.open(".lxc-boot-id", .path), recursive: false, label: "boot id")
            try mount.change(set: [.readOnly, .noSetID, .noDevices, .noExecute])
            try mount.attach(to: context.rootfs.open("proc/sys/kernel/random/boot_id", .path), subject: "boot_id")
        } catch {
            // A container without its own boot id shows the host's, as it did for years.
            context.log.debug("no boot id: \(error)")
        }
    }
}
