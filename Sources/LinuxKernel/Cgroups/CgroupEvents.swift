// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The file `cgroup.events` of a v2 cgroup, whose changes can be waited for.
///
/// See: cgroup-v2.rst, "Basic Operations"; `poll(2)` reports a change as `POLLPRI`.
package struct CgroupEvents: ~Copyable, Sendable {
    private let file: OwnedDescriptor
    private let label: String

    /// Opens the file; the cgroup may disappear later.
    package init(of cgroup: borrowing CgroupDirectory) throws(KernelError) {
        file = try cgroup.openFile("cgroup.events", .readOnly)
        label = cgroup.subject("cgroup.events")
    }

    /// The descriptor's number, for an event loop.
    package var number: Int32 { file.number }

    /// Waits until a field has the wanted value.
    ///
    /// - Parameters:
    ///   - field: `populated` or `frozen`.
    ///   - wanted: The value.
    ///   - deadline: When to give up.
    /// - Returns: Whether it was reached in time. A cgroup that is gone is neither populated nor frozen.
    /// - Throws: ``KernelError``.
    package func wait(for field: String, _ wanted: Bool, until deadline: MonotonicInstant) throws(KernelError) -> Bool {
        while true {
            if try value(of: field) == wanted { return true }
            if deadline.hasPassed { return false }
            // A change may have come between reading and waiting: never wait for long.
            _ = try Poll.wait(file.number, for: .priority, until: min(deadline, .now + .milliseconds(100)))
        }
    }

    /// The present value of a field; a missing field is false.
    package func value(of field: String) throws(KernelError) -> Bool {
        let number = file.number
        var buffer = [UInt8](repeating: 0, count: 256)
        let length: Int
        do {
            length = try kernelCall("pread", label) { pread(number, &buffer, buffer.count, 0) }
        } catch {
            if error.errno == .operationNotSupportedByDevice { return false }
            throw error
        }
        let line = Array((field + " 1").utf8)
        return buffer.prefix(length).split(separator: 0x0A).contains { $0.elementsEqual(line) }
    }
}
