// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Where system calls wait that a filter leaves for another program to decide, `seccomp_unotify(2)`.
///
/// The descriptor is readable when a call waits, and hangs up when no process with the filter is left.
package struct SystemCallListener: Sendable {
    /// Sizes of the kernel's structures in bytes.
    package struct Sizes: Sendable, Equatable {
        /// `struct seccomp_notif`, `struct seccomp_notif_resp` and `struct seccomp_data`.
        package let notification, response, data: Int

        /// The running kernel's. Kernel call: `seccomp(2)` `SECCOMP_GET_NOTIF_SIZES`.
        package init() throws(KernelError) {
            var raw = clinux_notification_sizes()
            try kernelCommand("seccomp", "sizes of notifications") { clinux_get_notification_sizes(&raw) }
            (notification, response, data) = (Int(raw.notification), Int(raw.response), Int(raw.data))
        }
    }

    package let descriptor: SharedDescriptor

    /// `descriptor`: as ``SystemCallFilter/load()`` returned it, perhaps in another process.
    package init(_ descriptor: SharedDescriptor) { self.descriptor = descriptor }

    /// Whether the descriptor is what it should be, for one that somebody has sent.
    package var isListener: Bool {
        do throws(KernelError) { return try !isWaiting(0) } catch { return false }
    }

    /// Takes the call that has waited longest; waits for one when there is none.
    ///
    /// - Parameter sizes: The running kernel's.
    /// - Returns: The kernel's `struct seccomp_notif`; nil when the caller was killed meanwhile.
    /// - Throws: ``KernelError``
    ///
    /// Kernel call: `ioctl(2)` `SECCOMP_IOCTL_NOTIF_RECV`.
    package func receive(_ sizes: Sizes) throws(KernelError) -> [UInt8]? {
        var room = [UInt8](repeating: 0, count: sizes.notification)
        do throws(KernelError) {
            try kernelCommand("ioctl", "system call listener") {
                room.withUnsafeMutableBytes { clinux_receive_notification(descriptor.number, $0.baseAddress) }
            }
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
        return room
    }

    /// Whether a call still waits; what was read about its process is about that one then.
    ///
    /// Kernel call: `ioctl(2)` `SECCOMP_IOCTL_NOTIF_ID_VALID`.
    package func isWaiting(_ id: UInt64) throws(KernelError) -> Bool {
        do throws(KernelError) { try check(id) } catch {
            if error.errno == .noSuchFileOrDirectory { return false }
            throw error
        }
        return true
    }

    private func check(_ id: UInt64) throws(KernelError) {
        try kernelCommand("ioctl", "system call listener") { clinux_check_notification(descriptor.number, id) }
    }

    /// Decides a call; nothing happens when its caller has been killed.
    ///
    /// - Parameter response: The kernel's `struct seccomp_notif_resp`.
    /// - Throws: ``KernelError``, `.invalidArgument` for a response that contradicts itself.
    ///
    /// Kernel call: `ioctl(2)` `SECCOMP_IOCTL_NOTIF_SEND`.
    package func answer(_ response: [UInt8]) throws(KernelError) {
        var response = response
        do throws(KernelError) {
            try kernelCommand("ioctl", "system call listener") {
                response.withUnsafeMutableBytes { clinux_answer_notification(descriptor.number, $0.baseAddress) }
            }
        } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
    }
}
