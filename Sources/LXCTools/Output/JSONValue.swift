// SPDX-License-Identifier: Apache-2.0

/// A JSON document to be written; members keep their order.
package indirect enum JSONValue: Sendable, Equatable {
    /// A name with its value.
    package struct Member: Sendable, Equatable {
        package let name: String
        package let value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    case null
    case boolean(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    /// A number with two decimals, given in hundredths.
    case hundredths(UInt64)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// The version of what the tools print with `--format json`, which is described in `Documentation/json.md`. It grows when a member
    /// goes away or changes its meaning, and not when one is added.
    package static let schema: Int64 = 1

    /// A whole document: an object whose first member says which version of the description holds.
    package static func document(_ members: [Member]) -> JSONValue { .object([Member("schema", .integer(schema))] + members) }

    /// A string, or null.
    package static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// A number, or null.
    package static func optional(_ number: (some FixedWidthInteger)?) -> JSONValue {
        guard let number else { return .null }
        return Int64(exactly: number).map { .integer($0) } ?? .unsigned(UInt64(clamping: number))
    }

    /// The document on one line, without a line end; pure ASCII except for letters outside it.
    package var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .unsigned(let value): text += String(value)
        case .hundredths(let value): text += "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                Self.write(member.name, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                // Control characters could drive a terminal. U+EF80 and up stand for bytes that are no UTF-8: written as an
                // escape they stay the same characters, where the raw output would turn them back into broken bytes.
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0xEF80...0xEFFF).contains(scalar.value) {
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
