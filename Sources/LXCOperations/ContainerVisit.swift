// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCRuntime
import LinuxKernel

/// Work that a copy of this process does inside of a running container, and whose result comes back as bytes.
///
/// Only for programs with a single thread. The copy has the container's namespaces, cgroups and capabilities, no descriptor of the
/// host but the one for its result, and nobody can trace it or write to its program (see ``ProtectedExecutable``).
package enum ContainerVisit {
    /// Runs work inside.
    ///
    /// - Parameters:
    ///   - container: A running container.
    ///   - timeLimit: The copy is killed after this time.
    ///   - limit: The most bytes that are accepted.
    ///   - work: Must not throw; it runs in the copy.
    /// - Returns: What the work returned. Whoever controls the container may have changed it.
    /// - Throws: ``LXCError`` when the container cannot be entered, or the work did not end in time.
    package static func run(
        in container: Container, timeLimit: Duration, limit: Int, _ work: () -> [UInt8]
    ) throws(LXCError) -> [UInt8] {
        let what = "cannot look into \(container.name)"
        let deadline = MonotonicInstant.now + timeLimit
        let entry: Entry
        do { entry = try Entry(container, timeLimit) } catch { throw LXCError(what, error) }
        return try attempt(what) { () throws(KernelError) in
            let pipe = try Pipe()
            switch try ProcessCopy.make() {
            case .child: Visitor(entry: entry, output: pipe.writer.number).run(work)
            case .parent(_, let handle):
                let reader = pipe.closingWriter()
                do throws(KernelError) {
                    let result = try read(reader, until: deadline, limit: limit)
                    guard try handle.collect() == .exited(0) else {
                        throw KernelError(call: "setns", errno: .notPermitted, subject: container.name)
                    }
                    return result
                } catch {
                    try handle.send(Signals.kill)
                    _ = try handle.collect()
                    throw error
                }
            }
        }
    }

    private static func read(
        _ reader: borrowing OwnedDescriptor, until deadline: MonotonicInstant, limit: Int
    ) throws(KernelError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            if try Poll.wait(reader.number, for: .readable, until: deadline).isEmpty {
                throw KernelError(call: "poll", errno: .timedOut, subject: "the copy inside")
            }
            let part = try reader.read(upTo: 65536)
            if part.isEmpty { return bytes }
            bytes += part
            if bytes.count > limit { throw KernelError(call: "read", errno: .fileTooLarge, subject: "the copy inside") }
        }
    }

    /// What it takes to go in.
    fileprivate struct Entry {
        let initHandle: SharedDescriptor
        let namespaces: NamespaceSet
        let cgroups: [SharedDescriptor]
        let capabilities: CapabilityMask

        init(_ container: Container, _ timeLimit: Duration) throws(ControlError) {
            let client = ControlClient(lxcPath: container.lxcPath, name: container.name, timeLimit: timeLimit)
            initHandle = SharedDescriptor(try client.initPIDFD().intoDescriptor())
            cgroups = try client.cgroupDescriptors().directories
            let pid = try client.initPID()
            (namespaces, capabilities) = try ControlError.wrapping { () throws(KernelError) in
                var different: NamespaceSet = []
                for (kind, file) in NamespaceSet.all where try Self.isOther(file, pid) { different.insert(kind) }
                return (different, CapabilityMask(rawValue: try ProcessStatus.read(process: "\(pid)").boundingCapabilities ?? 0))
            }
        }

        /// Entering a user namespace that one is in already is an error, so only those that differ are entered.
        private static func isOther(_ file: String, _ pid: Int32) throws(KernelError) -> Bool {
            guard let own = try FileStatus.ifPresent("/proc/self/ns/\(file)") else { return false }
            return try FileStatus(of: "/proc/\(pid)/ns/\(file)").inode != own.inode
        }
    }
}

/// The copy's side.
private struct Visitor {
    let entry: ContainerVisit.Entry
    let output: Int32

    func run(_ work: () -> [UInt8]) -> Never {
        do throws(KernelError) {
            try ProcessControl.setDumpable(false)
            try ProcessControl.setParentDeathSignal(Signals.kill)
            try enterCgroups()
            try Namespaces.enter(entry.initHandle.number, entry.namespaces, label: "namespaces of the container")
            // Only a child is born in the new pid namespace.
            switch try ProcessCopy.make() {
            case .child: try workInside(work)
            case .parent(_, let handle): ProcessCopy.exitNow(try handle.collect() == .exited(0) ? 0 : 1)
            }
        } catch { ProcessCopy.exitNow(1) }
    }

    /// Limits and rules for devices hold for us too.
    private func enterCgroups() throws(KernelError) {
        for directory in entry.cgroups {
            let cgroup = CgroupDirectory(owning: try directory.duplicate(), label: "cgroup of the container")
            if try cgroup.version() == .v2 { try AttachLeaf.enter(pid: 0, payload: cgroup) } else { try cgroup.write("cgroup.procs", "0") }
        }
    }

    private func workInside(_ work: () -> [UInt8]) throws(KernelError) -> Never {
        try ProcessControl.setParentDeathSignal(Signals.kill)
        try Execution.closeAll(except: [output])
        let nothing = try OwnedDescriptor(opening: "/dev/null", .readWrite)
        for stream in [StandardStream.input, .output, .error] { try ProcessControl.replaceStandard(stream, with: nothing.number) }
        try ProcessControl.changeDirectory("/")
        if entry.namespaces.contains(.user) {
            try Credentials.setGroup(0)
            try Credentials.setUser(0)
        }
        try restrictCapabilities()
        try ProcessControl.setNoNewPrivileges()
        try ProcessControl.setDumpable(false)
        try writeDescriptor(output, work())
        ProcessCopy.exitNow(0)
    }

    private func restrictCapabilities() throws(KernelError) {
        try CapabilitySets.dropFromBounding(CapabilitySets.bounding().subtracting(entry.capabilities))
        let current = try CapabilitySets.current()
        let kept = current.permitted.intersection(entry.capabilities)
        try CapabilitySets.set(effective: kept, permitted: kept, inheritable: [])
    }
}
