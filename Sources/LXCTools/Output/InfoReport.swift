// SPDX-License-Identifier: Apache-2.0
package import LXCRuntime

/// What `lxc-info` found out about a container.
package struct InfoReport: Sendable, Equatable {
    /// Use of resources; what the kernel does not count is `nil`.
    package struct Statistics: Sendable, Equatable {
        package var cpuNanoseconds: UInt64?
        package var blockBytes: UInt64?
        package var memoryBytes: UInt64?
        package var kernelMemoryBytes: UInt64?
        /// Processes that were killed at the limit of memory, and such that could not be made at the limit of their number.
        package var memoryKills: UInt64?
        package var refusedForks: UInt64?
        package var links: [Link] = []

        package init() {}
    }

    /// The host's counterpart of one of the container's interfaces, counted from the container's point of view.
    package struct Link: Sendable, Equatable {
        package let name: String
        /// nil when nothing is known.
        package let sentBytes: UInt64?
        package let receivedBytes: UInt64?

        package init(name: String, sentBytes: UInt64?, receivedBytes: UInt64?) {
            self.name = name
            self.sentBytes = sentBytes
            self.receivedBytes = receivedBytes
        }
    }

    /// A configuration key that was asked for.
    package struct Value: Sendable, Equatable {
        package let key: String
        /// As the API reads it: every item of a list with a line end; `nil` when the key is not known.
        package let text: String?

        package init(key: String, text: String?) {
            self.key = key
            self.text = text
        }
    }

    package var name: String
    package var state: ContainerState
    /// Of the container's init; `nil` when it does not run.
    package var pid: Int32?
    package var addresses: [String] = []
    /// `nil` when the container does not run.
    package var statistics: Statistics?
    package var values: [Value] = []

    package init(name: String, state: ContainerState) {
        self.name = name
        self.state = state
    }
}

extension InfoReport {
    /// The report as `lxc-info` has always printed it.
    package func text(_ request: InfoRequest) -> String {
        // -H prints a bare value when there is no doubt about which one it is.
        let choice = request.parts.intersection([.state, .pid, .addresses])
        let isBare = !request.isHumanized && choice.rawValue.nonzeroBitCount == 1 && !request.showsAll
        var text = request.showsAll ? Self.line("Name:", name) : ""
        if request.parts.contains(.state) { text += Self.entry("State:", state.name, isBare) }
        if request.parts.contains(.pid), let pid { text += Self.entry("PID:", String(pid), isBare) }
        if request.parts.contains(.addresses) { for address in addresses { text += Self.entry("IP:", address, isBare) } }
        if request.parts.contains(.statistics), let statistics { text += statistics.text(request.isHumanized) }
        for value in values {
            guard let content = value.text else { continue }
            if !request.isHumanized && request.keys.count == 1 {
                text += content + "\n"
            } else {
                text += content.isEmpty ? "\(value.key) =\n" : "\(value.key) = \(content)\n"
            }
        }
        return text
    }

    static func line(_ label: String, _ value: String) -> String {
        label + String(repeating: " ", count: max(0, 15 - label.count)) + " " + value + "\n"
    }

    private static func entry(_ label: String, _ value: String, _ isBare: Bool) -> String {
        isBare ? value + "\n" : line(label, value)
    }

    /// The report for programs; what was not asked for is left out, what is not known is null.
    package func json(_ request: InfoRequest) -> JSONValue {
        var members: [JSONValue.Member] = [.init("name", .string(name))]
        if request.parts.contains(.state) { members.append(.init("state", .string(state.name))) }
        if request.parts.contains(.pid) { members.append(.init("pid", .optional(pid))) }
        if request.parts.contains(.addresses) { members.append(.init("addresses", .array(addresses.map { .string($0) }))) }
        if request.parts.contains(.statistics) { members.append(.init("statistics", statistics?.json ?? .null)) }
        if !request.keys.isEmpty {
            let values = values.map { JSONValue.Member($0.key, .optional($0.text)) }
            members.append(.init("config", .object(values)))
        }
        return .document(members)
    }
}

extension InfoReport.Statistics {
    fileprivate func text(_ isHumanized: Bool) -> String {
        func size(_ bytes: UInt64) -> String { isHumanized ? ByteSizeText.binary(bytes) : String(bytes) }
        var text = ""
        if let cpuNanoseconds {
            let value = isHumanized ? ByteSizeText.seconds(nanoseconds: cpuNanoseconds) : String(cpuNanoseconds)
            text += InfoReport.line("CPU use:", value)
        }
        if let blockBytes { text += InfoReport.line("BlkIO use:", size(blockBytes)) }
        if let memoryBytes { text += InfoReport.line("Memory use:", size(memoryBytes)) }
        if let kernelMemoryBytes { text += InfoReport.line("KMem use:", size(kernelMemoryBytes)) }
        // C LXC has no such lines: a container that has kept within its limits looks as it does there.
        if let memoryKills, memoryKills > 0 { text += InfoReport.line("Memory kills:", "\(memoryKills), at the limit of memory") }
        if let refusedForks, refusedForks > 0 {
            text += InfoReport.line("Refused forks:", "\(refusedForks), at the limit of processes")
        }
        for link in links {
            text += InfoReport.line("Link:", link.name)
            if let sent = link.sentBytes { text += InfoReport.line(" TX bytes:", size(sent)) }
            if let received = link.receivedBytes { text += InfoReport.line(" RX bytes:", size(received)) }
            text += InfoReport.line(" Total bytes:", size(link.totalBytes))
        }
        return text
    }

    fileprivate var json: JSONValue {
        let links = links.map { link in
            JSONValue.object([
                .init("name", .string(link.name)), .init("sent_bytes", .optional(link.sentBytes)),
                .init("received_bytes", .optional(link.receivedBytes)),
            ])
        }
        return .object([
            .init("cpu_nanoseconds", .optional(cpuNanoseconds)), .init("block_io_bytes", .optional(blockBytes)),
            .init("memory_bytes", .optional(memoryBytes)), .init("kernel_memory_bytes", .optional(kernelMemoryBytes)),
            .init("memory_kills", .optional(memoryKills)), .init("refused_forks", .optional(refusedForks)),
            .init("links", .array(links)),
        ])
    }
}

extension InfoReport.Link {
    /// Both directions; stays at the largest number rather than wrap.
    fileprivate var totalBytes: UInt64 {
        let (sum, overflow) = (sentBytes ?? 0).addingReportingOverflow(receivedBytes ?? 0)
        return overflow ? .max : sum
    }
}
