// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The control files that ``UsageReader`` looks at, in the order in which their values build on each other.
enum UsageFile: Int, CaseIterable {
    case processor, processorParts, blockBytes, blockOperations, memory, memoryAndSwap, kernelMemory
    case unifiedProcessor, unifiedBlock, unifiedMemory, unifiedSwap, unifiedMemoryParts, processorPressure, memoryPressure

    var name: String {
        switch self {
        case .processor: "cpuacct.usage"
        case .processorParts: "cpuacct.stat"
        case .blockBytes: "blkio.throttle.io_service_bytes"
        case .blockOperations: "blkio.throttle.io_serviced"
        case .memory: "memory.usage_in_bytes"
        case .memoryAndSwap: "memory.memsw.usage_in_bytes"
        case .kernelMemory: "memory.kmem.usage_in_bytes"
        case .unifiedProcessor: "cpu.stat"
        case .unifiedBlock: "io.stat"
        case .unifiedMemory: "memory.current"
        case .unifiedSwap: "memory.swap.current"
        case .unifiedMemoryParts: "memory.stat"
        case .processorPressure: "cpu.pressure"
        case .memoryPressure: "memory.pressure"
        }
    }

    var version: CgroupVersion { rawValue < Self.unifiedProcessor.rawValue ? .v1 : .v2 }

    /// Cgroup v1 counts ticks of a hundredth of a second, whatever the kernel's own clock.
    private static let tick: UInt64 = 10_000_000

    func show(_ text: UsageText, in usage: inout ContainerUsage) {
        switch self {
        case .processor: usage.cpuNanoseconds = text.number
        case .processorParts:
            usage.userNanoseconds = Self.product(text.field("user"), Self.tick)
            usage.systemNanoseconds = Self.product(text.field("system"), Self.tick)
        case .blockBytes:
            usage.readBytes = text.total("Read")
            usage.writtenBytes = text.total("Write")
        case .blockOperations: usage.blockOperations = Self.sum(text.total("Read"), text.total("Write"))
        case .memory: usage.memoryBytes = text.number
        case .memoryAndSwap: usage.memoryAndSwapBytes = text.number
        case .kernelMemory: usage.kernelMemoryBytes = text.number
        case .unifiedProcessor:
            // On a host with both versions v1 counts, and this file is an echo of it.
            if usage.cpuNanoseconds == nil { usage.cpuNanoseconds = Self.product(text.field("usage_usec"), 1000) }
            if usage.userNanoseconds == nil { usage.userNanoseconds = Self.product(text.field("user_usec"), 1000) }
            if usage.systemNanoseconds == nil { usage.systemNanoseconds = Self.product(text.field("system_usec"), 1000) }
        case .unifiedBlock:
            usage.readBytes = text.total("rbytes=")
            usage.writtenBytes = text.total("wbytes=")
            usage.blockOperations = Self.sum(text.total("rios="), text.total("wios="))
        case .unifiedMemory: usage.memoryBytes = text.number
        case .unifiedSwap: if let memory = usage.memoryBytes, let swap = text.number { usage.memoryAndSwapBytes = Self.sum(memory, swap) }
        case .unifiedMemoryParts: usage.kernelMemoryBytes = text.fields(["kernel_stack", "pagetables", "sock", "slab"])
        case .processorPressure: usage.cpuPressure = text.someOfTenSeconds
        case .memoryPressure: usage.memoryPressure = text.someOfTenSeconds
        }
    }

    private static func product(_ value: UInt64?, _ factor: UInt64) -> UInt64? {
        guard let value else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
