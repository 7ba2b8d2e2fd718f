// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LXCNetwork
import LinuxKernel

/// Taking a container up again with criu(8), which makes its processes, namespaces and mounts; what surrounds them is made as at a start.
extension Supervisor {
    /// One restore, from STARTING to RUNNING.
    func restoreContainer(_ order: RestoreOrder) throws(OperationFailure) {
        try hooks.run(.preStart, inside: false)
        try checkAbandoned()
        // criu makes the namespace.
        _ = try? network.take()?.finish()  // whether it could be made does not matter
        let mountPoint = try prepareMountPoint()
        let network: RestoredNetwork
        do { network = try RestoredNetwork(plan.config.networks) } catch { throw failure(error) }
        try reserveCgroups()
        try completeCgroups()
        try checkCgroup(order)
        // criu knows what the files said; the rules about devices are in none on cgroup v2.
        try CgroupLimitWriter.write(plan.config.cgroup.limits, cgroups, deviceFilter, log)
        try runCriu(order, mountPoint, network, try mountRootfs())
        try adoptInit(order)
        devpts = openDevpts()
        hooks.environment.initPID = initNumber
        do { try network.finish(for: self) } catch { throw failure(error) }
        if needsNamespaces { try keepNamespaces(of: initNumber) }
        try hooks.run(.startHost, inside: false)
        try checkAbandoned()
        try beginToRun()
    }

    private var what: String { "cannot restore \(plan.name)" }

    /// criu brings the processes back into the cgroup that they were in.
    private func checkCgroup(_ order: RestoreOrder) throws(OperationFailure) {
        guard let old = order.cgroup, let cgroups, let new = cgroups.reportedPath(nil), old != new else { return }
        throw OperationFailure(
            what, reason: "its processes were in the cgroup \(old), and now it would be \(new)",
            hint: "somebody else has that cgroup, or lxc.cgroup.dir has changed")
    }

    private func runCriu(
        _ order: RestoreOrder, _ mountPoint: String?, _ network: RestoredNetwork, _ rootfs: SharedDescriptor?
    ) throws(OperationFailure) {
        var arguments = ["criu"] + order.arguments + network.words
        arguments += ["--pidfile", pidPath(order), "--restore-detached"]
        if let mountPoint { arguments += ["--root", mountPoint] }
        // criu's child, the container's init, becomes this process's when criu ends.
        let children = try attempting(what) { () throws(KernelError) in
            try HostPath.remove(pidPath(order))
            return try ProcessChildren()
        }
        do throws(OperationFailure) {
            let status = try waitForCriu(try beginCriu(order, arguments, mountPoint, rootfs))
            guard status == .exited(0) else { throw refusal(order, status) }
        } catch {
            // What a criu that was killed has made already.
            children.killNew(until: .now + .seconds(5))
            do { try children.finish() } catch { log.warn("\(error)") }
            throw error
        }
        do { try children.finish() } catch { throw OperationFailure(what, error) }
    }

    private func beginCriu(
        _ order: RestoreOrder, _ arguments: [String], _ mountPoint: String?, _ rootfs: SharedDescriptor?
    ) throws(OperationFailure) -> SharedDescriptor {
        do throws(KernelError) {
            switch try ProcessCopy.make() {
            case .child: becomeCriu(order, arguments, mountPoint, rootfs)
            case .parent(let pid, let handle):
                ProcessCopy.beginElsewhere(pid)
                return SharedDescriptor(handle.intoDescriptor())
            }
        } catch { throw OperationFailure(what, error) }
    }

    private func pidPath(_ order: RestoreOrder) -> String { order.directory + "/restored.pid" }

    /// Waits for criu while requests are answered. One to stop ends it.
    private func waitForCriu(_ handle: SharedDescriptor) throws(OperationFailure) -> ExitStatus {
        var hasEnded = false
        let result: ExitStatus
        do throws(KernelError) {
            let source = try loop.add(handle.number) { _ in hasEnded = true }
            defer { forget(source) }
            try loop.run(until: { hasEnded || isAbandoned })
            if !hasEnded { try ProcessSignal.send(Signals.kill, toHandle: handle.number) }
            result = try ProcessSignal.collect(handle: handle.number)
        } catch { throw OperationFailure(what, error) }
        try checkAbandoned()
        return result
    }

    /// In the copy of this process: the container's root filesystem where criu is told to look for it, seen by nobody else, then criu.
    private func becomeCriu(
        _ order: RestoreOrder, _ arguments: [String], _ mountPoint: String?, _ rootfs: SharedDescriptor?
    ) -> Never {
        do throws(OperationFailure) {
            try attempting(what) { () throws(KernelError) in
                try ProcessControl.setParentDeathSignal(Signals.kill)
                try Namespaces.unshare(.mount)
                try MountPoint.setPropagation("/", .isolated, recursive: true)
            }
            if let mountPoint, let content = try RootfsContent(plan.config) {
                if let rootfs {
                    try attempting(what) { () throws(KernelError) in
                        try DetachedMount(owning: try rootfs.duplicate(), label: content.path.value).attach(toPath: mountPoint)
                    }
                } else {
                    let mount = try content.mount(stage: mountPoint)
                    try attempting(what) { () throws(KernelError) in try mount.attach(toPath: mountPoint) }
                }
            }
            try attempting(what) { () throws(KernelError) in
                try ProcessControl.unblockAllSignals()
                try Execution.replace(
                    path: order.program, arguments: arguments,
                    environment: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"])
            }
        } catch { log.failure(error) }
        ProcessCopy.exitNow(127)
    }

    private func refusal(_ order: RestoreOrder, _ status: ExitStatus) -> OperationFailure {
        let path = order.directory + "/" + order.logName
        let told: String?
        // Without a log there is the status.
        do { told = CriuReport.complaint(try WholeFile.read(path)) } catch { told = nil }
        return OperationFailure(
            what, reason: "criu: \(told ?? "\(status)")", hint: "\(path) says more, and most with -v")
    }

    /// The first process, which criu has left to this one.
    private func adoptInit(_ order: RestoreOrder) throws(OperationFailure) {
        try attempting(what) { () throws(KernelError) in
            let text = try WholeFile.text(pidPath(order), limit: 64)
            guard let pid = Int32(text.filter { $0 != "\n" }), pid > 1 else {
                throw KernelError(call: "read", errno: .badMessage, subject: pidPath(order))
            }
            initNumber = pid
            initHandle = SharedDescriptor(try PidFD(pid).intoDescriptor())
            try HostPath.remove(pidPath(order))
            try record([.initProcess(pid: pid, startTime: ProcessIdentity.startTime(of: pid))])
        }
    }

    /// Where terminals for programs that enter come from; without it they come from the host.
    private func openDevpts() -> SharedDescriptor? {
        do throws(KernelError) {
            let root = try DirectoryHandle(opening: "/proc/\(initNumber)/root")
            let found = try root.directory("dev/pts").shared
            return try FilesystemKind(of: found.owned) == .devpts ? found : nil
        } catch {
            log.debug("no terminals of the container's own: \(error)")
            return nil
        }
    }
}
