// SPDX-License-Identifier: Apache-2.0

/// The mounts of a mount namespace, as `/proc/PID/mountinfo` lists them.
///
/// See: `proc_pid_mountinfo(5)`. A line that does not follow the format is left out and counted; no text can stop the program.
package struct MountTable: Sendable, Equatable {
    /// One mount.
    package struct Entry: Sendable, Equatable {
        /// Number of the mount, and of the one it is mounted on.
        package var id: Int32
        package var parent: Int32
        /// Device number of the filesystem.
        package var major: UInt32
        package var minor: UInt32
        /// The part of the filesystem that is seen, as a path in it.
        package var root: String
        /// Where it is seen, as a path below the process's root directory.
        package var mountPoint: String
        /// Options of the mount, comma separated.
        package var options: String
        package var propagation: Propagation
        /// Filesystem type, with its subtype after a dot.
        package var type: String
        package var source: String
        /// Options of the filesystem, comma separated.
        package var superOptions: String

        /// Whether one of the mount's or the filesystem's options has exactly this text.
        package func hasOption(_ option: String) -> Bool {
            options.split(separator: ",").contains { $0 == option } || superOptions.split(separator: ",").contains { $0 == option }
        }
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
    /// - Throws: ``KernelError`` of `open(2)`, `read(2)`.
    package static func read(process: String = "self") throws(KernelError) -> MountTable {
        MountTable(parsing: try WholeFile.read("/proc/\(process)/mountinfo", limit: 256 << 20))
    }

    /// Whether the mount can be reached by its path: no other mount lies over it or over the way to it.
    package func isReachable(_ entry: Entry) -> Bool {
        var current = entry
        if entries.contains(where: { $0.parent == current.id && $0.id != current.id && $0.mountPoint == current.mountPoint }) {
            return false
        }
        // A table longer than its own chain of parents has a cycle, which only hostile text can contain.
        for _ in 0..<entries.count {
            let here = current
            let isCovered = entries.contains {
                $0.parent == here.parent && $0.id != here.id && $0.id != here.parent && Self.isBelow(here.mountPoint, $0.mountPoint)
            }
            if isCovered { return false }
            guard let above = entries.first(where: { $0.id == here.parent && $0.id != here.id }) else { return true }
            current = above
        }
        return false
    }

    /// Whether a path is another one or lies below it, both absolute.
    private static func isBelow(_ path: String, _ other: String) -> Bool {
        if other == "/" { return true }
        let path = path.utf8
        let other = other.utf8
        guard path.starts(with: other) else { return false }
        return path.count == other.count || path.dropFirst(other.count).first == 0x2F
    }
}

extension MountTable.Entry {
    /// Reads one line, without its newline; nil when it does not follow the format.
    init?(line: ArraySlice<UInt8>) {
        var fields = FieldReader(rest: line)
        guard let id = fields.number(Int32.self), let parent = fields.number(Int32.self),
            let device = fields.next(), let colon = device.firstIndex(of: 0x3A),
            let major = decimal(device[..<colon], UInt32.self), let minor = decimal(device[(colon + 1)...], UInt32.self),
            let root = fields.next(), let mountPoint = fields.next(), let options = fields.next(),
            let propagation = MountTable.Propagation(reading: &fields),
            let type = fields.next(), let source = fields.next(), let superOptions = fields.next()
        else { return nil }
        self.init(
            id: id, parent: parent, major: major, minor: minor, root: unescaped(root), mountPoint: unescaped(mountPoint),
            options: String(kernelBytes: options), propagation: propagation, type: unescaped(type), source: unescaped(source),
            superOptions: unescaped(superOptions))
    }
}

extension MountTable.Propagation {
    /// Reads the optional fields up to the separator `-`; unknown ones are passed over, as the manual page asks.
    fileprivate init?(reading fields: inout FieldReader) {
        while let field = fields.next() {
            if field.elementsEqual([0x2D]) { return }
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
        return nil
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
