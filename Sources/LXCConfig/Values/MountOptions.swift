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
}
