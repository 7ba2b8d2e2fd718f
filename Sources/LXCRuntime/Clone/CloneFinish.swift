// SPDX-License-Identifier: Apache-2.0
import LXCConfig
package import LXCStorage
import LinuxKernel

/// The last steps of a clone, with its root filesystem at hand: the clone hooks, and the host name in `/etc/hostname`.
///
/// For a process with mounts of its own.
package struct CloneFinish {
    let plan: StartPlan
    let log: LogWriter
    let sourceName: String

    /// `plan`: what a start of the clone would do; hooks read their variables from it.
    /// `sourceName`: the name of the original.
    package init(plan: StartPlan, log: LogWriter, sourceName: String) {
        self.plan = plan
        self.log = log
        self.sourceName = sourceName
    }

    /// - Parameters:
    ///   - location: The clone's root filesystem; a folder is used where it is, anything else is mounted at `lxc.rootfs.mount`.
    ///   - place: Where it is mounted already; nil when it is not.
    ///   - hookArguments: Behind the fixed arguments of the hooks.
    ///   - hostName: What to write into `/etc/hostname` when the file is there; nil to leave it alone.
    /// - Throws: ``OperationFailure`` of the step that failed.
    package func run(_ location: StorageLocation, mountedAt place: String?, hookArguments: [String], hostName: String?)
        throws(OperationFailure)
    {
        let hasHooks = !plan.config.hooks.commands(.clone).isEmpty
        let root = if let place { place } else { try mount(location) }
        if hasHooks {
            var environment = HookEnvironment(plan, mountPoint: root, hasCgroupNamespaces: true)
            environment.sourceName = sourceName
            try HookRunner(plan: plan, log: log, environment: environment).run(.clone, inside: false, extra: hookArguments)
        }
        if let hostName { try write(hostName, root) }
    }

    /// The path at which the content can be reached.
    private func mount(_ location: StorageLocation) throws(OperationFailure) -> String {
        let isFolder = try attempting("cannot read \(location.source)") { () throws(KernelError) in try location.isFolder }
        if isFolder { return location.source }
        let mountPoint = plan.config.rootfs.mountPoint ?? InstalledPaths.rootfsMount
        let mount = try usingStorage { () throws(StorageFailure) in
            try StorageBackends.backend(of: location).mount(location, MountOptions(), stage: mountPoint)
        }
        try attempting("cannot mount the root filesystem of \(plan.name) on \(mountPoint)") { () throws(KernelError) in
            try mount.attach(toPath: mountPoint)
        }
        return mountPoint
    }

    /// Without a line break at the end, as C LXC writes it. A link out of the root filesystem is not followed (reliability P9).
    private func write(_ hostName: String, _ root: String) throws(OperationFailure) {
        try attempting("cannot write the host name of \(plan.name) into /etc/hostname") { () throws(KernelError) in
            let rootfs = try DirectoryHandle(opening: root)
            let file: OwnedDescriptor
            do throws(KernelError) {
                file = try rootfs.open(
                    "etc/hostname", [.writeOnly, .truncate, .nonBlocking, .noControllingTerminal], links: .followedInside)
            } catch {
                if [.noSuchFileOrDirectory, .notDirectory, .noSuchAddressOrDevice].contains(error.errno) { return }
                throw error
            }
            // A FIFO or a device in its place is the container's own affair.
            guard try FileStatus(of: file).kind == .regular else { return }
            try file.writeAll(hostName.kernelBytes)
        }
    }
}
