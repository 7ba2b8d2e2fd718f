// SPDX-License-Identifier: Apache-2.0

/// One line of a list of device rules, as `devices.allow` and `devices.deny` of cgroup v1 take it.
package struct DeviceRule: Sendable, Equatable {
    /// Which kind of node, by the letter that stands for it.
    package enum Kind: UInt8, Sendable { case all = 0x61, block = 0x62, character = 0x63 }

    /// What a process does with a node.
    package struct Access: OptionSet, Sendable, Equatable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The kernel's numbers, `BPF_DEVCG_ACC_*`.
        package static let make = Access(rawValue: 1)
        package static let read = Access(rawValue: 2)
        package static let write = Access(rawValue: 4)
        package static let all: Access = [.make, .read, .write]
    }

    package let kind: Kind
    /// Device numbers; nil for any.
    package let major: UInt32?
    package let minor: UInt32?
    package let access: Access
    package let isAllowed: Bool

    package init(kind: Kind, major: UInt32?, minor: UInt32?, access: Access, isAllowed: Bool) {
        self.kind = kind
        self.major = major
        self.minor = minor
        self.access = access
        self.isAllowed = isAllowed
    }

    /// Reads `a`, or `TYPE MAJOR:MINOR ACCESS`; nil when it is no rule.
    ///
    /// - Parameters:
    ///   - text: The line.
    ///   - isAllowed: Whether it allows or denies.
    package init?(_ text: String, isAllowed: Bool) {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let first = words.first else { return nil }
        // The kernel takes everything after "a" for granted.
        if first == "a" {
            self.init(kind: .all, major: nil, minor: nil, access: .all, isAllowed: isAllowed)
            return
        }
        guard words.count == 3, first == "c" || first == "b" else { return nil }
        let numbers = words[1].split(separator: ":", omittingEmptySubsequences: false)
        guard numbers.count == 2, let major = Self.number(numbers[0]), let minor = Self.number(numbers[1]) else { return nil }
        guard let access = Self.access(words[2]) else { return nil }
        self.init(kind: first == "c" ? .character : .block, major: major, minor: minor, access: access, isAllowed: isAllowed)
    }

    /// What letters of `rwm` stand for; nil when there are others, or none.
    package static func access(_ letters: some StringProtocol) -> Access? {
        var access: Access = []
        for letter in letters.utf8 {
            switch letter {
            case UInt8(ascii: "r"): access.insert(.read)
            case UInt8(ascii: "w"): access.insert(.write)
            case UInt8(ascii: "m"): access.insert(.make)
            default: return nil
            }
        }
        return access.isEmpty ? nil : access
    }

    /// A device number; `*` is any, and nil no number at all.
    private static func number(_ text: Substring) -> UInt32?? {
        if text == "*" { return .some(nil) }
        guard let number = UInt32(text) else { return nil }
        return .some(number)
    }
}
