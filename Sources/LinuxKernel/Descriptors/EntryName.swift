// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The name of one entry of a directory, kept as the kernel gave it: any bytes but `/` and NUL.
///
/// Who works through a whole tree hands each name to the kernel several times; this one is ready for that.
package struct EntryName: Sendable, Hashable {
    /// The bytes with a NUL behind them.
    private let terminated: [UInt8]

    /// Takes the bytes, which hold no NUL.
    package init(_ bytes: some Collection<UInt8>) {
        var terminated: [UInt8] = []
        terminated.reserveCapacity(bytes.count + 1)
        terminated.append(contentsOf: bytes)
        terminated.append(0)
        self.terminated = terminated
    }

    /// Takes a name as text.
    package init(_ text: String) { self.init(text.kernelBytes) }

    /// The bytes without the NUL.
    package var bytes: ArraySlice<UInt8> { terminated.dropLast() }

    /// The name as text, of which nothing is lost.
    package var text: String { String(kernelBytes: bytes) }

    func withPointer<Value>(_ body: (UnsafePointer<CChar>) -> Value) -> Value {
        terminated.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("a terminated name is never empty") }
            return start.withMemoryRebound(to: CChar.self, capacity: buffer.count, body)
        }
    }
}
