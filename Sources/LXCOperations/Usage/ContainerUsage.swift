// SPDX-License-Identifier: Apache-2.0

/// What a running container has used so far, and what it is held up by; what the host does not count is nil.
package struct ContainerUsage: Sendable, Equatable {
    package let name: String
    /// Processor time.
    package var cpuNanoseconds: UInt64?
    /// Of it, that of its programs.
    package var userNanoseconds: UInt64?
    /// Of it, that of the kernel on their behalf.
    package var systemNanoseconds: UInt64?
    /// From block devices.
    package var readBytes: UInt64?
    /// To block devices.
    package var writtenBytes: UInt64?
    /// Reads and writes of block devices.
    package var blockOperations: UInt64?
    package var memoryBytes: UInt64?
    /// Memory and swap space together.
    package var memoryAndSwapBytes: UInt64?
    /// Of the memory, what the kernel has for it.
    package var kernelMemoryBytes: UInt64?
    /// How much of the last ten seconds some of its processes waited for a processor, in hundredths of a percent (0 to 10,000).
    package var cpuPressure: UInt64?
    /// The same for memory.
    package var memoryPressure: UInt64?

    package init(name: String) { self.name = name }

    /// ``readBytes`` and ``writtenBytes``.
    package var blockBytes: UInt64? {
        guard let readBytes, let writtenBytes else { return nil }
        let (sum, overflow) = readBytes.addingReportingOverflow(writtenBytes)
        return overflow ? .max : sum
    }
}
