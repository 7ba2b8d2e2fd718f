// SPDX-License-Identifier: Apache-2.0

/// The text form of id map ranges: `u NSID HOSTID RANGE`.
package enum IDMapText {
    /// Reads one line of `lxc.idmap`.
    package static func parse(_ text: String, origin: ConfigOrigin) throws(ValueProblem) -> IDMapEntry {
        let words = ConfigText.words(text)
        guard words.count == 4 else {
            throw ValueProblem("\(quoted(text)) does not have four fields", hint: "write: u|g FIRST-ID-INSIDE FIRST-ID-ON-HOST COUNT")
        }
        let kind: IDMapEntry.Kind
        switch words[0] {
        case "u": kind = .user
        case "g": kind = .group
        default: throw ValueProblem("\(quoted(words[0])) is not u (users) or g (groups)")
        }
        let ids = 0...Int(UInt32.max) - 1  // the last number is "no id" for the kernel
        let inside = try DecimalNumber.parse(words[1], in: ids)
        let host = try DecimalNumber.parse(words[2], in: ids)
        let count = try DecimalNumber.parse(words[3], in: 1...Int(UInt32.max))
        for first in [inside, host] where first + count > Int(UInt32.max) {
            throw ValueProblem("the \(count) ids from \(first) on go beyond the largest id 4294967294")
        }
        return IDMapEntry(
            kind: kind, containerID: UInt32(inside), hostID: UInt32(host), count: UInt32(count), origin: origin)
    }

    /// Checks a new range against those before it.
    ///
    /// - Throws: ``ValueProblem`` when ranges of one kind overlap or there are more than the kernel's 340.
    package static func check(_ new: IDMapEntry, after earlier: [IDMapEntry]) throws(ValueProblem) {
        let same = earlier.filter { $0.kind == new.kind }
        if same.count >= 340 {
            throw ValueProblem("more than 340 ranges of one kind", hint: "the kernel takes at most 340; join neighbours")
        }
        for old in same {
            let place = old.origin.line > 0 ? " at \(old.origin)" : ""
            if overlap(old.containerID, old.count, new.containerID, new.count) {
                throw ValueProblem("the ids inside overlap those of \(quoted(text(old)))\(place)")
            }
            if overlap(old.hostID, old.count, new.hostID, new.count) {
                throw ValueProblem("the ids on the host overlap those of \(quoted(text(old)))\(place)")
            }
        }
    }

    /// The range as one line.
    package static func text(_ entry: IDMapEntry) -> String {
        "\(entry.kind == .user ? "u" : "g") \(entry.containerID) \(entry.hostID) \(entry.count)"
    }

    private static func overlap(_ first: UInt32, _ firstCount: UInt32, _ second: UInt32, _ secondCount: UInt32) -> Bool {
        let (a, b) = (UInt64(first), UInt64(second))
        return a < b + UInt64(secondCount) && b < a + UInt64(firstCount)
    }
}
