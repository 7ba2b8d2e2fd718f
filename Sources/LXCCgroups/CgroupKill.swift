// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Kills every process in cgroups and below them.
enum CgroupKill {
    /// Sends `SIGKILL` to all processes that are in the cgroups now, and thaws what is frozen so that they can die.
    ///
    /// On cgroup v2 the kernel does it in one step (`cgroup.kill`, Linux 5.14). Elsewhere the v1 freezer stops the processes
    /// first, so that none can fork away; without it the caller repeats until nothing is left.
    static func killAll(_ cgroups: [AnchoredCgroup], until deadline: MonotonicInstant) throws(KernelError) {
        let freezers = cgroups.filter { $0.anchor.version == .v1 && hasFile($0, "freezer.state") }
        for cgroup in freezers { ignoringGone { () throws(KernelError) in try write(cgroup, "freezer.state", "FROZEN") } }
        for cgroup in cgroups where try !killAtOnce(cgroup) { try killEach(cgroup, until: deadline) }
        for cgroup in cgroups { try thaw(cgroup, isFreezer: freezers.contains { $0.label == cgroup.label }, until: deadline) }
    }

    private static func killAtOnce(_ cgroup: AnchoredCgroup) throws(KernelError) -> Bool {
        guard cgroup.anchor.version == .v2 else { return false }
        do {
            try write(cgroup, "cgroup.kill", "1")
            return true
        } catch {
            switch error.errno {
            // An older kernel, or a threaded cgroup, which has no such file or refuses.
            case .noSuchFileOrDirectory, .notSupportedOnSocket, .notPermitted, .permissionDenied: return false
            case .operationNotSupportedByDevice: return true
            default: throw error
            }
        }
    }

    private static func killEach(_ cgroup: AnchoredCgroup, until deadline: MonotonicInstant) throws(KernelError) {
        let top = try? cgroup.open()  // gone means nothing to kill
        guard let top else { return }
        try killMembers(of: top, ".")
        let visitor = CgroupTree.Visitor(enter: { parent, name throws(KernelError) in
            try killMembers(of: parent, name)
            return true
        })
        try CgroupTree.walk(cgroup, until: deadline, visitor)
    }

    /// Kills the processes that one cgroup lists, never one that got the number of a process which left meanwhile.
    private static func killMembers(of directory: borrowing CgroupDirectory, _ path: String) throws(KernelError) {
        let file = path == "." ? "cgroup.procs" : path + "/cgroup.procs"
        for pid in try pids(directory, file) where pid > 0 {
            do {
                let process = try PidFD(pid)
                // The handle may name a newcomer with the same number: only if the cgroup still lists the number it is a member.
                if try pids(directory, file).contains(pid) { try process.send(9) }
            } catch {
                if error.errno != .noSuchProcess && !CgroupTree.isGone(error) { throw error }
            }
        }
    }

    /// Process numbers in a `cgroup.procs` file; empty when the cgroup is gone.
    static func pids(_ directory: borrowing CgroupDirectory, _ file: String) throws(KernelError) -> [Int32] {
        let text: String
        do { text = try directory.text(file) } catch {
            // Threaded cgroups refuse to be listed; their processes are listed by the domain above.
            if CgroupTree.isGone(error) || error.errno == .notSupportedOnSocket { return [] }
            throw error
        }
        return text.split(separator: "\n").compactMap { Int32($0) }
    }

    private static func thaw(_ cgroup: AnchoredCgroup, isFreezer: Bool, until deadline: MonotonicInstant) throws(KernelError) {
        if cgroup.anchor.version == .v2 {
            ignoringGone { () throws(KernelError) in try write(cgroup, "cgroup.freeze", "0") }
        }
        guard isFreezer else { return }
        ignoringGone { () throws(KernelError) in try write(cgroup, "freezer.state", "THAWED") }
        let visitor = CgroupTree.Visitor(enter: { parent, name throws(KernelError) in
            ignoringGone { () throws(KernelError) in try parent.write("\(name)/freezer.state", "THAWED") }
            return true
        })
        try CgroupTree.walk(cgroup, until: deadline, visitor)
    }

    private static func hasFile(_ cgroup: AnchoredCgroup, _ file: String) -> Bool {
        do { _ = try cgroup.anchor.directory.openFile("\(cgroup.path)/\(file)", .readOnly) } catch { return false }
        return true
    }

    private static func write(_ cgroup: AnchoredCgroup, _ file: String, _ text: String) throws(KernelError) {
        try cgroup.anchor.directory.write("\(cgroup.path)/\(file)", text)
    }

    /// For helpful steps around the kill: whether they worked shows when the processes are gone.
    private static func ignoringGone(_ body: () throws(KernelError) -> Void) {
        do { try body() } catch { return }
    }
}
