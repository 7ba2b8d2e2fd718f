// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The children of the calling thread, among them orphans of its programs while it is their reaper.
package struct ProcessChildren {
    private let before: Set<Int32>

    /// Becomes the reaper of orphans (`PR_SET_CHILD_SUBREAPER`) and remembers which children there are already.
    package init() throws(KernelError) {
        before = Set(Self.numbers())
        try Self.setSubreaper(true)
    }

    /// Kills every child that came since, and theirs, until none is left or the deadline has passed.
    package func killNew(until deadline: MonotonicInstant) {
        while !deadline.hasPassed {
            let new = Self.numbers().filter { !before.contains($0) }
            if new.isEmpty { return }
            for number in new {
                // Not collected yet, so the number cannot mean another process; one that has ended needs no signal.
                _ = kill(number, SIGKILL)
                while waitpid(number, nil, 0) == -1 && Errno.last.rawValue == EINTR {}
            }
        }
    }

    /// Is no reaper of orphans any more.
    package func finish() throws(KernelError) { try Self.setSubreaper(false) }

    private static func setSubreaper(_ isOne: Bool) throws(KernelError) {
        try kernelCommand("prctl", "PR_SET_CHILD_SUBREAPER") { clinux_prctl(PR_SET_CHILD_SUBREAPER, isOne ? 1 : 0, 0, 0, 0) }
    }

    /// Waits for one child by its number, for those of which no handle was kept. Kernel call: `waitpid(2)`.
    package static func collect(_ number: Int32) throws(KernelError) -> ExitStatus {
        var status: Int32 = 0
        _ = try kernelCall("waitpid", "process \(number)") { waitpid(number, &status, 0) }
        return ExitStatus(waitStatus: status)
    }

    /// Empty on a kernel that does not list them (without `CONFIG_PROC_CHILDREN`).
    private static func numbers() -> [Int32] {
        do { return try WholeFile.text("/proc/thread-self/children").split(separator: " ").compactMap { Int32($0) } } catch { return [] }
    }
}
