// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A copy of the running process, as `fork(2)` makes it.
///
/// Only for programs with a single thread: no handler of the C library runs. The copy leaves through ``exitNow(_:)`` or exec.
package enum ProcessCopy {
    /// Which of the two processes goes on here.
    package enum Side: ~Copyable {
        /// In the caller: the child's number and handle.
        case parent(pid: Int32, handle: PidFD)
        /// In the copy.
        case child
    }

    /// Flags of `clone3(2)` besides the new namespaces.
    package struct Options: OptionSet, Sendable {
        package let rawValue: UInt64
        package init(rawValue: UInt64) { self.rawValue = rawValue }
        /// The caller's parent becomes the child's parent.
        package static let sameParent = Options(rawValue: 0x8000)
        /// Every signal has its default action in the child, also one that the caller ignores; Linux 5.5.
        package static let defaultSignalActions = Options(rawValue: 0x1_0000_0000)
    }

    /// Copies the process.
    ///
    /// `namespaces`: namespaces that are new for the child.
    /// `cgroup`: directory of the cgroup v2 group in which the child is born, or nil.
    /// Throws ``KernelError`` of `clone3(2)`, Linux 5.3 (5.7 with `cgroup`).
    package static func make(
        namespaces: NamespaceSet = [], options: Options = [], cgroup: Int32? = nil
    ) throws(KernelError) -> Side {
        var handle: Int32 = -1
        let flags = UInt64(UInt32(bitPattern: namespaces.cloneFlags)) | options.rawValue
        let signal = options.contains(.sameParent) ? 0 : SIGCHLD
        let pid = try kernelCall("clone3", "namespaces \(namespaces)") { clinux_clone3(flags, &handle, cgroup ?? -1, signal) }
        return pid == 0 ? .child : .parent(pid: pid, handle: PidFD(owning: OwnedDescriptor(owning: handle)))
    }

    /// Lets a copy that was made just now begin on another processor, when there is one, instead of when the caller waits.
    ///
    /// The kernel tends to put it behind the caller although another processor has nothing to do (measured on two: 52 of 60 copies, which
    /// began 1.2 ms late). Which processors it may use stays as it was.
    ///
    /// Kernel call: `sched_setaffinity(2)`. What goes wrong has no effect but time.
    package static func beginElsewhere(_ pid: Int32) { clinux_begin_elsewhere(pid) }

    /// Whether a copy could run beside this process. Kernel call: `sched_getaffinity(2)`.
    package static var hasOtherProcessors: Bool { clinux_has_other_processors() != 0 }

    /// Ends the process without running exit handlers.
    package static func exitNow(_ status: Int32) -> Never { clinux_exit_now(status) }
}
