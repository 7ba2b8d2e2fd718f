// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The system configuration `lxc.conf` of the root user or of another one.
package struct SystemConfig: Sendable, Equatable {
    /// Whose configuration it is.
    package enum Owner: Sendable, Equatable {
        case root
        case user(home: String)
    }

    /// The file that was looked for.
    package let file: String
    /// What the file sets.
    private var values = KeyedList<SystemConfigItem, Sourced<String>>()
    private let defaults: KeyedList<SystemConfigItem, String>
    /// Lines that were not understood; they are no errors, other programs may own them.
    package private(set) var warnings: [ConfigProblem] = []

    /// The defaults alone.
    package init(owner: Owner, paths: InstallPaths = .installed) {
        switch owner {
        case .root:
            file = paths.systemConfiguration.appendingPath("lxc.conf")
            defaults = Self.defaults(paths.systemConfiguration.appendingPath("default.conf"), paths.containers)
        case .user(let home):
            file = home + "/.config/lxc/lxc.conf"
            defaults = Self.defaults(home + "/.config/lxc/default.conf", home + "/.local/share/lxc")
        }
    }

    /// Reads the owner's file; without a file the defaults hold.
    ///
    /// - Throws: ``ConfigProblem`` when the file is there but cannot be read, or when a value is not one of the words allowed.
    package static func load(owner: Owner, paths: InstallPaths = .installed) throws(ConfigProblem) -> SystemConfig {
        var config = SystemConfig(owner: owner, paths: paths)
        let bytes: [UInt8]
        do { bytes = try RegularFile(configuration: config.file).bytes } catch {
            if case .kernel(let error) = error, error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return config }
            throw .unreadable(at: ConfigOrigin(file: config.file), error.reason)
        }
        try config.read(bytes)
        return config
    }

    /// Reads the text of such a file; the first line of an item wins.
    ///
    /// - Throws: ``ConfigProblem`` when a value is not one of the words allowed.
    package mutating func read(_ bytes: [UInt8]) throws(ConfigProblem) {
        var (number, start) = (0, 0)
        while start < bytes.count {
            let part = bytes[start..<bytes.position(of: 0x0A, in: start..<bytes.count)]
            start = part.endIndex + 1
            number += 1
            guard part.first != 0x23, let equals = part.firstIndex(of: 0x3D) else { continue }
            let name = ConfigText.string(bytes, ConfigText.trimmed(bytes, part.startIndex..<equals))
            let end = part.last == 0x0D ? part.endIndex - 1 : part.endIndex
            let value = ConfigText.string(bytes, ConfigText.trimmed(bytes, equals + 1..<max(end, equals + 1)))
            try take(name, value, ConfigOrigin(file: file, line: number))
        }
    }

    private mutating func take(_ name: String, _ value: String, _ origin: ConfigOrigin) throws(ConfigProblem) {
        guard let item = SystemConfigItem(name: name) else {
            // A file that is not ours would give thousands.
            guard name.hasPrefix("lxc."), warnings.count < 10 else { return }
            let guess = KeySuggestion.nearest(to: name, among: SystemConfigItem.allCases.map { $0.rawValue })
            let problem = ConfigProblem(
                .unknownKey, at: origin, key: name, "is not an item of lxc.conf", hint: guess.map { "did you mean \($0)?" })
            warnings.append(problem)
            return
        }
        if values[item] != nil { return }
        if let words = item.words, !words.contains(value) {
            throw ConfigProblem(
                .badValue, at: origin, key: name, "\(quoted(value)) is not known", hint: "write \(words.joined(separator: " or "))")
        }
        values[item] = Sourced(item == .containerPath ? Self.withoutSlashes(value) : value, origin)
    }

    /// The value of an item; nil when it is not set and has no default.
    package func value(of item: SystemConfigItem) -> String? { values[item]?.value ?? defaults[item] }

    /// Where an item was set; nil for a default.
    package func origin(of item: SystemConfigItem) -> ConfigOrigin? { values[item]?.origin }

    /// `lxc.lxcpath`, without slashes at its end.
    package var containerPath: String { value(of: .containerPath) ?? "" }
    /// `lxc.default_config`: what lxc-create starts from.
    package var defaultConfig: String { value(of: .defaultConfig) ?? "" }
    /// `lxc.cgroup.use`: the controllers to use; nil for all.
    package var cgroupControllers: [String]? { value(of: .cgroupUse).map { ConfigText.words($0, commas: true) } }
    /// `lxc.start.order.rule`: whether a higher `lxc.start.order` starts earlier.
    package var startsHighestOrderFirst: Bool { value(of: .startOrderRule) != "lowest-first" }
    /// `lxc.attach.env`: lxc-attach begins with an empty environment.
    package var clearsAttachEnvironment: Bool { value(of: .attachEnvironment) == "clear" }

    private static func defaults(_ config: String, _ containers: String) -> KeyedList<SystemConfigItem, String> {
        KeyedList([
            (.defaultConfig, config), (.containerPath, withoutSlashes(containers)), (.volumeGroup, "lxc"), (.thinPool, "lxc"),
            (.zfsRoot, "lxc"), (.rbdPool, "lxc"),
        ])
    }

    private static func withoutSlashes(_ path: String) -> String {
        let bytes = path.utf8.span
        var end = bytes.count
        while end > 1, bytes[end - 1] == 0x2F { end -= 1 }
        return end == bytes.count ? path : path.part(0..<end)
    }
}
