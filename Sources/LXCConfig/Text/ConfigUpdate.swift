// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// A configuration written with the names of today: what `lxc-update-config` does.
///
/// Comments, order and lines that are not ours stay as they are; included files are not touched.
package struct ConfigUpdate: Sendable {
    /// What becomes of one line.
    enum Change: Sendable, Equatable {
        case keep([UInt8])
        case replace([UInt8], with: [UInt8])
        case drop([UInt8])
    }

    /// The file's name, for the preview.
    package let name: String
    package let oldBytes: [UInt8]
    private(set) var changes: [Change] = []

    /// Reads a file.
    ///
    /// - Throws: ``ConfigProblem`` when it cannot be read.
    package static func load(path: String) throws(ConfigProblem) -> ConfigUpdate {
        do { return ConfigUpdate(try RegularFile(configuration: path).bytes, name: path) } catch {
            throw .unreadable(at: ConfigOrigin(file: path), error.reason)
        }
    }

    /// Works out the new text.
    package init(_ bytes: [UInt8], name: String) {
        self.name = name
        oldBytes = bytes
        var update = LineUpdate(storageType: LineUpdate.storageType(bytes))
        var reader = LineReader(bytes)
        while let line = reader.next() {
            let old = Array(bytes[line.start..<line.end])
            guard case .assignment(let key, let value) = line.content else {
                changes.append(.keep(old))
                continue
            }
            let keyInLine = key.lowerBound - line.start..<key.upperBound - line.start
            let valueInLine = value.lowerBound - line.start..<value.upperBound - line.start
            changes.append(update.change(old, keyInLine, valueInLine))
        }
    }

    package var isNeeded: Bool {
        changes.contains { if case .keep = $0 { false } else { true } }
    }

    package var newBytes: [UInt8] {
        if !isNeeded { return oldBytes }
        var bytes: [UInt8] = []
        for change in changes {
            switch change {
            case .keep(let line), .replace(_, with: let line): bytes += line + [0x0A]
            case .drop: break
            }
        }
        return bytes
    }

    /// Writes the old text to `FILE.backup` and the new one to the file.
    ///
    /// - Throws: ``KernelError``; the file is then as it was.
    package func save() throws(KernelError) {
        try AtomicFile.write(name + ".backup", oldBytes, mode: 0o640)
        try AtomicFile.write(name, newBytes, mode: 0o640)
    }
}

/// Finds the new form of one line after the other.
private struct LineUpdate {
    let storageType: String
    private var section: Int?
    private var largestIndex = -1

    init(storageType: String) { self.storageType = storageType }

    /// The file's `lxc.rootfs.backend`, wherever it stands.
    static func storageType(_ bytes: [UInt8]) -> String {
        var type = "dir"
        var reader = LineReader(bytes)
        while let line = reader.next() {
            if case .assignment(let key, let value) = line.content, ConfigText.string(bytes, key) == "lxc.rootfs.backend", !value.isEmpty {
                type = ConfigText.string(bytes, value)
            }
        }
        return type
    }

    mutating func change(_ line: [UInt8], _ key: Range<Int>, _ value: Range<Int>) -> ConfigUpdate.Change {
        guard let match = KeyRegistry.find(line, key) else { return .keep(line) }
        if match.key.form == .retired || match.key.name == "lxc.rootfs.backend" { return .drop(line) }
        guard let device = device(of: match, isEmpty: value.isEmpty) else { return .keep(line) }
        guard match.isHistoric else { return .keep(line) }
        var new = line
        if match.key.name == "lxc.rootfs.path" { new.replaceSubrange(value, with: rootfs(ConfigText.string(line, value)).kernelBytes) }
        new.replaceSubrange(key, with: match.canonicalName(index: device.index).kernelBytes)
        return new == line ? .keep(line) : .replace(line, with: new)
    }

    private struct Device {
        /// Nil for a key that is not about one device.
        let index: Int?
    }

    /// The device that a line is about; nil for a line of a section that never began.
    private mutating func device(of match: KeyRegistry.Match, isEmpty: Bool) -> Device? {
        if match.key.name == "lxc.net", match.place.index == nil {
            if isEmpty { (section, largestIndex) = (nil, -1) }
            return Device(index: nil)
        }
        guard match.needsSection else {
            if let index = match.place.index { largestIndex = max(largestIndex, index) }
            return Device(index: match.place.index)
        }
        if match.key.name == "lxc.net.N.type" {
            largestIndex += 1
            section = largestIndex
        }
        return section.map { Device(index: $0) }
    }

    private func rootfs(_ path: String) -> String {
        var settings = RootfsSettings()
        settings.path = Sourced(path)
        switch settings.storageType {
        case "overlayfs": return "overlay:" + (settings.plainPath ?? "")
        case nil:
            // A device says by itself what it is; calling it a directory would be wrong.
            return path.isEmpty || (storageType == "dir" && path.hasPrefix("/dev/")) ? path : storageType + ":" + path
        default: return path
        }
    }
}
