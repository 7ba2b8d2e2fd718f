// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// One line of a configuration file as it is kept for writing.
struct DocumentLine: Sendable {
    /// Without the end of the line.
    var bytes: [UInt8]
    /// Current name of the key, with its number or free part; nil for lines that assign nothing.
    var key: String?
    var isInclude = false
    /// Where the value lies in ``bytes``, quotes and all.
    var value: Range<Int> = 0..<0

    /// A new line.
    init(_ entry: ConfigEntry) {
        let start = entry.key.kernelBytes + Array(" = ".utf8)
        let text = Self.written(entry.value)
        bytes = start + text
        key = entry.key
        value = start.count..<bytes.count
    }

    /// A new line that includes a file.
    init(include path: String) {
        self.init(ConfigEntry(key: "lxc.include", value: path))
        isInclude = true
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Takes a file apart; `entries` say which current key each assignment stands for.
    static func lines(of bytes: [UInt8], file: String, entries: [ConfigEntry]) -> [DocumentLine] {
        var own = entries.filter { $0.origin.file == file && $0.origin.line > 0 }[...]
        var lines: [DocumentLine] = []
        var reader = LineReader(bytes)
        while let line = reader.next() {
            var kept = DocumentLine(bytes: Array(bytes[line.start..<line.end]))
            if case .assignment(let key, _) = line.content {
                if own.first?.origin.line == line.number, let entry = own.popFirst() {
                    kept.key = entry.key
                    kept.value = Self.value(kept.bytes)
                    if entry.key.hasSuffix(".hwaddr") { kept.replaceValue(entry.value) }
                } else {
                    kept.isInclude = ConfigText.string(bytes, key) == "lxc.include"
                    kept.key = kept.isInclude ? "lxc.include" : nil
                }
            }
            lines.append(kept)
        }
        return lines
    }

    mutating func replaceValue(_ text: String) {
        let written = Self.written(text)
        bytes.replaceSubrange(value, with: written)
        value = value.lowerBound..<value.lowerBound + written.count
    }

    /// Writes the current name in place of the one that is there.
    mutating func useCurrentName() {
        guard let key, let equals = bytes.firstIndex(of: 0x3D) else { return }
        let name = ConfigText.trimmed(bytes, 0..<equals)
        let new = key.kernelBytes
        bytes.replaceSubrange(name, with: new)
        value = value.lowerBound + new.count - name.count..<value.upperBound + new.count - name.count
    }

    private static func value(_ line: [UInt8]) -> Range<Int> {
        guard let equals = line.firstIndex(of: 0x3D) else { return 0..<0 }
        return ConfigText.trimmed(line, equals + 1..<line.count)
    }

    /// A value as a file holds it: in quotes where the reader would otherwise take something away.
    private static func written(_ value: String) -> [UInt8] {
        let bytes = value.kernelBytes
        guard let first = bytes.first, let last = bytes.last else { return [] }
        let quotes: [UInt8] = [0x22, 0x27]
        let isBlankAtEnd = ConfigText.isBlank(first) || ConfigText.isBlank(last)
        return isBlankAtEnd || quotes.contains(first) ? [0x22] + bytes + [0x22] : bytes
    }
}

extension [DocumentLine] {
    /// Writes an assignment down: over the last line of the same key, or at the end.
    mutating func put(_ entry: ConfigEntry, inPlace: Bool) {
        if inPlace, let position = lastIndex(where: { $0.key == entry.key }) {
            // An include further down may set the key again; only a line behind it wins.
            if !self[position...].contains(where: { $0.isInclude }) {
                self[position].replaceValue(entry.value)
                return
            }
            remove(at: position)
        }
        append(DocumentLine(entry))
    }

    mutating func append(_ entry: ConfigEntry) { append(DocumentLine(entry)) }

    /// Removes the lines of the cleared keys.
    mutating func remove(_ keys: ClearedKeys) {
        // The lines that are left of LXC 1.0's network sections would otherwise be counted anew.
        if keys.areDevices {
            for index in indices where self[index].key?.hasPrefix("lxc.net.") == true { self[index].useCurrentName() }
        }
        removeAll { line in line.key.map(keys.contains) ?? false }
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for line in self {
            bytes += line.bytes
            bytes.append(0x0A)
        }
        return bytes
    }
}

/// The keys whose lines go when a key is cleared.
struct ClearedKeys {
    /// The current name of the cleared key.
    let name: String
    private let form: ConfigKey.Form
    private let row: String

    init(_ key: String) {
        guard let match = KeyRegistry.find(key) else {
            (name, row, form) = (key, key, .scalar)
            return
        }
        let current = match.canonicalName(index: match.place.index)
        row = match.key.name
        form = match.key.form
        // Without its type a device is gone.
        name = row == "lxc.net.N.type" ? String(current.dropLast(".type".count)) : current
    }

    var areDevices: Bool { name.hasPrefix("lxc.net") }

    func contains(_ key: String) -> Bool {
        if key == name { return true }
        guard key.hasPrefix(name + ".") else { return false }
        switch form {
        case .tree: return KeyRegistry.find(key)?.key.name == row
        case .branch: return key != "lxc.hook.version"
        default: return row == "lxc.net.N.type"
        }
    }
}
