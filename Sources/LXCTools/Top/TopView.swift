// SPDX-License-Identifier: Apache-2.0
package import LXCOperations

/// What `lxc-top` shows first, and what it makes of the containers' numbers.
package struct TopView: Sendable, Equatable {
    /// What the containers are sorted by; the raw values are the keys and the words of `-s`.
    package enum Key: Character, Sendable, CaseIterable {
        case name = "n"
        case processor = "c"
        case block = "b"
        case memory = "m"
        case memoryAndSwap = "s"
        case kernelMemory = "k"
    }

    package var key = Key.name
    /// Names begin with the first and numbers with the largest, unless this is set.
    package var isReversed = false

    package init(key: Key = .name, isReversed: Bool = false) {
        self.key = key
        self.isReversed = isReversed
    }

    /// Sorts by something else, or the other way round when it is what they are sorted by already.
    package mutating func choose(_ key: Key) {
        isReversed = key == self.key ? !isReversed : false
        self.key = key
    }

    /// The containers in the order asked for; they come sorted by name, which decides between equals.
    package func sorted(_ containers: [ContainerUsage]) -> [ContainerUsage] {
        var ordered = containers
        if key != .name {
            var places = containers.indices.map { (value: value(containers[$0]), place: $0) }
            places.sort { $0.value == $1.value ? $0.place < $1.place : $0.value > $1.value }
            ordered = places.map { containers[$0.place] }
        }
        return isReversed ? ordered.reversed() : ordered
    }

    private func value(_ usage: ContainerUsage) -> UInt64 {
        switch key {
        case .name: 0
        case .processor: usage.cpuNanoseconds ?? 0
        case .block: usage.blockBytes ?? 0
        case .memory: usage.memoryBytes ?? 0
        case .memoryAndSwap: usage.memoryAndSwapBytes ?? 0
        case .kernelMemory: usage.kernelMemoryBytes ?? 0
        }
    }
}

extension TopView {
    /// The heading of the lines that batch mode prints.
    static let batchHeader =
        "time_ms,container,cpu_nanos,cpu_sys_userhz,cpu_user_userhz,blkio_bytes,blkio_iops,mem_used_bytes,memsw_used_bytes,"
        + "kernel_mem_used_bytes\n"

    /// A line for each container; what is not known is 0, as in C LXC.
    func batch(_ containers: [ContainerUsage], milliseconds: Int64) -> String {
        var text = ""
        for usage in sorted(containers) {
            let numbers: [UInt64?] = [
                usage.cpuNanoseconds, usage.systemNanoseconds.map { $0 / 10_000_000 }, usage.userNanoseconds.map { $0 / 10_000_000 },
                usage.blockBytes, usage.blockOperations, usage.memoryBytes, usage.memoryAndSwapBytes, usage.kernelMemoryBytes,
            ]
            text += "\(milliseconds),\(usage.name)" + numbers.map { ",\($0 ?? 0)" }.joined() + "\n"
        }
        return text
    }

    /// One object with all containers, on one line.
    func json(_ containers: [ContainerUsage], milliseconds: Int64) -> String {
        let rows = sorted(containers).map { usage in
            JSONValue.object([
                .init("name", .string(usage.name)),
                .init("cpu_nanoseconds", .optional(usage.cpuNanoseconds)),
                .init("cpu_user_nanoseconds", .optional(usage.userNanoseconds)),
                .init("cpu_system_nanoseconds", .optional(usage.systemNanoseconds)),
                .init("read_bytes", .optional(usage.readBytes)),
                .init("written_bytes", .optional(usage.writtenBytes)),
                .init("block_operations", .optional(usage.blockOperations)),
                .init("memory_bytes", .optional(usage.memoryBytes)),
                .init("memory_swap_bytes", .optional(usage.memoryAndSwapBytes)),
                .init("kernel_memory_bytes", .optional(usage.kernelMemoryBytes)),
                .init("cpu_pressure_percent", usage.cpuPressure.map { .hundredths($0) } ?? .null),
                .init("memory_pressure_percent", usage.memoryPressure.map { .hundredths($0) } ?? .null),
            ])
        }
        return JSONValue.document([.init("time_ms", .integer(milliseconds)), .init("containers", .array(rows))]).text + "\n"
    }
}
