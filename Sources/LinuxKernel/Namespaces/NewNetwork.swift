// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A network namespace that is being made while the caller does something else.
///
/// The kernel takes 0.4 to 0.7 ms to make one, a tenth of a start. A thread of a few system calls makes it; until ``finish()`` returns the
/// caller has two threads, so it must not create processes with `clone(2)` or join user namespaces before.
package final class NewNetwork {
    /// Nil once it is finished.
    private var thread: UnsafeMutablePointer<clinux_thread>?

    /// Begins to make one; nil when there is no memory or no thread to be had, and then it has to be made without help.
    ///
    /// Library call: `pthread_create(3)`; kernel call: `unshare(2)` `CLONE_NEWNET`.
    package init?() {
        guard let thread = clinux_start_network_thread() else { return nil }
        self.thread = thread
    }

    /// Waits for the namespace; once only.
    ///
    /// - Throws: ``KernelError`` with the reason of `unshare(2)`, or of `open(2)` on `/proc/thread-self/ns/net`.
    package func finish() throws(KernelError) -> OwnedDescriptor {
        let result = thread.map { clinux_finish_network_thread($0) } ?? -Int(Errno.invalidArgument.rawValue)
        thread = nil
        guard result >= 0, let number = Int32(exactly: result) else {
            throw KernelError(call: "unshare", errno: Errno(rawValue: Int32(clamping: -result)), subject: "network")
        }
        return OwnedDescriptor(owning: number)
    }

    deinit {
        guard let thread else { return }
        let result = clinux_finish_network_thread(thread)
        if result >= 0 { DescriptorFlags.close(Int32(clamping: result)) }
    }
}
