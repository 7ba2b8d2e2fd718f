// SPDX-License-Identifier: Apache-2.0

/// The mounts of a mount namespace, as `/proc/PID/mountinfo` lists them.
///
/// See: `proc_pid_mountinfo(5)`. A line that does not follow the format is left out and counted; no text can stop the program.
package struct MountTable: Sendable, Equatable {
    /// One mount. Text fields are decoded when they are asked for, since most callers look at few of many mounts.
    package struct Entry: Sendable, Equatable {
        /// Number of the mount, and of the one it is mounted on.
        package let id: Int32
        package let parent: Int32
        /// Device number of the filesystem.
        package let major: UInt32
        package let minor: UInt32
        fileprivate let fields: Fields

        /// The part of the filesystem that is seen, as a path in it.
        package var root: String { unescaped(fields.root) }
        /// Where it is seen, as a path below the process's root directory.
        package var mountPoint: String { unescaped(fields.mountPoint) }
        /// Options of the mount, comma separated.
        package var options: String { unescaped(fields.options) }
        package var propagation: Propagation { Propagation(fields: fields.optional) }
        /// Filesystem type, with its subtype after a dot.
        package var type: String { unescaped(fields.type) }
        package var source: String { unescaped(fields.source) }
        /// Options of the filesystem, comma separated.
        package var superOptions: String { unescaped(fields.superOptions) }

        /// Whether one of the mount's or the filesystem's options has exactly this text.
        package func hasOption(_ option: String) -> Bool {
            options.split(separator: ",").contains { $0 == option } || superOptions.split(separator: ",").contains { $0 == option }
        }
    }

    /// The text fields of a line as the kernel wrote them, with its escapes.
    fileprivate struct Fields: Sendable, Equatable {
        var root: ArraySlice<UInt8>
        var mountPoint: ArraySlice<UInt8>
        var options: ArraySlice<UInt8>
        var optional: ArraySlice<UInt8>
        var type: ArraySlice<UInt8>
        var source: ArraySlice<UInt8>
        var superOptions: ArraySlice<UInt8>
    }

    /// How mounts below this one travel to other namespaces.
    package struct Propagation: Sendable, Equatable {
        /// Peer group that events are sent to (`shared:N`).
        package var sharedGroup: UInt32?
        /// Peer group that events come from (`master:N`).
        package var masterGroup: UInt32?
        /// Nearest dominant peer group under the process's root (`propagate_from:N`).
        package var sourceGroup: UInt32?
        package var isUnbindable = false

        package init() {}
    }

    package private(set) var entries: [Entry] = []
    /// Lines that could not be understood.
    package private(set) var malformedLines = 0

    /// Reads the text of a mountinfo file.
    package init(parsing bytes: [UInt8]) {
        for line in bytes.split(separator: 0x0A) {
            if let entry = Entry(line: line) { entries.append(entry) } else { malformedLines += 1 }
        }
    }

    /// Mounts of a process.
    ///
    /// - Parameter process: `self`, or a process number as text.
    /// - Returns: The mounts at this moment.
    /// - Throws: ``KernelError`` of `open(2)`, `read(2)`.
    package static func read(process: String = "self") throws(KernelError) -> MountTable {
        MountTable(parsing: try WholeFile.read("/proc/\(process)/mountinfo", limit: 256 << 20))
    }

    /// Whether the mount can be reached by its path: no other mount lies over it or over the way to it.
    package func isReachable(_ entry: Entry) -> Bool {
        // Escapes do not matter for comparing, since the kernel writes the same path the same way on every line.
        let place = entry.fields.mountPoint
        if entries.contains(where: { $0.parent == entry.id && $0.id != entry.id && $0.fields.mountPoint == place }) { return false }
        var here = entry
        // A way up that is longer than the table has a cycle, which only hostile text can contain.
        for _ in 0..<entries.count {
            var above: Entry?
            for other in entries where other.id != here.id {
                if other.id == here.parent { above = other }
                let isSibling = other.parent == here.parent && other.id != here.parent
                if isSibling && Self.isBelow(here.fields.mountPoint, other.fields.mountPoint) { return false }
            }
            guard let above else { return true }
            here = above
        }
        return false
    }

    /// Whether a path is another one or lies below it, both absolute.
    private static func isBelow(_ path: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        if other.elementsEqual([0x2F]) { return true }
        guard path.starts(with: other) else { return false }
        return path.count == other.count || path.dropFirst(other.count).first == 0x2F
    }
}

