// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// What became of cgroups that were to be removed.
package struct CgroupRemovalReport: Sendable, Equatable {
    /// A cgroup that is still there.
    package struct Remaining: Sendable, Equatable {
        package let path: String
        /// Processes in it, at most ten; empty when only cgroups below it have some.
        package let processes: [Int32]
        /// A failed system call, when that and not a process is the reason.
        package let error: KernelError?
    }

    package var remaining: [Remaining] = []
    /// Whether processes had to be killed.
    package var hasKilled = false

    package init() {}

    /// Whether everything is gone.
    package var isComplete: Bool { remaining.isEmpty }
}

/// Removes cgroups with everything below them, with patience and then by force.
struct CgroupRemoval {
    /// How long killed processes may take to go, in milliseconds. A process in an uninterruptible call never does.
    static let killMilliseconds = 2000

    /// Removes cgroups.
    ///
    /// - Parameters:
    ///   - cgroups: The same container's cgroups in all hierarchies.
    ///   - drainMilliseconds: How long processes that outlive the container's init may take to end by themselves, zero or more.
    /// - Returns: What is left.
    static func remove(_ cgroups: [AnchoredCgroup], drainMilliseconds: Int) -> CgroupRemovalReport {
        var report = CgroupRemovalReport()
        var failures: [String: KernelError] = [:]
        var remaining = cgroups
        var deadline = MonotonicInstant.now + .milliseconds(drainMilliseconds)
        var pause: Int64 = 1
        while true {
            // One round may take long with very many cgroups; waiting for processes is what the deadline is about.
            let round = MonotonicInstant.now + .milliseconds(5000)
            remaining = remaining.filter { cgroup in
                do throws(KernelError) {
                    failures[cgroup.label] = nil
                    return try !CgroupTree.remove(cgroup, until: round)
                } catch {
                    failures[cgroup.label] = error
                    return true
                }
            }
            if remaining.isEmpty { return report }
            if deadline.hasPassed {
                if report.hasKilled { break }
                report.hasKilled = true
                deadline = .now + .milliseconds(killMilliseconds)
                pause = 1
            }
            if report.hasKilled {
                // Repeated, because without a freezer a process may have forked between listing and killing.
                do { try CgroupKill.killAll(remaining, until: deadline) } catch { failures[error.subject] = error }
            }
            wait(for: remaining, deadline, &pause)
        }
        report.remaining = remaining.map { cgroup in
            let processes = (try? CgroupKill.pids(cgroup.anchor.directory, cgroup.path + "/cgroup.procs")) ?? []  // only told
            return .init(path: cgroup.label, processes: Array(processes.prefix(10)), error: failures[cgroup.label])
        }
        return report
    }

    /// Waits for processes to go: on cgroup v2 until the kernel says so, else a little longer each time.
    private static func wait(for cgroups: [AnchoredCgroup], _ deadline: MonotonicInstant, _ pause: inout Int64) {
        let step = min(deadline, .now + .milliseconds(pause))
        pause = min(pause * 2, 50)
        guard let unified = cgroups.first(where: { $0.anchor.version == .v2 }) else { return step.sleep() }
        do throws(KernelError) {
            // Empty, and yet it was busy: some other hierarchy, or processes that are on their way out.
            if try CgroupEvents(of: unified.open()).wait(for: "populated", false, until: step) { step.sleep() }
        } catch {
            step.sleep()
        }
    }
}

extension ContainerCgroups {
    /// Removes the payload's cgroups with everything that the container made below them.
    ///
    /// Processes that outlive the container's init are waited for, then killed.
    ///
    /// - Parameter drainMilliseconds: The longest wait before the kill, zero or more.
    /// - Returns: What is left.
    package func removePayload(drainMilliseconds: Int = 3000) -> CgroupRemovalReport {
        guard let limitPath else { return CgroupRemovalReport() }
        let report = CgroupRemoval.remove(anchored(limitPath), drainMilliseconds: drainMilliseconds)
        if report.isComplete { self.limitPath = nil }
        return report
    }

