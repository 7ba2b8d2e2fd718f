// SPDX-License-Identifier: Apache-2.0

/// The table of all keys, with a search by name that takes the exact name or else the longest known beginning.
package struct KeyRegistry: Sendable {
    package static let shared = KeyRegistry()

    /// Makes the table now, for those who have time before they need it.
    package static func prepare() { _ = shared.keys.count }

    /// Every row.
    package let keys: [ConfigKey]

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

    // One flat buffer of names and an open hash table: made once in some microseconds, no allocation per lookup.
    private struct Record {
        let start: Int
        let end: Int
        let row: Int
        let isHistoric: Bool
    }
    private var names: [UInt8] = []
    private var records: [Record] = []
    private var slots = [UInt16](repeating: .max, count: Self.slotCount)
    private static let slotCount = 1024
    private static let devicePrefix = Array("lxc.net.".utf8)
    private static let historicDevicePrefix = Array("lxc.network.".utf8)
    private static let rowPrefix = Array("lxc.net.N.".utf8)

    private init() {
        var rows: [ConfigKey] = []
        rows.reserveCapacity(128)
        rows += ApparmorKeys.all
        rows += ArchKeys.all
        rows += AutodevKeys.all
        rows += CapKeys.all
        rows += CgroupKeys.all
        rows += ConsoleKeys.all
        rows += EnvironmentKeys.all
        rows += EphemeralKeys.all
        rows += ExecuteKeys.all
        rows += GroupKeys.all
        rows += HookKeys.all
        rows += IDMapKeys.all
        rows += IncludeKeys.all
        rows += InitKeys.all
        rows += KeyringKeys.all
        rows += LogKeys.all
        rows += MonitorKeys.all
        rows += MountKeys.all
        rows += NamespaceKeys.all
        rows += NetKeys.all
        rows += NoNewPrivsKeys.all
        rows += PrlimitKeys.all
        rows += ProcKeys.all
        rows += PtyKeys.all
        rows += RetiredKeys.all
        rows += RootfsKeys.all
        rows += SchedKeys.all
        rows += SeccompKeys.all
        rows += SelinuxKeys.all
        rows += SignalKeys.all
        rows += StartKeys.all
        rows += SysctlKeys.all
        rows += TimeKeys.all
        rows += TtyKeys.all
        rows += UtsKeys.all
        rows += VethKeys.all
        keys = rows
        for row in rows.indices {
            add(rows[row].name, row, isHistoric: false)
            for name in rows[row].historic { add(name, row, isHistoric: true) }
        }
    }

    private mutating func add(_ name: String, _ row: Int, isHistoric: Bool) {
        let start = names.count
        names += name.utf8
        var slot = Self.slot(names, start..<names.count, Self.hashSeed)
        while slots[slot] != .max { slot = (slot + 1) % Self.slotCount }
        slots[slot] = UInt16(records.count)
        records.append(Record(start: start, end: names.count, row: row, isHistoric: isHistoric))
    }

    private static let hashSeed: UInt32 = 2_166_136_261

    private static func hash(_ bytes: [UInt8], _ range: Range<Int>, _ seed: UInt32) -> UInt32 {
        var hash = seed
        for index in range { hash = (hash ^ UInt32(bytes[index])) &* 16_777_619 }
        return hash
    }

    private static func slot(_ bytes: [UInt8], _ range: Range<Int>, _ seed: UInt32) -> Int {
        let value = hash(bytes, range, seed)
        return Int((value ^ value >> 15) % UInt32(slotCount))
    }

    /// The record whose name is `prefix` followed by a part of `bytes`.
    private func record(_ prefix: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> Record? {
        var slot = Self.slot(bytes, range, Self.hash(prefix, 0..<prefix.count, Self.hashSeed))
        while slots[slot] != .max {
            let record = records[Int(slots[slot])]
            if record.end - record.start == prefix.count + range.count, matches(record, prefix, bytes, range) { return record }
            slot = (slot + 1) % Self.slotCount
        }
        return nil
    }

    private func matches(_ record: Record, _ prefix: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        for index in 0..<prefix.count where names[record.start + index] != prefix[index] { return false }
        let offset = record.start + prefix.count - range.lowerBound
        for index in range where names[offset + index] != bytes[index] { return false }
        return true
    }
}

extension KeyRegistry {
    /// What a name stands for; nil when it is not known.
    package func find(_ name: String) -> Match? {
        let bytes = Array(name.utf8)
        return find(bytes, 0..<bytes.count)
    }

    /// As ``find(_:)``, for a part of a file.
    func find(_ bytes: [UInt8], _ range: Range<Int>) -> Match? {
        if range.count > Self.longestName { return nil }
        if let rest = Self.rest(bytes, range, after: Self.devicePrefix) { return device(bytes, rest, isHistoric: false) }
        if let rest = Self.rest(bytes, range, after: Self.historicDevicePrefix) {
            if let first = rest.first, (0x30...0x39).contains(bytes[first]) { return device(bytes, rest, isHistoric: true) }
            guard let record = record([], bytes, range) else { return nil }
            return Match(key: keys[record.row], place: KeyPlace(), isHistoric: true, needsSection: true)
        }
        if let record = record([], bytes, range) {
            return Match(key: keys[record.row], place: KeyPlace(), isHistoric: record.isHistoric, needsSection: false)
        }
        var end = range.upperBound
        while let dot = bytes[range.lowerBound..<end].lastIndex(of: 0x2E) {
            if let record = record([], bytes, range.lowerBound..<dot) {
                // The longest known beginning decides: lxc.cgroup.dir.x is not a file "dir.x" of lxc.cgroup.
                guard keys[record.row].form == .tree else { return nil }
                let place = KeyPlace(rest: ConfigText.string(bytes, dot + 1..<range.upperBound))
                return Match(key: keys[record.row], place: place, isHistoric: record.isHistoric, needsSection: false)
            }
            end = dot
        }
        return nil
    }

    /// `N` or `N.SUBKEY`, after `lxc.net.` or `lxc.network.`.
    private func device(_ bytes: [UInt8], _ range: Range<Int>, isHistoric: Bool) -> Match? {
        let dot = bytes[range].firstIndex(of: 0x2E) ?? range.upperBound
        guard let index = Self.deviceIndex(bytes, range.lowerBound..<dot) else { return nil }
        if dot == range.upperBound {
            guard let record = record([], Self.devicePrefix, 0..<Self.devicePrefix.count - 1) else { return nil }
            return Match(key: keys[record.row], place: KeyPlace(index: index), isHistoric: isHistoric, needsSection: false)
        }
        let sub = dot + 1..<range.upperBound
        // The old prefix first: lxc.network.0.ipv4 is only known by its old name.
        guard let record = (isHistoric ? record(Self.historicDevicePrefix, bytes, sub) : nil) ?? record(Self.rowPrefix, bytes, sub) else {
            return nil
        }
        return Match(
            key: keys[record.row], place: KeyPlace(index: index), isHistoric: isHistoric || record.isHistoric, needsSection: false)
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