extension MountTable.Entry {
    /// Reads one line, without its newline; nil when it does not follow the format.
    init?(line: ArraySlice<UInt8>) {
        var reader = FieldReader(rest: line)
        guard let id = reader.number(Int32.self), let parent = reader.number(Int32.self),
            let device = reader.next(), let colon = device.firstIndex(of: 0x3A),
            let major = decimal(device[..<colon], UInt32.self), let minor = decimal(device[(colon + 1)...], UInt32.self),
            let root = reader.next(), let mountPoint = reader.next(), let options = reader.next(),
            let optional = reader.upToSeparator(),
            let type = reader.next(), let source = reader.next(), let superOptions = reader.next()
        else { return nil }
        self.id = id
        self.parent = parent
        self.major = major
        self.minor = minor
        fields = MountTable.Fields(
            root: root, mountPoint: mountPoint, options: options, optional: optional, type: type, source: source,
            superOptions: superOptions)
    }
}

extension MountTable.Propagation {
    /// Reads the optional fields; unknown ones are passed over, as the manual page asks.
    fileprivate init(fields: ArraySlice<UInt8>) {
        for field in fields.split(separator: 0x20) {
            let parts = field.split(separator: 0x3A, maxSplits: 1)
            let group = parts.count == 2 ? decimal(parts[1], UInt32.self) : nil
            switch parts.first.map({ String(kernelBytes: $0) }) {
            case "shared": sharedGroup = group
            case "master": masterGroup = group
            case "propagate_from": sourceGroup = group
            case "unbindable": isUnbindable = true
            default: break
            }
        }
    }
}

/// Cuts a line at single blanks; two blanks in a row have an empty field between them (an empty source, for example).
private struct FieldReader {
    var rest: ArraySlice<UInt8>?

    mutating func next() -> ArraySlice<UInt8>? {
        guard let text = rest else { return nil }
        guard let blank = text.firstIndex(of: 0x20) else {
            rest = nil
            return text
        }
        rest = text[(blank + 1)...]
        return text[..<blank]
    }

    /// The fields before the separator `-`, which is passed; nil when there is none.
    mutating func upToSeparator() -> ArraySlice<UInt8>? {
        guard let start = rest else { return nil }
        while let field = next() {
            if field.count == 1, field.first == 0x2D { return start[..<field.startIndex] }
        }
        return nil
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? { next().flatMap { decimal($0, type) } }
}

private func decimal<Number: FixedWidthInteger>(_ digits: ArraySlice<UInt8>, _: Number.Type) -> Number? {
    guard !digits.isEmpty else { return nil }
    var value: Number = 0
    for digit in digits {
        guard (0x30...0x39).contains(digit) else { return nil }
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = shifted.addingReportingOverflow(Number(digit - 0x30))
        if overflow || carry { return nil }
        value = sum
    }
    return value
}

/// Undoes the kernel's `\040` escapes; a backslash without three octal digits stays as it is.
private func unescaped(_ field: ArraySlice<UInt8>) -> String {
    guard field.contains(0x5C) else { return String(kernelBytes: field) }
    var bytes: [UInt8] = []
    var rest = field
    while let first = rest.popFirst() {
        let digits = rest.prefix(3)
        if first == 0x5C, digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
            let value = digits.reduce(0) { $0 << 3 | UInt16($1 - 0x30) }
            if let byte = UInt8(exactly: value) {
                bytes.append(byte)
                rest = rest.dropFirst(3)
                continue
            }
        }
        bytes.append(first)
    }
    return String(kernelBytes: bytes)
}
