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
        do throws(KernelError) {
            let found = try CgroupLayout.detect()
            // A cgroup with processes that passes controllers on becomes a threaded one, below which containers cannot live.
            if let scope = found.unified?.baseDirectory {
                try HostPath.makeDirectories(scope + Self.waitingRoom)
                try WholeFile.writeControl(scope + Self.waitingRoom + "/cgroup.procs", "0")
            }
            return found
        } catch {
            log.warn("\(note): \(error)")
            return layout
        }
    }

    /// Where the supervisor is in its scope until it has a cgroup of its own.
    private static let waitingRoom = "/lxc.start"

    /// Removes what ``userLayout(_:name:_:)`` made; elsewhere there is none.
    func leaveWaitingRoom() {
        guard isOrdinaryUser, let scope = layout.unified?.baseDirectory else { return }
        do {
            guard try FileStatus.ifPresent(scope + Self.waitingRoom) != nil else { return }
            try HostPath.removeDirectory(scope + Self.waitingRoom)
        } catch { log.debug("systemd removes it with the scope: \(error)") }
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
