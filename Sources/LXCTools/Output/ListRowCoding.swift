// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// Rows on their way out of a container. What comes back is not to be trusted, so everything unexpected is left out.
enum ListRowCoding {
    private static let rowEnd: Character = "\u{1E}"
    private static let fieldEnd: Character = "\u{1F}"
    private static let itemEnd: Character = "\u{1D}"

    static func encode(_ rows: [ListRow]) -> [UInt8] {
        rows.map { row in
            [
                row.name, list(row.parents), row.state.name, number(row.pid), number(row.memoryBytes), number(row.swapBytes),
                row.startsAutomatically ? "1" : "0", list(row.groups), list(row.interfaces), list(row.ipv4), list(row.ipv6),
                row.isUnprivileged ? "1" : "0",
            ].joined(separator: String(fieldEnd)) + String(rowEnd)
        }.joined().kernelBytes
    }

    static func decode(_ bytes: [UInt8]) -> [ListRow] {
        String(kernelBytes: bytes).split(separator: rowEnd).compactMap {
            row($0.split(separator: fieldEnd, omittingEmptySubsequences: false))
        }
    }

    private static func row(_ fields: [Substring]) -> ListRow? {
        guard fields.count == 12, !fields[0].isEmpty, let state = ContainerState(name: String(fields[2])) else { return nil }
        var row = ListRow(name: plain(fields[0]))
        row.parents = items(fields[1])
        row.state = state
        row.pid = Int32(fields[3])
        row.memoryBytes = UInt64(fields[4])
        row.swapBytes = UInt64(fields[5])
        row.startsAutomatically = fields[6] == "1"
        row.groups = items(fields[7])
        row.interfaces = items(fields[8])
        row.ipv4 = items(fields[9])
        row.ipv6 = items(fields[10])
        row.isUnprivileged = fields[11] == "1"
        return row
    }

    private static func list(_ items: [String]) -> String { items.joined(separator: String(itemEnd)) }

    private static func number(_ value: (some BinaryInteger)?) -> String { value.map { String($0) } ?? "" }

    private static func items(_ text: Substring) -> [String] { text.split(separator: itemEnd).map(plain) }

    /// Text that cannot steer a terminal.
    private static func plain(_ text: Substring) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }))
    }
}
