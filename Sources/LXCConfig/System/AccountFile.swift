// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Names and numbers of users and groups, from the text of passwd(5) and group(5).
///
/// Not by the C library: its lookup loads modules and talks to daemons, which a program with root's rights on behalf of
/// somebody else should not. Users and groups of a directory service therefore have no names here; the policy calls them by number.
package enum AccountFile {
    /// What the policy calls a user: the name in the first line with the number, otherwise the number itself.
    ///
    /// - Parameters:
    ///   - user: The user's number.
    ///   - passwd: The text of passwd(5).
    /// - Returns: Nil for none that could be written in a file of words.
    package static func name(ofUser user: UInt32, in passwd: [UInt8]) -> ExactWord? {
        for line in passwd.split(separator: 0x0A) {
            let fields = fields(line)
            guard fields.count >= 3, ExactWord(fields[2])?.number == user else { continue }
            // A name that looks like a number or a group would be taken for somebody else.
            if let name = ExactWord(fields[0]), name.number == nil, name.bytes.first != 0x40 { return name }
            break
        }
        return ExactWord(String(user))
    }

    /// The number of a group; a word of digits is the number itself.
    ///
    /// - Parameters:
    ///   - name: A group's name, or digits.
    ///   - group: The text of group(5).
    /// - Returns: Nil for an unknown group.
    package static func number(ofGroup name: ExactWord, in group: [UInt8]) -> UInt32? {
        if let number = name.number { return number }
        for line in group.split(separator: 0x0A) where line.starts(with: name.bytes) {
            let fields = fields(line)
            if fields.count >= 3, fields[0].elementsEqual(name.bytes) { return ExactWord(fields[2])?.number }
        }
        return nil
    }

    /// Names of the users whom a line of group(5) lists; those whose own group it is are not among them.
    ///
    /// - Parameters:
    ///   - name: A group's name.
    ///   - group: The text of group(5).
    /// - Returns: Empty for an unknown group.
    package static func members(ofGroup name: ExactWord, in group: [UInt8]) -> [ArraySlice<UInt8>] {
        for line in group.split(separator: 0x0A) where line.starts(with: name.bytes) {
            let fields = fields(line)
            if fields.count == 4, fields[0].elementsEqual(name.bytes) { return fields[3].split(separator: 0x2C) }
        }
        return []
    }

    /// The user of a name, with the group and the home folder of the same line.
    ///
    /// - Parameters:
    ///   - name: A user's name; digits are no name here.
    ///   - passwd: The text of passwd(5).
    /// - Returns: Nil for an unknown user, or a line that is not understood.
    package static func user(named name: ExactWord, in passwd: [UInt8]) -> (user: UInt32, group: UInt32, home: String)? {
        for line in passwd.split(separator: 0x0A) where line.starts(with: name.bytes) {
            let fields = line.split(separator: 0x3A, omittingEmptySubsequences: false)
            guard fields.count >= 6, fields[0].elementsEqual(name.bytes) else { continue }
            guard let user = ExactWord(fields[2])?.number, let group = ExactWord(fields[3])?.number else { return nil }
            return (user, group, String(kernelBytes: fields[5]))
        }
        return nil
    }

    private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split(separator: 0x3A, maxSplits: 3, omittingEmptySubsequences: false)
    }
}
