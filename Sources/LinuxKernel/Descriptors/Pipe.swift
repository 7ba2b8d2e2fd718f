// SPDX-License-Identifier: Apache-2.0
import CLinux

/// pipe(7), both ends close-on-exec.
package struct Pipe: ~Copyable {
    package let reader: OwnedDescriptor
    package let writer: OwnedDescriptor

    package init() throws(KernelError) {
        var numbers: (Int32, Int32) = (-1, -1)
        try withUnsafeMutablePointer(to: &numbers) { (pointer) throws(KernelError) in
            try pointer.withMemoryRebound(to: Int32.self, capacity: 2) { (pair) throws(KernelError) in
                try kernelCommand("pipe2", "pipe") { clinux_pipe(pair) }
            }
        }
        reader = OwnedDescriptor(owning: numbers.0)
        writer = OwnedDescriptor(owning: numbers.1)
    }

    /// Closes the writing end and hands out the reading end.
    package consuming func closingWriter() -> OwnedDescriptor { reader }
}

extension Poll {
    /// Waits until one of up to three descriptors is readable or closed.
    ///
    /// `milliseconds`: the longest wait; negative for ever. Negative descriptors are left out.
    package static func wait(
        _ first: Int32, _ second: Int32 = -1, _ third: Int32 = -1, milliseconds: Int32 = -1
    ) throws(KernelError) -> (first: Bool, second: Bool, third: Bool) {
        var entries = [first, second, third].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        try kernelCommand("poll", "descriptors") { poll(&entries, 3, milliseconds) }
        return (entries[0].revents != 0, entries[1].revents != 0, entries[2].revents != 0)
    }
}
