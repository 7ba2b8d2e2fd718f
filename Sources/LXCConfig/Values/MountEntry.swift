// SPDX-License-Identifier: Apache-2.0

/// One line of `lxc.mount.entry` or of an fstab file; blanks written as `\040` are already blanks here.
package struct MountEntry: Sendable, Equatable {
    package var source: String
    /// As written: relative means below the root filesystem.
    package var target: String
    /// `none` for a bind mount.
    package var fsType: String
    package var options: MountOptions
    /// The line as written.
    package var text: String

    package init(
        source: String = "", target: String = "", fsType: String = "", options: MountOptions = MountOptions(), text: String = ""
    ) {
        self.source = source
        self.target = target
        self.fsType = fsType
        self.options = options
        self.text = text
    }

    /// Reads `SOURCE TARGET FSTYPE [OPTIONS [FREQ [PASS]]]`, the format of fstab(5).
    ///
    /// - Throws: ``ValueProblem`` when fields are missing or an unescaped blank made too many of them.
    package init(parsing text: String) throws(ValueProblem) {
        let fields = Self.fields(text)
        guard fields.count >= 3 else {
            throw ValueProblem("a mount entry needs a source, a target and a filesystem type", hint: "write: SOURCE TARGET none bind 0 0")
        }
        for field in fields.dropFirst(4) where fields.count > 6 || !field.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw ValueProblem("\(quoted(String(field))) is one field too many for a mount entry", hint: "write a blank in a path as \\040")
        }
        let options = fields.count > 3 ? try MountOptions(parsing: Self.unescaped(fields[3])) : MountOptions()
        self.init(
            source: Self.unescaped(fields[0]), target: Self.unescaped(fields[1]), fsType: Self.unescaped(fields[2]), options: options,
            text: text)
    }

    private static func fields(_ text: String) -> [Substring] {
        var fields: [Substring] = []
        for part in text.utf8.split(whereSeparator: ConfigText.isBlank) {
            // fstab files may end a line with a comment, behind the fields.
            if fields.count >= 4 && part.first == 0x23 { break }
            fields.append(Substring(part))
        }
        return fields
    }

    /// Undoes the escapes of fstab(5): `\040` blank, `\011` tab, `\012` newline, `\134` and `\\` backslash.
    static func unescaped(_ field: Substring) -> String {
        guard field.utf8.contains(0x5C) else { return String(field) }
        var result: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x5C, let (decoded, length) = escape(rest) {
                result.append(decoded)
                rest = rest.dropFirst(length)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func escape(_ rest: ArraySlice<UInt8>) -> (byte: UInt8, length: Int)? {
        if rest.first == 0x5C { return (0x5C, 1) }
        switch Array(rest.prefix(3)) {
        case Array("040".utf8): return (0x20, 3)
        case Array("011".utf8): return (0x09, 3)
        case Array("012".utf8): return (0x0A, 3)
        case Array("134".utf8): return (0x5C, 3)
        default: return nil
        }
    }
}
