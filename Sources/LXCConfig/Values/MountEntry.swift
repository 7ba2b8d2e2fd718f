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
        let bytes = Array(text.utf8)
        let bounds = Self.fieldBounds(bytes)
        let count = bounds.count / 2
        func field(_ number: Int) -> Range<Int> { bounds[2 * number]..<bounds[2 * number + 1] }
        guard count >= 3 else {
            throw ValueProblem("a mount entry needs a source, a target and a filesystem type", hint: "write: SOURCE TARGET none bind 0 0")
        }
        for number in stride(from: 4, to: count, by: 1)
        where count > 6 || !bytes[field(number)].allSatisfy({ (0x30...0x39).contains($0) }) {
            throw ValueProblem(
                "\(quoted(ConfigText.string(bytes, field(number)))) is one field too many for a mount entry",
                hint: "write a blank in a path as \\040", at: field(number).lowerBound)
        }
        let options = count > 3 ? try MountOptions(parsing: Self.unescaped(bytes, field(3))) : MountOptions()
        self.init(
            source: Self.unescaped(bytes, field(0)), target: Self.unescaped(bytes, field(1)), fsType: Self.unescaped(bytes, field(2)),
            options: options, text: text)
    }

    /// Start and end of every field, one after the other.
    private static func fieldBounds(_ bytes: [UInt8]) -> [Int] {
        var bounds: [Int] = []
        bounds.reserveCapacity(12)
        var position = 0
        while position < bytes.count {
            let start = position
            while position < bytes.count, !ConfigText.isBlank(bytes[position]) { position += 1 }
            if position > start {
                // fstab files may end a line with a comment, behind the fields.
                if bounds.count >= 8 && bytes[start] == 0x23 { break }
                bounds.append(start)
                bounds.append(position)
            }
            position += 1
        }
        return bounds
    }

    /// Undoes the escapes of fstab(5): `\040` blank, `\011` tab, `\012` newline, `\134` and `\\` backslash.
    private static func unescaped(_ bytes: [UInt8], _ field: Range<Int>) -> String {
        guard bytes[field].contains(0x5C) else { return String(decoding: bytes[field], as: UTF8.self) }
        var result: [UInt8] = []
        var position = field.lowerBound
        while position < field.upperBound {
            if bytes[position] == 0x5C, let (decoded, length) = escape(bytes[position + 1..<field.upperBound]) {
                result.append(decoded)
                position += 1 + length
            } else {
                result.append(bytes[position])
                position += 1
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
