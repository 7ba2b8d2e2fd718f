// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The table of all keys, with a search by name that takes the exact name or else the longest known beginning.
///
/// Rows are made when the first name of their family is looked up: a container uses a third of them, and making them all took 0.1 ms of
/// every start, in each of its two programs.
package enum KeyRegistry {
    /// Every row.
    package static var keys: [ConfigKey] {
        var keys: [ConfigKey] = []
        for word in families { keys += rows(word) }
        return keys + VethKeys.all
    }

    /// What a name from a file or a caller stands for.
    package struct Match: Sendable {
        package let key: ConfigKey
        package let place: KeyPlace
        /// The name is one of ``ConfigKey/historic``.
        package let isHistoric: Bool
        /// `lxc.network.*` without a number: the device depends on the `lxc.network.type` before it.
        package let needsSection: Bool
    }

    /// Names longer than this are not looked up; the longest sysctl names have about a hundred bytes.
    static let longestName = 512

    /// The second words of names, one for each family.
    private static let families = [
        "apparmor", "arch", "autodev", "cap", "cgroup", "console", "environment", "ephemeral", "execute", "group", "hook", "idmap",
        "include", "init", "keyring", "log", "monitor", "mount", "namespace", "net", "no_new_privs", "prlimit", "proc", "pty", "pivotdir",
        "rootfs", "sched", "seccomp", "selinux", "signal", "start", "sysctl", "time", "tty", "uts",
    ]

    /// The family of a name, by its second word; without the rows of veth devices.
    private static func rows(_ word: String) -> [ConfigKey] {
        switch word {
        // One is compared after the other: what nearly every container has comes first.
        case "rootfs": RootfsKeys.all
        case "uts", "utsname": UtsKeys.all
        case "net", "network": NetKeys.all
        case "include": IncludeKeys.all
        case "log", "loglevel", "logfile", "syslog": LogKeys.all
        case "apparmor", "aa_profile", "aa_allow_incomplete": ApparmorKeys.all
        case "arch": ArchKeys.all
        case "autodev": AutodevKeys.all
        case "cap": CapKeys.all
        case "cgroup", "cgroup2": CgroupKeys.all
        case "console": ConsoleKeys.all
        case "environment": EnvironmentKeys.all
        case "ephemeral": EphemeralKeys.all
        case "execute": ExecuteKeys.all
        case "group": GroupKeys.all
        case "hook": HookKeys.all
        case "idmap", "id_map": IDMapKeys.all
        case "init", "init_cmd", "init_uid", "init_gid": InitKeys.all
        case "keyring": KeyringKeys.all
        case "monitor": MonitorKeys.all
        case "mount": MountKeys.all
        case "namespace": NamespaceKeys.all
        case "no_new_privs": NoNewPrivsKeys.all
        case "prlimit", "limit": PrlimitKeys.all
        case "proc": ProcKeys.all
        case "pty", "pts": PtyKeys.all
        case "pivotdir", "kmsg": RetiredKeys.all
        case "sched": SchedKeys.all
        case "seccomp": SeccompKeys.all
        case "selinux", "se_context": SelinuxKeys.all
        case "signal", "haltsignal", "rebootsignal", "stopsignal": SignalKeys.all
        case "start": StartKeys.all
        case "sysctl": SysctlKeys.all
        case "time": TimeKeys.all
        case "tty", "devttydir": TtyKeys.all
        default: []
        }
    }

    private static let rootPrefix = Array("lxc.".utf8)
    private static let devicePrefix = Array("lxc.net.".utf8)
    private static let historicDevicePrefix = Array("lxc.network.".utf8)
    private static let rowPrefix = Array("lxc.net.N.".utf8)

    /// The row whose name, or historic name, is `prefix` followed by a part of `bytes`.
    private static func lookUp(_ prefix: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> (key: ConfigKey, isHistoric: Bool)? {
        let word = secondWord(prefix, bytes, range)
        if let found = lookUp(in: rows(word), prefix, bytes, range) { return found }
        return word == "net" || word == "network" ? lookUp(in: VethKeys.all, prefix, bytes, range) : nil
    }

    private static func lookUp(
        in rows: [ConfigKey], _ prefix: [UInt8], _ bytes: [UInt8], _ range: Range<Int>
    ) -> (key: ConfigKey, isHistoric: Bool)? {
        for key in rows {
            if isSame(key.name, prefix, bytes, range) { return (key, false) }
            for name in key.historic where isSame(name, prefix, bytes, range) { return (key, true) }
        }
        return nil
    }

    private static func secondWord(_ prefix: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> String {
        let name = prefix.isEmpty ? bytes[range] : prefix[...]
        guard name.starts(with: rootPrefix) else { return "" }
        let word = name.dropFirst(rootPrefix.count)
        let end = word.firstIndex(of: 0x2E) ?? word.endIndex
        // No family has a longer name, and a text of up to 15 bytes is made without memory of its own.
        return end - word.startIndex > 24 ? "" : String(decoding: word[..<end], as: UTF8.self)
    }

    private static func isSame(_ name: String, _ prefix: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let name = name.utf8.span
        guard name.count == prefix.count + range.count else { return false }
        for index in prefix.indices where name[index] != prefix[index] { return false }
        for (index, position) in zip(prefix.count..<name.count, range) where name[index] != bytes[position] { return false }
        return true
    }
}

extension KeyRegistry {
    /// What a name stands for; nil when it is not known.
    package static func find(_ name: String) -> Match? {
        // As in a file: a byte that is no text is one byte, however long it is as a character.
        let bytes = name.kernelBytes
        return find(bytes, 0..<bytes.count)
    }

    /// As ``find(_:)``, for a part of a file.
    static func find(_ bytes: [UInt8], _ range: Range<Int>) -> Match? {
        if range.count > Self.longestName { return nil }
        if let rest = Self.rest(bytes, range, after: Self.devicePrefix) { return device(bytes, rest, isHistoric: false) }
        if let rest = Self.rest(bytes, range, after: Self.historicDevicePrefix) {
            if let first = rest.first, (0x30...0x39).contains(bytes[first]) { return device(bytes, rest, isHistoric: true) }
            guard let row = lookUp([], bytes, range) else { return nil }
            return Match(key: row.key, place: KeyPlace(), isHistoric: true, needsSection: true)
        }
        if let row = lookUp([], bytes, range) {
            return Match(key: row.key, place: KeyPlace(), isHistoric: row.isHistoric, needsSection: false)
        }
        var end = range.upperBound
        while let dot = bytes[range.lowerBound..<end].lastIndex(of: 0x2E) {
            if let row = lookUp([], bytes, range.lowerBound..<dot) {
                // The longest known beginning decides: lxc.cgroup.dir.x is not a file "dir.x" of lxc.cgroup.
                guard row.key.form == .tree else { return nil }
                let place = KeyPlace(rest: ConfigText.string(bytes, dot + 1..<range.upperBound))
                return Match(key: row.key, place: place, isHistoric: row.isHistoric, needsSection: false)
            }
            end = dot
        }
        return nil
    }

    /// `N` or `N.SUBKEY`, after `lxc.net.` or `lxc.network.`.
    private static func device(_ bytes: [UInt8], _ range: Range<Int>, isHistoric: Bool) -> Match? {
        let dot = bytes[range].firstIndex(of: 0x2E) ?? range.upperBound
        guard let index = Self.deviceIndex(bytes, range.lowerBound..<dot) else { return nil }
        if dot == range.upperBound {
            guard let row = lookUp([], Self.devicePrefix, 0..<Self.devicePrefix.count - 1) else { return nil }
            return Match(key: row.key, place: KeyPlace(index: index), isHistoric: isHistoric, needsSection: false)
        }
        let sub = dot + 1..<range.upperBound
        // The old prefix first: lxc.network.0.ipv4 is only known by its old name.
        guard let row = (isHistoric ? lookUp(Self.historicDevicePrefix, bytes, sub) : nil) ?? lookUp(Self.rowPrefix, bytes, sub) else {
            return nil
        }
        return Match(key: row.key, place: KeyPlace(index: index), isHistoric: isHistoric || row.isHistoric, needsSection: false)
    }

    private static func rest(_ bytes: [UInt8], _ range: Range<Int>, after prefix: [UInt8]) -> Range<Int>? {
        guard range.count >= prefix.count else { return nil }
        for index in 0..<prefix.count where bytes[range.lowerBound + index] != prefix[index] { return nil }
        return range.lowerBound + prefix.count..<range.upperBound
    }

    /// Numbers of devices: 0 to 65535, written in one way only so that no device has two names.
    static func deviceIndex(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
        guard (1...5).contains(range.count), bytes[range.lowerBound] != 0x30 || range.count == 1 else { return nil }
        var index = 0
        for position in range {
            guard (0x30...0x39).contains(bytes[position]) else { return nil }
            index = index * 10 + Int(bytes[position] - 0x30)
        }
        return index <= 65535 ? index : nil
    }
}

extension KeyRegistry.Match {
    /// The key's current name with its number or free part; the device's number must be known.
    func canonicalName(index: Int?) -> String {
        if let index {
            let sub = key.name == "lxc.net" ? "" : String(key.name.dropFirst("lxc.net.N".count))
            return "lxc.net.\(index)" + sub
        }
        return place.rest.isEmpty ? key.name : key.name + "." + place.rest
    }
}
