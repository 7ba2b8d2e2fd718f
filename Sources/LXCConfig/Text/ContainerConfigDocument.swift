// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// A container's configuration file: its settings, and its text with comments, order, foreign lines and includes.
package struct ContainerConfigDocument: Sendable {
    /// Where the text came from, and where it is saved unless told otherwise.
    package var path: String
    private(set) var builder: ConfigBuilder
    private var text: Text

    /// The text is only taken apart when something is changed: most programs never do.
    private enum Text: Sendable {
        case untouched([UInt8])
        case lines([DocumentLine])
    }

    /// An empty configuration.
    package init(path: String = "") { self.init(path: path, bytes: [], builder: ConfigBuilder()) }

    init(path: String, bytes: [UInt8], builder: ConfigBuilder) {
        self.path = path
        self.builder = builder
        text = .untouched(bytes)
    }

    /// The settings.
    package var config: ContainerConfig { builder.config }
    /// Historic keys that were found; for one note per start, see ``ConfigNote/summary(_:)``.
    package var notes: [ConfigNote] { builder.notes }

    /// See ``ContainerConfig/value(of:)``.
    package func value(of key: String) -> String? { builder.config.value(of: key) }

    /// See ``ContainerConfig/keys(under:)``.
    package func keys(under key: String) -> [String]? { builder.config.keys(under: key) }

    /// Sets a key as C LXC's `set_config_item` does: a list grows by the value, an empty value clears.
    ///
    /// `origin`: who asked for it, when that is not the program.
    /// - Throws: ``ConfigProblem`` when the key or the value is not valid; nothing is changed then.
    package mutating func set(_ key: String, _ value: String, by origin: ConfigOrigin? = nil) throws(ConfigProblem) {
        if value.isEmpty { return try clear(key) }
        var lines = takenApart
        let before = builder.config.entries.count
        let match = KeyRegistry.find(key)
        let row = match?.key
        try apply(key, value, match, origin ?? Self.caller)
        if row?.form == .include {
            lines.append(DocumentLine(include: value))
        } else if let entry = builder.config.entries.dropFirst(before).last {
            let isList = row.map { $0.form == .list || $0.isRepeatable } ?? false
            lines.put(entry, inPlace: !isList)
        }
        text = .lines(lines)
    }

    /// Sets a key for this process only, as the option `-s KEY=VALUE` does; the text stays as it is.
    ///
    /// - Throws: ``ConfigProblem`` when there is no `=` or the key or the value is not valid.
    package mutating func define(_ definition: String) throws(ConfigProblem) {
        let origin = ConfigOrigin(file: "-s")
        guard let equals = definition.utf8.firstIndex(of: 0x3D) else {
            throw ConfigProblem(.syntax, at: origin, "\(quoted(definition)) has no =", hint: "write -s KEY=VALUE")
        }
        let key = ConfigText.trimmed(String(definition[..<equals]))
        let value = ConfigText.trimmed(String(definition[definition.utf8.index(after: equals)...]))
        try apply(key, value, KeyRegistry.find(key), origin)
    }

    /// Brings a key back to its default and removes its lines, as C LXC's `clear_config_item` does.
    ///
    /// - Throws: ``ConfigProblem`` when the key is not known.
    package mutating func clear(_ key: String) throws(ConfigProblem) {
        guard key.hasPrefix("lxc.x-") || KeyRegistry.find(key).map({ !$0.needsSection }) == true else {
            throw ConfigProblem(.unknownKey, at: Self.caller, key: key, "is not a key of the configuration")
        }
        var lines = takenApart
        let scope = ClearedKeys(key)
        let isIncluded = builder.config.entries.contains { $0.origin.file != path && $0.origin.line > 0 && scope.contains($0.key) }
        // An empty line means "clear" except where the key says otherwise.
        let match = KeyRegistry.find(key)
        let rest = match?.key.access.defaultValue ?? ""
        // The settings of files that were included stay; only the lines that include them go.
        if scope.name != "lxc.include" { try apply(key, rest, match, Self.caller) }
        lines.remove(scope)
        if isIncluded { lines.append(ConfigEntry(key: scope.name, value: rest)) }
        text = .lines(lines)
    }

    /// Changes the settings, completely or not at all.
    ///
    /// `match`: what the key stands for, if it is known.
    private mutating func apply(
        _ key: String, _ value: String, _ match: KeyRegistry.Match?, _ origin: ConfigOrigin
    ) throws(ConfigProblem) {
        var reading = ConfigReading(builder: builder)
        if !value.isEmpty, match?.key.form == .include {
            try reading.include(value, origin)
        } else {
            try reading.builder.apply(key: key, value: value, origin: origin, match: match)
        }
        builder = reading.builder
    }

    /// Forgets everything, text and settings.
    package mutating func clearAll() { self = ContainerConfigDocument(path: path) }

    /// What a save would write.
    package var bytes: [UInt8] {
        if case .untouched(let bytes) = text, !hasSettledAddress { return bytes }
        return takenApart.bytes
    }

    /// Writes the text, whole or not at all.
    ///
    /// - Parameter path: Where to; nil for ``path``. A new file gets mode 0640.
    /// - Throws: ``KernelError``; the old file then is still what it was.
    package func save(to path: String? = nil) throws(KernelError) {
        try AtomicFile.write(path ?? self.path, bytes, mode: 0o640)
    }

    private static let caller = ConfigOrigin(file: "the caller's request")

    private var takenApart: [DocumentLine] {
        switch text {
        case .lines(let lines): lines
        case .untouched(let bytes): DocumentLine.lines(of: bytes, file: path, entries: builder.config.entries)
        }
    }

    /// Random digits are kept once they were drawn, so that the next start has the same address.
    private var hasSettledAddress: Bool {
        guard case .untouched(let bytes) = text, bytes.contains(0x78) || bytes.contains(0x58) else { return false }
        return builder.config.entries.contains { $0.key.hasSuffix(".hwaddr") && $0.origin.file == path }
    }
}
