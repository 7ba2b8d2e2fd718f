// SPDX-License-Identifier: Apache-2.0

/// The text of subuid(5) or subgid(5): which ids of the host users may give to their containers.
///
/// A line is `OWNER:FIRST:COUNT`; the owner is a name or a number. Lines that are not so give nobody anything.
package struct SubordinateIDFile: Sendable, Equatable {
    /// One line's ids.
    package struct Range: Sendable, Equatable {
        /// First id, on the host.
        package let first: UInt32
        /// How many, at least 1.
        package let count: UInt32

        package init(first: UInt32, count: UInt32) {
            self.first = first
            self.count = count
        }
    }

    private let lines: [(owner: ExactWord, range: Range)]

    /// Reads the text of such a file.
    package init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: 0x0A).compactMap { line in
            let fields = line.split(separator: 0x3A, omittingEmptySubsequences: false)
            guard fields.count == 3, let owner = ExactWord(fields[0]), let first = ExactWord(fields[1])?.number,
                let count = ExactWord(fields[2])?.number, count > 0, UInt64(first) + UInt64(count) <= UInt64(UInt32.max)
            else { return nil }
            return (owner, Range(first: first, count: count))
        }
    }

    /// The ids of a user, in the order of the file.
    ///
    /// - Parameters:
    ///   - name: The user's name; nil when it is not known.
    ///   - number: The user's number, which a line may have in its place.
    /// - Returns: Empty for a user without ids of that kind.
    package func ranges(name: ExactWord?, number: UInt32) -> [Range] {
        lines.filter { $0.owner == name || $0.owner.number == number }.map { $0.range }
    }

    /// The first ids after all that anybody has, for a new line.
    ///
    /// - Parameters:
    ///   - count: How many are wanted.
    ///   - lowest: Where to begin to look, above the ids of real users.
    /// - Returns: Nil when so many are not left.
    package func free(_ count: UInt32, from lowest: UInt32 = 100_000) -> Range? {
        let end = lines.map { UInt64($0.range.first) + UInt64($0.range.count) }.max() ?? 0
        let first = max(end, UInt64(lowest))
        guard first + UInt64(count) <= UInt64(UInt32.max), let start = UInt32(exactly: first) else { return nil }
        return Range(first: start, count: count)
    }

    package static func == (one: SubordinateIDFile, other: SubordinateIDFile) -> Bool {
        one.lines.elementsEqual(other.lines) { $0.owner == $1.owner && $0.range == $1.range }
    }
}
