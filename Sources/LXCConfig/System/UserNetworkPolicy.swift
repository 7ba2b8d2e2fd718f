// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// `lxc-usernet`: how many devices users who are not root may have in which bridge.
///
/// A line has four words: a user or `@group`, the type of device (`veth`), the bridge (or `none`), and a number. A number sign
/// begins a comment. A line that is not so grants nothing.
package struct UserNetworkPolicy: Sendable, Equatable {
    /// One line of the file.
    package struct Grant: Sendable, Equatable {
        /// A user's name, or `@` and a group's.
        package let owner: ExactWord
        package let type: ExactWord
        package let bridge: ExactWord
        /// The most devices that `owner` may have there at a time.
        package let limit: Int
    }

    package private(set) var grants: [Grant] = []
    /// Numbers of the lines that are not understood, from 1.
    package private(set) var malformedLines: [Int] = []

    /// The largest number of a line; one with more digits is a mistake.
    private static let largestLimit = 1_000_000

    /// Reads the text of the file.
    package init(_ bytes: [UInt8]) {
        var number = 0
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let words = ExactWord.words(line.prefix { $0 != 0x23 })
            if words.isEmpty { continue }
            if let grant = Self.grant(words) { grants.append(grant) } else { malformedLines.append(number) }
        }
    }

    private static func grant(_ words: [ExactWord?]) -> Grant? {
        guard words.count == 4, let owner = words[0], let type = words[1], let bridge = words[2], let count = words[3],
            owner.bytes != [0x40], let limit = limit(count)
        else { return nil }
        return Grant(owner: owner, type: type, bridge: bridge, limit: limit)
    }

    private static func limit(_ word: ExactWord) -> Int? {
        guard word.bytes.count <= 7, let number = word.number, number <= UInt32(largestLimit) else { return nil }
        return Int(number)
    }

    /// The lines for a type and a bridge, in the order of the file.
    package func grants(type: ExactWord, bridge: ExactWord) -> [Grant] {
        grants.filter { $0.type == type && $0.bridge == bridge }
    }
}

/// A word that is compared byte for byte: who owns a device must not depend on what Unicode calls equal, nor on a beginning that two
/// words share.
package struct ExactWord: Sendable, Equatable {
    package let bytes: [UInt8]

    /// At least one byte, none of them a blank or a control character, which would make two words or lines of it in a file.
    package init?(_ bytes: some Collection<UInt8>) {
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        self.bytes = Array(bytes)
    }

    /// As ``init(_:)-([UInt8])``, for text as the kernel has it.
    package init?(_ text: String) { self.init(text.kernelBytes) }

    /// The word as text, without loss.
    package var text: String { String(kernelBytes: bytes) }

    /// Decimal digits only: a sign, or a number that does not fit, names nobody, above all not root.
    package var number: UInt32? {
        var value: UInt32 = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(UInt32(byte - 0x30))
            if isTooLarge || overflows { return nil }
            value = sum
        }
        return value
    }

    /// The parts of a line between spaces and tabs; nil for one with another control character.
    package static func words(_ line: ArraySlice<UInt8>) -> [ExactWord?] {
        line.split { $0 == 0x20 || $0 == 0x09 }.map { ExactWord($0) }
    }
}
