// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// FNV-1a with 64 bits: what the wire protocol uses to shorten socket names.
package struct NameHash: Sendable, Hashable {
    package let value: UInt64

    /// Hashes the bytes of a text, without a terminating NUL.
    package init(_ text: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.kernelBytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        value = hash
    }

    /// Sixteen lower-case hexadecimal digits.
    package var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
