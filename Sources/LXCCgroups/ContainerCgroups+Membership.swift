// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

extension ContainerCgroups {
    /// Moves a process into the monitor's or the payload's cgroup of every hierarchy.
    ///
    /// - Parameters:
    ///   - role: Which cgroup; it must have been made.
    ///   - pid: The process, in the caller's pid namespace; 0 for the caller.
    ///   - isBornInUnified: The process was cloned into ``birthCgroup``, so only the v1 hierarchies are left to do.
    /// - Throws: ``CgroupError/kernel(_:)``; `.noSuchProcess` when the process is gone.
    package func enter(_ role: CgroupRole, pid: Int32 = 0, isBornInUnified: Bool = false) throws(CgroupError) {
        guard let path = role == .monitor ? monitorPath : payloadPath else { return }
        for member in members where !(isBornInUnified && member.hierarchy.version == .v2) {
            try wrapped { () throws(KernelError) in try member.base.directory.write("\(path)/cgroup.procs", "\(pid)") }
        }
    }

    /// Moves the caller, which must have a single thread, into the monitor's or the payload's cgroups; much faster than
    /// ``enter(_:pid:isBornInUnified:)``.
    ///
    /// Moving a whole process makes the kernel wait until no process anywhere forks or ends (8 to 15 ms measured on an idle
    /// two-core machine when it has not happened just before). A thread that moves itself on cgroup v1 does not wait (0.07 ms),
    /// and neither does a process that is born in a cgroup v2.
    ///
    /// - Parameters:
    ///   - role: Which cgroup; it must have been made.
    ///   - includingUnified: Whether cgroup v2 is entered too, slowly. Not needed for a process born in ``birthCgroup`` or
    ///     ``monitorBirthCgroup``.
    /// - Throws: ``CgroupError/kernel(_:)``.
    package func enterSelf(_ role: CgroupRole, includingUnified: Bool) throws(CgroupError) {
        guard let path = role == .monitor ? monitorPath : payloadPath else { return }
        for member in members { try moveSelf(to: path, member, includingUnified: includingUnified) }
    }

    /// Moves the caller, which must have a single thread, out of the monitor's cgroups into the pivot cgroup, so that
    /// ``removeMonitor()`` can remove them.
    ///
    /// - Parameter includingUnified: Whether the caller is in the monitor's cgroup v2 and leaves that too, slowly.
    /// - Throws: ``CgroupError``.
    package func leaveMonitorSelf(includingUnified: Bool) throws(CgroupError) {
        for member in members where includingUnified || member.hierarchy.version == .v1 {
            try moveSelf(to: makePivot(member), member, includingUnified: includingUnified)
        }
    }

    private func moveSelf(to path: String, _ member: Member, includingUnified: Bool) throws(CgroupError) {
        switch member.hierarchy.version {
        case .v1: try wrapped { () throws(KernelError) in try member.base.directory.write("\(path)/tasks", "0") }
        case .v2 where includingUnified:
            try wrapped { () throws(KernelError) in try member.base.directory.write("\(path)/cgroup.procs", "0") }
        case .v2: break
        }
    }

    /// Makes the pivot cgroup of cgroup v2 and opens it, so that a process can be born there.
    ///
    /// - Returns: The directory; nil when the host has no cgroup v2.
    /// - Throws: ``CgroupError``.
    package func openPivot() throws(CgroupError) -> CgroupDirectory? {
        guard let member = members.last(where: { $0.hierarchy.version == .v2 }) else { return nil }
        let path = try makePivot(member)
        return try wrapped { () throws(KernelError) in try member.base.directory.open(path) }
    }

    /// Gives the payload's cgroup to the container's root user, so that it can make cgroups of its own below.
    ///
    /// The directory and the files that move processes change hands; the files with limits stay with the host's root.
    ///
    /// - Parameters:
    ///   - user: Host user that is root in the container.
    ///   - group: Host group that is root in the container.
    /// - Throws: ``CgroupError/kernel(_:)`` with the reason of `fchownat(2)`.
    package func changeOwner(user: UInt32, group: UInt32) throws(CgroupError) {
        guard let payloadPath else { return }
        for member in members {
            let files =
                member.hierarchy.version == .v1
                ? ["cgroup.procs", "tasks"] : ["cgroup.procs", "cgroup.threads", "cgroup.subtree_control"]
            try wrapped { () throws(KernelError) in
                let directory = try member.base.directory.open(payloadPath)
                try directory.changeOwner(".", user: user, group: group)
                try directory.changeMode(".", 0o775)
                for file in files {
                    try directory.changeOwner(file, user: user, group: group)
                    try directory.changeMode(file, 0o664)
                }
            }
        }
    }

    /// Which of the payload's two cgroups a caller means; they differ with `lxc.cgroup.dir.container.inner` only.
    package enum PayloadPart: Sendable {
        /// The one that carries the limits.
        case limits
        /// The one that the processes are in.
        case processes
    }

    /// A cgroup's path as the control protocol reports it (`GET_CGROUP`, `GET_LIMIT_CGROUP`).
    ///
    /// - Parameters:
    ///   - controller: A v1 controller or `name=…`; nil for cgroup v2. Where cgroup v2 is alone, its controllers and the former
    ///     ones `devices` and `freezer` name it too.
    ///   - part: Which of the payload's cgroups.
    /// - Returns: `/lxc.payload.p1` on v1 and hybrid hosts, `lxc.payload.p1` where cgroup v2 is alone; nil for an unknown controller.
    package func reportedPath(_ controller: String?, _ part: PayloadPart = .processes) -> String? {
        guard let path = path(of: part), let member = member(of: controller) else { return nil }
        let base = member.hierarchy.base == "/" ? "" : member.hierarchy.base
        let full = "\(base)/\(path)"
        return layout.kind == .unified ? String(full.dropFirst()) : full
    }

    /// Opens the directory of one of the payload's cgroups, to be sent over the control socket or to be worked on.
    ///
    /// - Parameter controller: As for ``reportedPath(_:_:)``.
    /// - Returns: Nil for an unknown controller.
    package func openPayload(_ controller: String?, _ part: PayloadPart = .processes) throws(CgroupError) -> CgroupDirectory? {
        guard let path = path(of: part), let member = member(of: controller) else { return nil }
        return try wrapped { () throws(KernelError) in try member.base.directory.open(path) }
    }

    /// Opens the payload's cgroup directories of all hierarchies, in the layout's order (`GET_CGROUP_CTX`).
    package func openPayloads(_ body: (CgroupHierarchy, consuming CgroupDirectory) -> Void) throws(CgroupError) {
        guard let path = path(of: .processes) else { return }
        for member in members {
            let directory = try wrapped { () throws(KernelError) in try member.base.directory.open(path) }
            body(member.hierarchy, directory)
        }
    }

    func path(of part: PayloadPart) -> String? { part == .limits ? limitPath : payloadPath }

    func member(of controller: String?) -> Member? {
        guard let controller else { return members.last { $0.hierarchy.version == .v2 } }
        if let legacy = members.first(where: { $0.hierarchy.version == .v1 && $0.hierarchy.controllers.contains(controller) }) {
            return legacy
        }
        guard let unified = members.last(where: { $0.hierarchy.version == .v2 }) else { return nil }
        if layout.kind == .unified, controller == "devices" || controller == "freezer" { return unified }
        // Read when asked: what the base offers can change while the container runs.
        let available = try? unified.base.directory.text("cgroup.controllers")  // unreadable means unknown
        return available?.split(separator: " ").contains { $0 == controller } == true ? unified : nil
    }
}
