// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// From the words of a mount entry to the kernel's attributes.
enum MountFlagTranslation {
    private static let table: [(MountFlagSet, MountAttributes)] = [
        (.readOnly, .readOnly), (.noSuid, .noSetID), (.noDev, .noDevices), (.noExec, .noExecute), (.noAccessTime, .noAccessTime),
        (.strictAccessTime, .strictAccessTime), (.noDirAccessTime, .noDirectoryAccessTime),
    ]

    static func attributes(_ flags: MountFlagSet) -> MountAttributes {
        table.reduce(into: []) { if flags.contains($1.0) { $0.insert($1.1) } }
    }

    /// What the entry takes away from its source's mount.
    ///
    /// A bind mount keeps the restrictions of its source unless the entry says otherwise by name; in a user namespace the kernel
    /// refuses to lift them, so only what is written is asked for.
    static func cleared(_ entry: MountEntry) -> MountAttributes { attributes(entry.options.cleared) }

    /// Options of the filesystem instance, not of the mount.
    static func superblockOptions(_ options: MountOptions) -> [String] {
        let words: [(MountFlagSet, String)] = [
            (.readOnly, "ro"), (.synchronous, "sync"), (.dirSync, "dirsync"), (.lazyTime, "lazytime"), (.mandatoryLock, "mand"),
        ]
        return words.filter { options.flags.contains($0.0) }.map { $0.1 }
    }

    static func propagation(_ options: MountOptions) -> PropagationKind? {
        switch options.propagation?.kind {
        case .shared: .shared
        case .slave: .replica
        case .private: .isolated
        case .unbindable: .unbindable
        case nil: nil
        }
    }
}
