// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

extension ContainerCgroups {
    /// Moves a process into the monitor's or the payload's cgroup of every hierarchy.
    ///
    /// Moving a process costs a lot: the kernel waits until no process anywhere is forking or ending (8 to 15 ms measured on an
    /// idle two-core machine, when it has not happened just before). Two ways are cheap (0.07 ms): a thread that moves itself
    /// on cgroup v1, and birth in a cgroup v2. So a process should be born in ``birthCgroup`` or ``monitorBirthCgroup`` and move
    /// itself here.
    ///
    /// - Parameters:
    ///   - role: Which cgroup; it must have been made.
    ///   - pid: The process, in the caller's pid namespace; 0 for the caller, which must have a single thread then.
    ///   - isBornInUnified: Leaves cgroup v2 out: the process was born in the right one, or goes there later.
    /// - Throws: ``CgroupError/kernel(_:)``; `.noSuchProcess` when the process is gone.
    package func enter(_ role: CgroupRole, pid: Int32 = 0, isBornInUnified: Bool = false) throws(CgroupError) {
        guard let path = role == .monitor ? monitorPath : payloadPath else { return }
        for member in members where !(isBornInUnified && member.hierarchy.version == .v2) { try move(pid, to: path, member) }
    }

    /// Opens the files through which a process with a single thread enters the payload's v1 cgroups.
    ///
    /// - Throws: ``CgroupError/kernel(_:)``.
    package func openEntrances() throws(CgroupError) -> [SharedDescriptor] {
        guard let payloadPath else { return [] }
        var entrances: [SharedDescriptor] = []
        for member in members where member.hierarchy.version == .v1 {
            let file = try wrapped { () throws(KernelError) in try member.base.directory.openFile("\(payloadPath)/tasks", .writeOnly) }
            entrances.append(SharedDescriptor(file))
        }
        return entrances
    }

    /// Moves the caller, which has a single thread, through what ``openEntrances()`` opened.
    ///
    /// - Throws: ``CgroupError/kernel(_:)``.
    package static func enter(through entrances: [SharedDescriptor]) throws(CgroupError) {
        for entrance in entrances { try wrapped { () throws(KernelError) in try entrance.owned.writeAll([UInt8(ascii: "0")]) } }
    }

    func move(_ pid: Int32, to path: String, _ member: Member) throws(CgroupError) {
        // Linux 5.5 moves a thread that asks for itself without stopping all others.
        let file = pid == 0 && member.hierarchy.version == .v1 ? "tasks" : "cgroup.procs"
        try wrapped { () throws(KernelError) in try member.base.directory.write("\(path)/\(file)", "\(pid)") }
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
    /// - Parameters:
    ///   - controller: As for ``reportedPath(_:_:)``.
    ///   - part: Which of the payload's cgroups.
    /// - Returns: Nil for an unknown controller.
    /// - Throws: ``CgroupError/kernel(_:)``.
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
