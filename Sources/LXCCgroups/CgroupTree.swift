// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A walk over the cgroups below one.
///
/// It holds one open directory however deep the tree is, and uses no recursion: a container can nest its cgroups as it likes.
enum CgroupTree {
    /// What a walk does with each cgroup; both get the parent's directory and the cgroup's name.
    struct Visitor {
        /// On the way down. Returns whether the cgroups below are to be visited.
        var enter: (borrowing CgroupDirectory, String) throws(KernelError) -> Bool
        /// On the way up, for those that were descended into.
        var leave: (borrowing CgroupDirectory, String) throws(KernelError) -> Void = { _, _ in }
    }

    /// Removes a cgroup and all below it.
    ///
    /// - Returns: Whether all is gone; false when processes hold it or the deadline passed.
    /// - Throws: ``KernelError``, but not for cgroups that are busy or disappear meanwhile.
    static func remove(_ cgroup: AnchoredCgroup, until deadline: MonotonicInstant) throws(KernelError) -> Bool {
        // The usual case: the container has left no cgroups of its own.
        if try cgroup.anchor.directory.remove(cgroup.path) { return true }
        let visitor = Visitor(
            enter: { parent, name throws(KernelError) in try !parent.remove(name) },
            leave: { parent, name throws(KernelError) in _ = try parent.remove(name) })
        try walk(cgroup, until: deadline, visitor)
        return try cgroup.anchor.directory.remove(cgroup.path)
    }

    /// Visits each cgroup strictly below one; stops at the deadline.
    ///
    /// - Throws: ``KernelError``, but not for cgroups that disappear meanwhile.
    static func walk(_ cgroup: AnchoredCgroup, until deadline: MonotonicInstant, _ visitor: Visitor) throws(KernelError) {
        do {
            try walkPresent(cgroup, until: deadline, visitor)
        } catch {
            // The tree was changed under us so that the way up is lost; the caller tries again.
            if !isGone(error) { throw error }
        }
    }

    private static func walkPresent(_ cgroup: AnchoredCgroup, until deadline: MonotonicInstant, _ visitor: Visitor) throws(KernelError) {
        var current = try cgroup.open()
        var names: [String] = []
        var waiting = [try current.children()]
        while var siblings = waiting.popLast(), !deadline.hasPassed {
            if let name = siblings.popLast() {
                waiting.append(siblings)
                guard try visitor.enter(current, name), let below = try descend(current, name) else { continue }
                names.append(name)
                waiting.append(try below.children())
                current = below
            } else if let name = names.popLast() {
                // Cgroups cannot move to another parent, so the way up is the way we came.
                current = CgroupDirectory(owning: try current.openFile("..", [.readOnly, .directory]), label: current.label)
                try visitor.leave(current, name)
            }
        }
    }

    /// Opens a child; nil when it is gone. The label stays the same, else it would grow with the depth.
    private static func descend(_ parent: borrowing CgroupDirectory, _ name: String) throws(KernelError) -> CgroupDirectory? {
        do {
            return CgroupDirectory(owning: try parent.openFile(name, [.readOnly, .directory]), label: parent.label)
        } catch {
            if isGone(error) { return nil }
            throw error
        }
    }

    static func isGone(_ error: KernelError) -> Bool {
        error.errno == .noSuchFileOrDirectory || error.errno == .operationNotSupportedByDevice
    }
}
