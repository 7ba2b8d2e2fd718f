// SPDX-License-Identifier: Apache-2.0

/// Attributes of one mount; raw values are the kernel's `MOUNT_ATTR_*` flags of `mount_setattr(2)`.
package struct MountAttributes: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    /// The standard library's own looks conformances up by name, 30 µs in a program that lives for a thousand.
    package init(arrayLiteral elements: MountAttributes...) { rawValue = elements.reduce(0) { $0 | $1.rawValue } }

    package static let readOnly = MountAttributes(rawValue: 0x01)
    package static let noSetID = MountAttributes(rawValue: 0x02)
    package static let noDevices = MountAttributes(rawValue: 0x04)
    package static let noExecute = MountAttributes(rawValue: 0x08)
    package static let noAccessTime = MountAttributes(rawValue: 0x10)
    package static let strictAccessTime = MountAttributes(rawValue: 0x20)
    package static let noDirectoryAccessTime = MountAttributes(rawValue: 0x80)
    package static let idMapped = MountAttributes(rawValue: 0x10_0000)
    package static let noSymbolicLinks = MountAttributes(rawValue: 0x20_0000)

    /// The field of which `noAccessTime` and `strictAccessTime` are values; zero means relative access times.
    package static let accessTimeField = MountAttributes(rawValue: 0x70)

    /// What nearly every pseudo filesystem is mounted with.
    package static let harmless: MountAttributes = [.noSetID, .noDevices, .noExecute]
}

/// How mounts and unmounts travel between copies of a mount; raw values are `MS_*` flags.
package enum PropagationKind: UInt64, Sendable {
    case shared = 0x10_0000
    case replica = 0x8_0000  // MS_SLAVE
    case isolated = 0x4_0000  // MS_PRIVATE
    case unbindable = 0x2_0000
}
