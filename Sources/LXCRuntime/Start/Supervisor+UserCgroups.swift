// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LinuxKernel

/// The cgroups of a container that an ordinary user starts: below the user's own cgroup, where the user may make some.
extension Supervisor {
    /// Finds out where the user's cgroups begin; asks systemd for a scope when they have none of their own.
    ///
    /// - Returns: The layout to use, which is another one after a move.
    static func userLayout(_ layout: CgroupLayout, name: String, _ log: LogWriter) -> CgroupLayout {
        guard layout.kind != .none, !layout.hasWritableBase else { return layout }
        let note = "the container gets no cgroups: you may make none in yours"
        do throws(UserScope.Refusal) {
            try UserScope(name: name).enter(from: layout.unified?.base)
        } catch {
            switch error {
            case .noManager: log.warn("\(note), and no systemd of yours could give you one; limits and lxc-freeze do not work")
            case .failed(let reason): log.warn("\(note), and systemd gave none: \(reason); limits and lxc-freeze do not work")
            }
            return layout
        }
        do throws(KernelError) { return try CgroupLayout.detect() } catch {
            log.warn("\(note): \(error)")
            return layout
        }
    }

    /// Lets the container's root make cgroups below the payload's. They stay the user's, and become its group's.
    func shareUserCgroups() throws(OperationFailure) {
        guard let cgroups, !cgroups.delegatedFiles.isEmpty else { return }
        try MappedHelper(plan.config.idMap).run(["share"] + cgroups.delegatedFiles, "cannot give the cgroup to the container's root")
    }

    /// Removes what the container made below its cgroups, over which the user has no rights.
    func removeNestedUserCgroups() {
        guard isOrdinaryUser, let cgroups else { return }
        let nested = cgroups.nestedDirectories()
        if nested.isEmpty { return }
        do throws(OperationFailure) {
            try MappedHelper(plan.config.idMap).run(["prune"] + nested, "cannot remove the container's cgroups")
        } catch { log.failure(error) }
    }
}
