// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Attributes of the running process: `prctl(2)`, session, working directory, priority of being killed.
package enum ProcessControl {
    private static func prctl(_ name: StaticString, _ option: Int32, _ a: UInt = 0, _ b: UInt = 0) throws(KernelError) {
        try kernelCommand("prctl", "\(name)") { clinux_prctl(option, a, b, 0, 0) }
    }

    /// The signal this process gets when its parent dies; 0 for none. `PR_SET_PDEATHSIG`.
    package static func setParentDeathSignal(_ signal: Int32) throws(KernelError) {
        try prctl("PR_SET_PDEATHSIG", PR_SET_PDEATHSIG, UInt(UInt32(bitPattern: signal)))
    }

    /// Whether others may trace this process and read its /proc files. `PR_SET_DUMPABLE`.
    package static func setDumpable(_ dumpable: Bool) throws(KernelError) {
        try prctl("PR_SET_DUMPABLE", PR_SET_DUMPABLE, dumpable ? 1 : 0)
    }

    /// No program executed from here on gains privileges. `PR_SET_NO_NEW_PRIVS`.
    package static func setNoNewPrivileges() throws(KernelError) {
        try prctl("PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS, 1)
    }

    /// Name shown as `comm`, at most 15 bytes count. `PR_SET_NAME`.
    package static func setName(_ name: String) throws(KernelError) {
        try kernelCommand("prctl", "PR_SET_NAME") { name.withKernelString { clinux_prctl_name($0) } }
    }

    /// Orphans below this process become its children. `PR_SET_CHILD_SUBREAPER`.
    package static func becomeSubreaper() throws(KernelError) {
        try prctl("PR_SET_CHILD_SUBREAPER", PR_SET_CHILD_SUBREAPER, 1)
    }

    /// Starts a core-scheduling group of this process. `PR_SCHED_CORE_CREATE`.
    package static func createCoreSchedulingCookie() throws(KernelError) {
        try kernelCommand("prctl", "PR_SCHED_CORE") { clinux_prctl(62, 1, 0, 0, 0) }
    }

    /// Joins the core-scheduling group of another process. `PR_SCHED_CORE_SHARE_FROM`.
    package static func joinCoreScheduling(of pid: Int32) throws(KernelError) {
        try kernelCommand("prctl", "PR_SCHED_CORE") { clinux_prctl(62, 3, UInt(UInt32(bitPattern: pid)), 0, 0) }
    }

    /// Kernel personality of the process: what `uname(2)` says and how addresses are laid out.
    package static func setPersonality(_ value: UInt) throws(KernelError) {
        try kernelCommand("personality", "\(value)") { personality(value) }
    }

    /// Personality of 32-bit programs (`PER_LINUX32`).
    package static let linux32: UInt = 8

    /// Leads a new session. `setsid(2)`; a session leader already is an error (`.notPermitted`).
    package static func newSession() throws(KernelError) { try kernelCommand("setsid", "session") { setsid() } }

    /// Kernel call: `chdir(2)`.
    package static func changeDirectory(_ path: String) throws(KernelError) {
        try kernelCommand("chdir", path) { path.withKernelString { chdir($0) } }
    }

    /// Kernel call: `fchdir(2)`.
    package static func changeDirectory(to directory: borrowing OwnedDescriptor, label: String) throws(KernelError) {
        let number = directory.number
        try kernelCommand("fchdir", label) { fchdir(number) }
    }

    /// The working directory; starts with `(unreachable)` when it lies outside the root directory.
    package static func workingDirectory() throws(KernelError) -> String {
        var buffer = [CChar](repeating: 0, count: 4097)
        guard getcwd(&buffer, buffer.count) != nil else {
            throw KernelError(call: "getcwd", errno: Errno.last, subject: "working directory")
        }
        return String(kernelBytes: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }

    /// Kernel call: `chroot(2)`.
    package static func changeRoot(to path: String) throws(KernelError) {
        try kernelCommand("chroot", path) { path.withKernelString { chroot($0) } }
    }

    package static var pid: Int32 { getpid() }
    package static var parentPID: Int32 { getppid() }
    package static var effectiveUser: UInt32 { geteuid() }
    package static var effectiveGroup: UInt32 { getegid() }
    package static var realUser: UInt32 { getuid() }
    package static var realGroup: UInt32 { getgid() }

    /// Makes one of the standard descriptors refer to another open file.
    package static func replaceStandard(_ stream: StandardStream, with number: Int32) throws(KernelError) {
        try kernelCommand("dup3", "descriptor \(stream.rawValue)") {
            number == stream.rawValue ? clinux_fcntl(number, F_SETFD, 0) : clinux_dup3(number, stream.rawValue, 0)
        }
    }

    /// Takes the process apart from a signal's old handler: every signal is blocked.
    package static func blockAllSignals(except kept: [Int32] = []) throws(KernelError) {
        var set = clinux_signal_set(kept.reduce(~0) { (1...64).contains($1) ? $0 & ~(1 << UInt64($1 - 1)) : $0 })
        try kernelCommand("sigprocmask", "signals") { sigprocmask(SIG_SETMASK, &set, nil) }
    }

    /// Lets every signal through. Kernel call: `sigprocmask(2)`.
    package static func unblockAllSignals() throws(KernelError) {
        var set = clinux_signal_set(0)
        try kernelCommand("sigprocmask", "signals") { sigprocmask(SIG_SETMASK, &set, nil) }
    }

    /// Takes no notice of a signal from now on; programs executed later inherit that.
    package static func ignore(signal number: Int32) { clinux_signal_ignore(number) }

    /// Sends a signal by number; only for processes that cannot have been replaced (children not yet collected, oneself).
    package static func send(_ signal: Int32, to pid: Int32) throws(KernelError) {
        try kernelCommand("kill", "process \(pid)") { kill(pid, signal) }
    }
}
