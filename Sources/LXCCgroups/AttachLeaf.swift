// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Where a process that is attached to a running container goes in its cgroup v2.
///
/// The payload's cgroup may have turned controllers on for its children, and then takes no process itself; so a leaf below it
/// is tried first.
package enum AttachLeaf {
    /// Lets a process be born in a leaf of the payload's cgroup, or in the cgroup itself; far faster than moving it.
    ///
    /// Tried in this order until one works: `.lxc`; the payload's cgroup; `.lxc-1` to `.lxc-999`.
    ///
    /// - Parameters:
    ///   - payload: The payload's cgroup v2 directory.
    ///   - body: Called with a directory for `CLONE_INTO_CGROUP`; when it throws, the next one is tried.
    /// - Returns: What `body` returned, in the new process too.
    /// - Throws: The last failure, or at once one that has nothing to do with the place, such as "try again".
    package static func birth<Result: ~Copyable>(
        payload: borrowing CgroupDirectory, _ body: (Int32) throws(KernelError) -> Result
    ) throws(KernelError) -> Result {
        var last = KernelError(call: "clone3", errno: .resourceBusy, subject: payload.label)
        for attempt in 0...1000 {
            let leaf = attempt == 0 ? ".lxc" : ".lxc-\(attempt - 1)"
            var isNew = false
            do {
                if attempt == 1 { return try body(payload.number) }
                isNew = try payload.make(leaf)
                let place = try payload.open(leaf)
                let result = try body(place.number)
                _ = consume place  // open until the process is born
                return result
            } catch {
                if isNew { discard(leaf, payload) }
                if error.errno == .resourceTemporarilyUnavailable || error.errno == .noMemory { throw error }
                // Only a cgroup with children that have controllers makes it worth to go on.
                if attempt == 1, error.errno != .resourceBusy { throw error }
                last = error
            }
        }
        throw last
    }

    /// Moves a process into a leaf of the payload's cgroup, or into the cgroup itself.
    ///
    /// Tried in this order: `.lxc`; where that is refused, the payload's cgroup; where that has children with controllers,
    /// `.lxc-1` to `.lxc-999`.
    ///
    /// - Parameters:
    ///   - pid: The process, in the caller's pid namespace; 0 for the caller.
    ///   - payload: The payload's cgroup v2 directory.
    /// - Returns: The leaf's name; nil when the process went into the payload's cgroup itself.
    /// - Throws: ``KernelError``; `.noSuchProcess` when the process is gone, `.permissionDenied` when the caller may not.
    @discardableResult
    package static func enter(pid: Int32, payload: borrowing CgroupDirectory) throws(KernelError) -> String? {
        do {
            try move(pid, payload, ".lxc")
            return ".lxc"
        } catch {
            if error.errno == .noSuchProcess { throw error }
        }
        do {
            try payload.write("cgroup.procs", "\(pid)")
            return nil
        } catch {
            guard error.errno == .resourceBusy else { throw error }
        }
        var last = KernelError(call: "mkdirat", errno: .fileExists, subject: payload.subject(".lxc"))
        for number in 1...999 {
            let leaf = ".lxc-\(number)"
            do {
                try move(pid, payload, leaf)
                return leaf
            } catch {
                if error.errno == .noSuchProcess { throw error }
                last = error
            }
        }
        throw last
    }

    private static func move(_ pid: Int32, _ payload: borrowing CgroupDirectory, _ leaf: String) throws(KernelError) {
        let isNew = try payload.make(leaf)
        do { try payload.write("\(leaf)/cgroup.procs", "\(pid)") } catch {
            // A leaf that was of no use must not stay behind; an older one belongs to others.
            if isNew { discard(leaf, payload) }
            throw error
        }
    }

    /// Takes a leaf back; the reason why it is of no use is the error to report.
    private static func discard(_ leaf: String, _ payload: borrowing CgroupDirectory) {
        do { _ = try payload.remove(leaf) } catch { return }
    }
}
