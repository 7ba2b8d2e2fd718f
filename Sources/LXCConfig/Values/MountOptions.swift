// SPDX-License-Identifier: Apache-2.0

/// Switches of a mount that the kernel knows as `MS_*` or `MOUNT_ATTR_*`; the numbers are our own.
package struct MountFlagSet: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readOnly = MountFlagSet(rawValue: 1 << 0)
    package static let noSuid = MountFlagSet(rawValue: 1 << 1)
    package static let noDev = MountFlagSet(rawValue: 1 << 2)
    package static let noExec = MountFlagSet(rawValue: 1 << 3)
    package static let synchronous = MountFlagSet(rawValue: 1 << 4)
    package static let dirSync = MountFlagSet(rawValue: 1 << 5)
    package static let noAccessTime = MountFlagSet(rawValue: 1 << 6)
    package static let noDirAccessTime = MountFlagSet(rawValue: 1 << 7)
    package static let relativeAccessTime = MountFlagSet(rawValue: 1 << 8)
    package static let strictAccessTime = MountFlagSet(rawValue: 1 << 9)
    package static let lazyTime = MountFlagSet(rawValue: 1 << 10)
    package static let mandatoryLock = MountFlagSet(rawValue: 1 << 11)
    package static let bind = MountFlagSet(rawValue: 1 << 12)
    package static let recursive = MountFlagSet(rawValue: 1 << 13)
    package static let remount = MountFlagSet(rawValue: 1 << 14)
}

/// How mount events travel between a mount and its copies.
package struct MountPropagation: Sendable, Equatable {
    package enum Kind: Sendable, Equatable { case shared, slave, `private`, unbindable }

    package var kind: Kind
    /// Also for every mount below.
    package var isRecursive: Bool

    package init(kind: Kind = .private, isRecursive: Bool = false) {
        self.kind = kind
        self.isRecursive = isRecursive
    }
}

/// The options field of a mount entry, taken apart.
package struct MountOptions: Sendable, Equatable {
    /// What LXC makes when the target is missing.
    package enum Creation: Sendable, Equatable { case directory, file }

    /// Switches that were turned on.
    package var flags: MountFlagSet = []
    /// Switches that were explicitly turned off (`rw`, `dev`, `exec`, `suid`, `atime`, ...).
    package var cleared: MountFlagSet = []
    package var propagation: MountPropagation?
    /// The filesystem's own options, joined by commas.
    package var data = ""
    /// `create=dir` or `create=file`
    package var create: Creation?
    /// `optional`: a failure is no error.
    package var isOptional = false
    /// `relative`: the source is below the mounted root filesystem.
    package var isRelative = false
    /// `idmap=`: path of a user namespace, or `container`.
    package var idmap: String?

    package init() {}

    /// Takes a comma list apart. Only whole words count: `devgid=5` is an option of the filesystem, not `dev`.
    ///
    /// - Throws: ``ValueProblem`` for `create=` with another word than `dir` or `file`, and for `idmap=` without a value.
    package init(parsing text: String) throws(ValueProblem) {
        let bytes = Array(text.utf8)
        var start = 0
        for end in 0...bytes.count where end == bytes.count || bytes[end] == 0x2C {
            if end > start { try add(String(decoding: bytes[start..<end], as: UTF8.self)) }
            start = end + 1
        }
    }

    /// Reads `lxc.rootfs.options`, where LXC's own words for mount entries have no meaning.
    package init(rootfsOptions text: String) throws(ValueProblem) {
        try self.init(parsing: text)
        if create != nil || isOptional || isRelative {
            throw ValueProblem("create=, optional and relative are not for the root filesystem", hint: "remove them")
        }
    }

    private mutating func add(_ word: String) throws(ValueProblem) {
        // The longest word of the two tables has thirteen letters; sizes, paths and labels are longer.
        if word.utf8.count > 13 {
            if try !addOwnWord(word) { addData(word) }
        } else if let flag = Self.flag(word) {
            flags.formUnion(flag.on)
            flags.subtract(flag.off)
            cleared.subtract(flag.on)
            cleared.formUnion(flag.off)
        } else if let propagation = Self.propagation(word) {
            self.propagation = propagation
        } else if try !addOwnWord(word) {
            addData(word)
        }
    }

    private mutating func addData(_ word: String) {
        if !data.isEmpty { data += "," }
        data += word
    }

    private mutating func addOwnWord(_ word: String) throws(ValueProblem) -> Bool {
        switch word {
        case "defaults": break
        case "optional": isOptional = true
        case "relative": isRelative = true
        case "create=dir": create = .directory
        case "create=file": create = .file
        default:
            if word.hasPrefix("create=") { throw ValueProblem("\(quoted(word)) is not known", hint: "write create=dir or create=file") }
            guard word.hasPrefix("idmap=") else { return false }
            let value = String(word.dropFirst(6))
            if value.isEmpty { throw ValueProblem("idmap= has no value", hint: "write idmap=container or the path of a user namespace") }
            idmap = value
        }
        return true
    }

    private static func flag(_ word: String) -> (on: MountFlagSet, off: MountFlagSet)? {
        switch word {
        case "ro": (.readOnly, [])
        case "rw": ([], .readOnly)
        case "nosuid": (.noSuid, [])
        case "suid": ([], .noSuid)
        case "nodev": (.noDev, [])
        case "dev": ([], .noDev)
        case "noexec": (.noExec, [])
        case "exec": ([], .noExec)
        case "sync": (.synchronous, [])
        case "async": ([], .synchronous)
        case "dirsync": (.dirSync, [])
        case "noatime": (.noAccessTime, [])
        case "atime": ([], .noAccessTime)
        case "nodiratime": (.noDirAccessTime, [])
        case "diratime": ([], .noDirAccessTime)
        case "relatime": (.relativeAccessTime, [])
        case "norelatime": ([], .relativeAccessTime)
        case "strictatime": (.strictAccessTime, [])
        case "nostrictatime": ([], .strictAccessTime)
        case "lazytime": (.lazyTime, [])
        case "nolazytime": ([], .lazyTime)
        case "mand": (.mandatoryLock, [])
        case "nomand": ([], .mandatoryLock)
        case "bind": (.bind, [])
        case "rbind": ([.bind, .recursive], [])
        case "remount": (.remount, [])
        default: nil
        }
    }

    private static func propagation(_ word: String) -> MountPropagation? {
        switch word {
        case "shared": MountPropagation(kind: .shared)
        case "slave": MountPropagation(kind: .slave)
        case "private": MountPropagation(kind: .private)
        case "unbindable": MountPropagation(kind: .unbindable)
        case "rshared": MountPropagation(kind: .shared, isRecursive: true)
        case "rslave": MountPropagation(kind: .slave, isRecursive: true)
        case "rprivate": MountPropagation(kind: .private, isRecursive: true)
        case "runbindable": MountPropagation(kind: .unbindable, isRecursive: true)
        default: nil
        }
    }
}
