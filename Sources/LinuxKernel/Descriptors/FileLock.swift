// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Advisory write locks over a whole file.
package enum FileLock {
    /// Whom a lock belongs to.
    package enum Owner: Sendable {
        /// The open file: shared by its duplicates and by children, gone when the last of them is closed. `F_OFD_SETLK`.
        case openFile
        /// The process: gone as soon as the process closes any descriptor of that file. `F_SETLK`.
        case process
    }

    /// Takes the write lock if nobody else has it; the file must be open for writing.
    ///
    /// The result says whether it was taken. Where the kernel does not know open-file locks, `flock(2)` is used instead.
    ///
    /// Kernel call: `fcntl(2)`.
    package static func tryLock(_ file: borrowing OwnedDescriptor, owner: Owner = .openFile) throws(KernelError) -> Bool {
        let number = file.number
        let command = owner == .openFile ? CLINUX_OFD_SETLK : F_SETLK
        do throws(KernelError) {
            try kernelCommand("fcntl", "lock of descriptor \(number)") { clinux_set_lock(number, command, Int16(F_WRLCK)) }
            return true
        } catch {
            if isHeldElsewhere(error) { return false }
            guard error.errno == .invalidArgument, owner == .openFile else { throw error }
        }
        do throws(KernelError) {
            try kernelCommand("flock", "descriptor \(number)") { clinux_try_flock(number) }
            return true
        } catch {
            if isHeldElsewhere(error) { return false }
            throw error
        }
    }

    /// Takes the write lock, waiting for its holder until a deadline; the result says whether it was taken.
    package static func lock(
        _ file: borrowing OwnedDescriptor, until deadline: MonotonicInstant?
    ) throws(KernelError) -> Bool {
        // The kernel's own wait has no time limit, so this one asks again: soon at first, then 50 times a second.
        var pause = Duration.milliseconds(1)
        while true {
            if try tryLock(file) { return true }
            if let deadline, deadline.hasPassed { return false }
            let next = MonotonicInstant.now + pause
            (deadline.map { min($0, next) } ?? next).sleep()
            pause = min(pause * 2, .milliseconds(20))
        }
    }

    /// Whether somebody holds a lock that would keep us from writing; reading access is enough to ask.
    package static func isLocked(_ file: borrowing OwnedDescriptor) throws(KernelError) -> Bool {
        let number = file.number
        return try kernelCall("fcntl", "lock of descriptor \(number)") { clinux_is_locked(number) } == 1
    }

    private static func isHeldElsewhere(_ error: KernelError) -> Bool {
        error.errno == .resourceTemporarilyUnavailable || error.errno == .permissionDenied
    }
}
