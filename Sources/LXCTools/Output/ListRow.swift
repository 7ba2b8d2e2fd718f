// SPDX-License-Identifier: Apache-2.0
package import LXCRuntime

/// A container that `lxc-ls` found.
package struct ListedContainer: Sendable, Equatable {
    package let name: String
    /// Whether it has a configuration; one without is known only because it runs.
    package let isDefined: Bool

    package init(name: String, isDefined: Bool = true) {
        self.name = name
        self.isDefined = isDefined
    }
}

/// A column of `lxc-ls -f`; the raw values are the headings.
package enum ListColumn: String, Sendable, CaseIterable {
    case name = "NAME"
    case state = "STATE"
    case pid = "PID"
    case memory = "RAM"
    case swap = "SWAP"
    case autostart = "AUTOSTART"
    case groups = "GROUPS"
    case interfaces = "INTERFACE"
    case ipv4 = "IPV4"
    case ipv6 = "IPV6"
    case unprivileged = "UNPRIVILEGED"

    /// The columns of `-f` without `-F`.
    package static let standard: [ListColumn] = [.name, .state, .autostart, .groups, .ipv4, .ipv6, .unprivileged]
}

/// Facts of a container that cost something to look up.
package struct ListFields: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let state = ListFields(rawValue: 1)
    package static let pid = ListFields(rawValue: 2)
    package static let memory = ListFields(rawValue: 4)
    package static let swap = ListFields(rawValue: 8)
    package static let autostart = ListFields(rawValue: 16)
    package static let groups = ListFields(rawValue: 32)
    package static let interfaces = ListFields(rawValue: 64)
    package static let ipv4 = ListFields(rawValue: 128)
    package static let ipv6 = ListFields(rawValue: 256)
    package static let unprivileged = ListFields(rawValue: 512)

    /// What a column shows.
    init(_ column: ListColumn) {
        switch column {
        case .name: self = []
        case .state: self = .state
        case .pid: self = .pid
        case .memory: self = .memory
        case .swap: self = .swap
        case .autostart: self = .autostart
        case .groups: self = .groups
        case .interfaces: self = .interfaces
        case .ipv4: self = .ipv4
        case .ipv6: self = .ipv6
        case .unprivileged: self = .unprivileged
        }
    }
}

/// One container in a listing.
package struct ListRow: Sendable, Equatable {
    package var name: String
    /// Names of the containers around this one, the outermost first; empty on the host.
    package var parents: [String] = []
    package var state = ContainerState.stopped
    package var pid: Int32?
    package var memoryBytes: UInt64?
    package var swapBytes: UInt64?
    package var startsAutomatically = false
    package var groups: [String] = []
    package var interfaces: [String] = []
    package var ipv4: [String] = []
    package var ipv6: [String] = []
    package var isUnprivileged = false

    package init(name: String) { self.name = name }

    /// The name with those around it: `parent/child`.
    package var path: String { (parents + [name]).joined(separator: "/") }
}

extension ListRow {
    /// Rows as a table.
    static func table(_ rows: [ListRow], _ columns: [ListColumn], _ layout: ColumnTable.Layout) -> String {
        // No containers, no heading: scripts tell the two apart by the output alone.
        if rows.isEmpty && layout == .current { return "" }
        var table = ColumnTable(header: columns.map { $0.rawValue })
        for row in rows { table.add(columns.map { row.cell($0, layout) }) }
        return table.text(layout)
    }

    func cell(_ column: ListColumn, _ layout: ColumnTable.Layout) -> String {
        switch column {
        case .name: displayName(layout)
        case .state: state.name
        case .pid: pid.map { String($0) } ?? "-"
        case .memory: memoryBytes.map(ByteSizeText.megabytes) ?? "-"
        case .swap: swapBytes.map(ByteSizeText.megabytes) ?? "-"
        case .autostart: autostartText(layout)
        case .groups: Self.joined(groups)
        case .interfaces: Self.joined(interfaces)
        case .ipv4: Self.joined(ipv4)
        case .ipv6: Self.joined(ipv6)
        case .unprivileged: isUnprivileged ? "true" : "false"
        }
    }

    private func displayName(_ layout: ColumnTable.Layout) -> String {
        guard !parents.isEmpty else { return name }
        switch layout {
        case .current: return String(repeating: " ", count: parents.count - 1) + "\\" + name
        case .ruled: return String(repeating: "    ", count: parents.count - 1) + " \\_ " + name
        }
    }

    private func autostartText(_ layout: ColumnTable.Layout) -> String {
        switch layout {
        case .current: startsAutomatically ? "1" : "0"
        case .ruled: !startsAutomatically ? "NO" : groups.isEmpty ? "YES" : "YES (\(groups.joined(separator: ", ")))"
        }
    }

    private static func joined(_ items: [String]) -> String { items.isEmpty ? "-" : items.joined(separator: ", ") }

    /// The row for programs; names are stable and not those of the columns, which hide units.
    func json(_ columns: [ListColumn]) -> JSONValue {
        func list(_ items: [String]) -> JSONValue { .array(items.map { .string($0) }) }
        var members: [JSONValue.Member] = []
        for column in columns {
            let member: JSONValue.Member =
                switch column {
                case .name: .init("name", .string(name))
                case .state: .init("state", .string(state.name))
                case .pid: .init("pid", .optional(pid))
                case .memory: .init("memory_bytes", .optional(memoryBytes))
                case .swap: .init("swap_bytes", .optional(swapBytes))
                case .autostart: .init("autostart", .boolean(startsAutomatically))
                case .groups: .init("groups", list(groups))
                case .interfaces: .init("interfaces", list(interfaces))
                case .ipv4: .init("ipv4", list(ipv4))
                case .ipv6: .init("ipv6", list(ipv6))
                case .unprivileged: .init("unprivileged", .boolean(isUnprivileged))
                }
            members.append(member)
        }
        if !parents.isEmpty { members.append(.init("parents", list(parents))) }
        return .object(members)
    }
}
