// SPDX-License-Identifier: Apache-2.0

/// The six bytes of an Ethernet address.
package struct HardwareAddress: Sendable, Equatable {
    /// Exactly six bytes.
    package let bytes: [UInt8]
    /// As written, random digits settled.
    package let text: String

    init(bytes: [UInt8], text: String) {
        self.bytes = bytes
        self.text = text
    }
}
