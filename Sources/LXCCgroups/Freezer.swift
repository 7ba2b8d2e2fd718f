// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Stops and continues all processes of a cgroup.
package enum Freezer {
    /// How it ended.
    package enum Outcome: Sendable, Equatable {
        /// All processes are in the wanted state.
        case reached
        /// The request stands, but the deadline passed first; a process in an uninterruptible call cannot be frozen.
        case timedOut
        /// The directory has no freezer files: it is the root cgroup, or of another v1 controller.
        case unsupported
    }

    /// Freezes or thaws.
    ///
    /// - Parameters:
    ///   - frozen: The wanted state.
    ///   - cgroup: The payload's directory: cgroup v2, or the v1 `freezer` hierarchy.
    ///   - deadline: When to stop waiting; the request is not taken back then.
    /// - Returns: How it ended.
    /// - Throws: ``KernelError``; `.noSuchFileOrDirectory` or `.operationNotSupportedByDevice` when the cgroup is gone.
    ///
    /// See: cgroup-v2.rst `cgroup.freeze`; cgroup-v1/freezer-subsystem.rst.
    package static func set(
        frozen: Bool, in cgroup: borrowing CgroupDirectory, until deadline: MonotonicInstant
    ) throws(KernelError) -> Outcome {
        if try write(cgroup, "cgroup.freeze", frozen ? "1" : "0") {
            let events = try CgroupEvents(of: cgroup)
            return try events.wait(for: "frozen", frozen, until: deadline) ? .reached : .timedOut
        }
        let wanted = frozen ? "FROZEN" : "THAWED"
        var pause: Int64 = 1
        while true {
            // Written again and again: the v1 freezer misses processes that fork while it works.
            guard try write(cgroup, "freezer.state", wanted) else { return .unsupported }
            if try cgroup.text("freezer.state") == wanted { return .reached }
            if deadline.hasPassed { return .timedOut }
            min(deadline, .now + .milliseconds(pause)).sleep()
            pause = min(pause * 2, 20)
        }
    }

    /// The present state.
    ///
    /// - Parameter cgroup: The payload's directory: cgroup v2, or the v1 `freezer` hierarchy.
    /// - Returns: Whether all processes are frozen; nil when the directory has no freezer files.
    /// - Throws: ``KernelError``.
    package static func isFrozen(_ cgroup: borrowing CgroupDirectory) throws(KernelError) -> Bool? {
        do { return try CgroupEvents(of: cgroup).value(of: "frozen") } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
        do { return try cgroup.text("freezer.state") == "FROZEN" } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
        return nil
    }

    /// Writes a file; false when the cgroup is there but has no such file.
    private static func write(_ cgroup: borrowing CgroupDirectory, _ file: String, _ text: String) throws(KernelError) -> Bool {
        do {
            try cgroup.write(file, text)
            return true
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            // A removed cgroup has no files at all: that is an error, not another kind of cgroup.
            _ = try cgroup.openFile("cgroup.procs", .readOnly)
            return false
        }
    }
}