    /// Moves the monitor into the pivot cgroup and removes the monitor's cgroups.
    ///
    /// In cgroup v2 a process is moved only if it is in the monitor's cgroup, since moving is slow (see
    /// ``enter(_:pid:isBornInUnified:)``). A monitor that was born there can avoid it: its last child, born in the directory of
    /// ``openPivot()``, waits for the monitor's end and calls this.
    ///
    /// - Parameter pid: The monitor; 0 for the caller, which must have a single thread then.
    /// - Returns: What is left; other processes that were in the monitor's cgroups have been killed.
    /// - Throws: ``CgroupError`` when the pivot cgroup cannot be made or entered.
    package func removeMonitor(pid: Int32 = 0) throws(CgroupError) -> CgroupRemovalReport {
        guard let monitorPath else { return CgroupRemovalReport() }
        let process = pid == 0 ? "self" : "\(pid)"
        let unified = try wrapped { () throws(KernelError) in try ProcessCgroup.read(process: process) }.unifiedPath
        for member in members {
            let own = (member.hierarchy.base == "/" ? "" : member.hierarchy.base) + "/" + monitorPath
            if member.hierarchy.version == .v2 && unified != own { continue }
            try move(pid, to: makePivot(member), member)
        }
        let report = CgroupRemoval.remove(anchored(monitorPath), drainMilliseconds: 0)
        if report.isComplete { self.monitorPath = nil }
        removeOwnParents(of: monitorPath)
        return report
    }

    /// Kills every process in the payload's cgroups; returns without waiting for their end.
    ///
    /// - Throws: ``CgroupError/kernel(_:)``.
    package func killPayload() throws(CgroupError) {
        guard let limitPath else { return }
        let cgroups = anchored(limitPath)
        // The v2 tree holds every process of the container where there is one; the others are the fallback.
        let first = cgroups.last { $0.anchor.version == .v2 } ?? cgroups.first { _ in true }
        let freezer = member(of: "freezer").map { AnchoredCgroup(anchor: $0.base, path: limitPath) }
        let targets = [freezer, first].compactMap { $0 }
        try wrapped { () throws(KernelError) in try CgroupKill.killAll(targets, until: .now + .milliseconds(2000)) }
    }

    /// Directories of the cgroups made so far, for the journal: the payload's, then the monitor's.
    package var journalPaths: [String] {
        [limitPath, monitorPath].compactMap { $0 }.flatMap { path in anchored(path).map { $0.label } }
    }

    /// What ``journalPaths`` will most likely be once both cgroups are made, so that the journal can be written before them and a
    /// monitor that is killed in between leaves nothing that nobody knows of.
    ///
    /// Names that others have are not among them. When the result differs afterwards, the journal is to be corrected.
    ///
    /// - Returns: The payload's directories, then the monitor's.
    /// - Throws: ``CgroupError`` for a path that cannot be used or no free name.
    package func expectedJournalPaths() throws(CgroupError) -> [String] {
        var paths: [String] = []
        for role in [CgroupRole.payload, .monitor] {
            let name = try placement.cgroupName(role)
            // Containers have the same name in every hierarchy, so one hierarchy tells which are taken.
            let number = (0...(name.isNumbered ? 999 : 0)).first { number in
                members.last.map { !$0.base.directory.exists(name.path(number: number)) } ?? true
            }
            guard let number else { throw .noFreeName(path: name.path(number: 0)) }
            paths += anchored(name.path(number: number)).map { $0.label }
        }
        return paths
    }

    /// Removes the cgroups that a killed monitor left behind.
    ///
    /// Only directories on a cgroup filesystem are touched, whatever the journal says.
    ///
    /// - Parameters:
    ///   - paths: What ``journalPaths`` was.
    ///   - drainMilliseconds: The longest wait before processes are killed, zero or more.
    /// - Returns: What is left.
    package static func remove(journalPaths paths: [String], drainMilliseconds: Int = 3000) -> CgroupRemovalReport {
        var cgroups: [AnchoredCgroup] = []
        var failed: [CgroupRemovalReport.Remaining] = []
        for path in paths {
            let components = path.split(separator: "/")
            guard let name = components.last, !components.contains(".."), name != "." else { continue }
            let parent = "/" + components.dropLast().joined(separator: "/")
            do throws(KernelError) {
                let directory = try CgroupDirectory(opening: parent)
                guard let version = try directory.version() else { continue }
                cgroups.append(AnchoredCgroup(anchor: CgroupAnchor(directory, version), path: String(name)))
            } catch {
                if !CgroupTree.isGone(error) { failed.append(.init(path: path, processes: [], error: error)) }
            }
        }
        var report = CgroupRemoval.remove(cgroups, drainMilliseconds: drainMilliseconds)
        report.remaining += failed
        return report
    }

    private func anchored(_ path: String) -> [AnchoredCgroup] { members.map { AnchoredCgroup(anchor: $0.base, path: path) } }

    /// Removes directories that `lxc.cgroup.pattern` gave to this container alone, unless another one of the same name uses them.
    private func removeOwnParents(of path: String) {
        guard let depth = try? placement.cgroupName(.monitor).ownedDepth else { return }  // it was valid when it was made
        for member in members {
            var components = path.split(separator: "/").dropLast()
            for _ in 0..<depth where !components.isEmpty {
                guard let isGone = try? member.base.directory.remove(components.joined(separator: "/")), isGone else { break }  // kept
                components.removeLast()
            }
        }
    }
}
