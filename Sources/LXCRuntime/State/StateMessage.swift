// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The 264-byte record that state clients and the monitor fifo carry.
package struct StateMessage: Sendable, Hashable {
    /// Size on the wire in bytes.
    package static let size = 264
    private static let nameSize = 256

    /// What happened.
    package enum Event: Sendable, Hashable {
        case state(ContainerState)
        /// The container's init ended; the value is its `wait(2)` status.
        case exited(waitStatus: Int32)
    }

    /// The container's name; what does not fit into 255 bytes is cut off.
    package let name: String
    package let event: Event

    package init(name: String, event: Event) {
        self.name = name
        self.event = event
    }

    /// Reads a record; `nil` when it is not one: wrong size, unknown type or state, a name without its NUL.
    package init?(decoding bytes: [UInt8]) {
        let reader = WireReader(bytes)
        guard bytes.count == Self.size, let type = reader.integer(Int32.self, at: 0), let name = reader.text(at: 4, size: Self.nameSize),
            let value = reader.integer(Int32.self, at: 260)
        else { return nil }
        switch type {
        case 0:
            guard let state = ContainerState(rawValue: value) else { return nil }
            self.init(name: name, event: .state(state))
        case 2: self.init(name: name, event: .exited(waitStatus: value))
        default: return nil
        }
    }

    /// The record's bytes.
    package var encoded: [UInt8] {
        var writer = WireWriter(size: Self.size)
        let fitting = String(kernelBytes: name.kernelBytes.prefix(Self.nameSize - 1))
        _ = writer.put(fitting, at: 4, size: Self.nameSize)
        switch event {
        case .state(let state): writer.put(state.rawValue, at: 260)
        case .exited(let waitStatus):
            writer.put(Int32(2), at: 0)
            writer.put(waitStatus, at: 260)
        }
        return writer.bytes
    }
}
