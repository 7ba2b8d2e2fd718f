// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel

/// Where a root filesystem is kept: what `lxc.rootfs.path` says.
package struct StorageLocation: Sendable, Equatable {
    package var kind: StorageKind
    /// The folder, image file, device, dataset or, for overlay, the lower layer; several are joined with colons, the topmost first.
    package var source: String
    /// The layer that takes the changes; only of overlay.
    package var upper: String?

    package init(kind: StorageKind, source: String, upper: String? = nil) {
        self.kind = kind
        self.source = source
        self.upper = upper
    }

    /// Reads the setting; nil without a root filesystem, and for a prefix that means nothing here.
    ///
    /// A path without a prefix is a folder, or an image or a block device: which of them, only the one who mounts it sees.
    package init?(_ rootfs: RootfsSettings) {
        let (type, text) = rootfs.split
        guard let path = text, let kind = StorageKind(word: type ?? "dir") else { return nil }
        self.init(kind: kind, source: path)
        guard kind == .overlay else { return }
        let bytes = path.utf8.span
        guard let colon = bytes.indices.last(where: { bytes[$0] == UInt8(ascii: ":") }) else { return }
        source = path.part(0..<colon)
        upper = path.part(colon + 1..<bytes.count)
    }

    /// The same storage after the directory that it lies in has got another path.
    package func moved(from directory: String, to other: String) -> StorageLocation {
        if directory == other { return self }
        func moved(_ path: String) -> String {
            let start = directory.utf8.count
            guard path.utf8.count > start, path.utf8.span[start] == UInt8(ascii: "/"), path.hasPrefix(directory) else { return path }
            return String(concatenating: other, path.part(start..<path.utf8.count))
        }
        return StorageLocation(kind: kind, source: moved(source), upper: upper.map(moved))
    }

    /// The value of `lxc.rootfs.path`.
    package var text: String { String(concatenating: kind.rawValue, ":", source, upper == nil ? "" : ":", upper ?? "") }
}

extension StorageLocation {
    /// Whether its content lies in a folder of the host that can be used where it is.
    ///
    /// - Throws: ``KernelError`` also when nothing is there.
    package var isFolder: Bool {
        get throws(KernelError) {
            guard kind.capabilities.contains(.plainFolder) else { return false }
            return try FileStatus(of: source).kind == .directory
        }
    }

    /// Whether it holds a filesystem that only the host's root user can mount.
    package var needsHostRights: Bool {
        get throws(StorageFailure) {
            switch kind {
            case .loop, .lvm, .zfs, .nbd, .rbd: return true
            case .btrfs: return false
            case .dir: return try BlockMount.content(of: source) != nil
            case .overlay:
                for layer in OverlayLayers.paths(source) where try BlockMount.content(of: layer) != nil { return true }
                return false
            }
        }
    }
}
