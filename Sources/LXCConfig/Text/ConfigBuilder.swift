// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Turns assignments into settings, one after the other.
struct ConfigBuilder: Sendable {
    var config = ContainerConfig()
    var notes: [ConfigNote] = []
    /// The device that `lxc.network.KEY` without a number means.
    private var section: Int?

    /// Most assignments of one configuration, includes and all. Far above any real one; keeps memory within bounds.
    static let mostAssignments = 50_000
    /// The prefix of keys that users may invent.
    static let freePrefix = Array("lxc.x-".utf8)

    /// An assignment as it lies in a file.
    struct Source {
        let bytes: [UInt8]
        let key: Range<Int>
        let value: Range<Int>
        let lineStart: Int
        let origin: ConfigOrigin
        /// Values from callers are taken as they are; only text in a file has quotes of its own.
        var isFile = true
        /// The value as text, where it was one before it was bytes.
        var text: String?

        /// Byte in the line, counted from 1; 0 when there is no line.
        func column(_ position: Int) -> Int { isFile ? position - lineStart + 1 : 0 }
        var keyText: String { ConfigText.string(bytes, key) }
    }

    /// What `apply` leaves to the caller.
    enum Outcome {
        case done
        case include(path: String)
    }

    /// Applies one assignment.
    ///
    /// `match`: what its key stands for, if that was looked up.
    mutating func apply(_ source: Source, match: KeyRegistry.Match? = nil) throws(ConfigProblem) -> Outcome {
        if config.entries.count >= Self.mostAssignments {
            throw ConfigProblem(.tooLarge, at: source.origin, "more than \(Self.mostAssignments) settings")
        }
        if source.bytes[source.key].starts(with: Self.freePrefix) {
            let value = ConfigText.string(source.bytes, source.value)
            config.entries.append(ConfigEntry(key: source.keyText, value: value, origin: source.origin))
            return .done
        }
        guard let match = match ?? KeyRegistry.find(source.bytes, source.key) else { throw UnknownKey.problem(source) }
        let place = try place(of: match, source)
        let name = match.canonicalName(index: place.index)
        remember(match, name, source)
        let text = source.text ?? ConfigText.string(source.bytes, source.value)
        if match.key.form == .include { return .include(path: text) }
        let settled = try set(match.key, place, text, source)
        config.entries.append(ConfigEntry(key: name, value: settled, origin: source.origin))
        return .done
    }

    /// Sets or clears one key, and returns the value as it is to be remembered.
    private mutating func set(_ key: ConfigKey, _ place: KeyPlace, _ text: String, _ source: Source) throws(ConfigProblem) -> String {
        let value = text.isEmpty ? key.access.emptyValue ?? "" : text
        if value.isEmpty {
            key.access.clear(&config, place)
            if key.name == "lxc.net" && place.index == nil { section = nil }
            return value
        }
        var input = KeyInput(place: place, value: value, origin: source.origin)
        do {
            if source.isFile { try checkQuote(source) }
            try key.access.set(&config, &input)
        } catch {
            throw ConfigProblem(
                .badValue, at: source.origin, column: source.column(source.value.lowerBound + error.offset), key: source.keyText,
                error.reason, hint: error.hint)
        }
        return input.value
    }

    /// A value that opens with a quote which never comes again was cut off.
    private func checkQuote(_ source: Source) throws(ValueProblem) {
        guard let first = source.value.first, let quote = [0x22, 0x27].first(where: { $0 == source.bytes[first] }) else { return }
        // Quotes around the whole value are already gone, so the byte before tells whether this one is inside a pair.
        if first > source.lineStart, [0x22, 0x27].contains(source.bytes[first - 1]) { return }
        if !source.bytes[first + 1..<source.value.upperBound].contains(quote) {
            throw ValueProblem("the value begins with a quote that is never closed", hint: "close it, or write the value without quotes")
        }
    }

    /// Finds the device that a key of LXC 1.0's network sections belongs to.
    private mutating func place(of match: KeyRegistry.Match, _ source: Source) throws(ConfigProblem) -> KeyPlace {
        guard match.needsSection else { return match.place }
        if match.key.name == "lxc.net.N.type" {
            section = config.nextNetworkIndex
        } else if section == nil {
            throw ConfigProblem(
                .badValue, at: source.origin, column: source.column(source.key.lowerBound), key: source.keyText,
                "there is no network device yet that this could belong to", hint: "write lxc.network.type first, or lxc.net.0. and so on")
        }
        return KeyPlace(index: section)
    }

    private mutating func remember(_ match: KeyRegistry.Match, _ name: String, _ source: Source) {
        let isRetired = match.key.form == .retired || match.key.name == "lxc.rootfs.backend"
        guard match.isHistoric || isRetired else { return }
        let new: String? = match.key.form == .retired ? nil : isRetired ? "lxc.rootfs.path = TYPE:PATH" : name
        notes.append(ConfigNote(old: source.keyText, new: new, origin: source.origin))
    }
}

extension ConfigBuilder {
    /// Applies an assignment that comes from a caller, not from a file.
    ///
    /// `match`: what the key stands for, if that was looked up.
    /// Throws ``ConfigProblem``, also for a value that a file could not hold: with a newline or a NUL.
    mutating func apply(
        key: String, value: String, origin: ConfigOrigin, match: KeyRegistry.Match? = nil
    ) throws(ConfigProblem) {
        let isBadName = Self.endsLine(key)
        if isBadName || Self.endsLine(value) {
            throw ConfigProblem(
                .badValue, at: origin, key: key, "the \(isBadName ? "name" : "value") holds a line break or a NUL byte",
                hint: "a configuration file cannot hold that")
        }
        guard key.hasPrefix("lxc.") else {
            throw ConfigProblem(.unknownKey, at: origin, key: key, "is not a key of the configuration", hint: "keys begin with lxc.")
        }
        try apply(ConfigEntry(key: key, value: value, origin: origin), match: match)
    }

    /// Whether a file could not hold a text in one line.
    private static func endsLine(_ text: String) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices where bytes[index] <= 0x0D && [0, 0x0A, 0x0D].contains(bytes[index]) { return true }
        return false
    }

    /// Applies an assignment that was settled before.
    mutating func apply(_ entry: ConfigEntry, match: KeyRegistry.Match? = nil) throws(ConfigProblem) {
        let key = entry.key.kernelBytes
        let bytes = key + entry.value.kernelBytes
        let source = Source(
            bytes: bytes, key: 0..<key.count, value: key.count..<bytes.count, lineStart: 0, origin: entry.origin, isFile: false,
            // Escaped bytes may be a character together.
            text: entry.value.holds(byte: 0xEE) ? nil : entry.value)
        guard case .include(let path) = try apply(source, match: match) else { return }
        throw ConfigProblem(
            .badValue, at: entry.origin, key: entry.key, "cannot include \(quoted(path)) here", hint: "write it into the file")
    }
}
