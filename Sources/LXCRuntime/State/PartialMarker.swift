// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// The file `partial` in a container's folder: there while the container is being created, locked by who creates it.
package struct PartialMarker: ~Copyable, Sendable {
    /// What the file says about a container.
    package enum Finding: Sendable, Equatable {
        /// An ordinary container.
        case absent
        /// Somebody is creating it now.
        case inProgress
        /// Whoever created it died on the way: what is there may be removed.
        case creatorDied
    }

    private let file: OwnedDescriptor
    private let path: String

    /// Makes and locks the marker of a container whose folder exists; it vanishes with ``finish()``.
    ///
    /// - Throws: ``KernelError``, `.fileExists` when there is a marker already.
    package init(creatingIn folder: String) throws(KernelError) {
        let path = folder.appendingPath("partial")
        let file = try OwnedDescriptor(opening: path, [.readWrite, .create, .exclusive, .noFollow], mode: 0)
        // A new file is nobody else's yet; a failure here means that locks do not work on this filesystem.
        if try !FileLock.tryLock(file) { throw KernelError(call: "fcntl", errno: .resourceBusy, subject: path) }
        self.file = file
        self.path = path
    }

    /// Removes the marker, for a creation that ended well or was undone.
    package consuming func finish() throws(KernelError) { try HostPath.remove(path) }

    /// Notes what was made for the container, so that it can be removed when its creator dies.
    ///
    /// `text`: the value of `lxc.rootfs.path`, for storage that did not exist before.
    package func note(_ text: String) throws(KernelError) { try file.writeAll(text.kernelBytes) }

    /// What the creator of a container has noted; nil when that is nothing, or cannot be understood.
    package static func noted(_ folder: String) throws(KernelError) -> String? {
        do throws(KernelError) {
            let text = try WholeFile.text(folder.appendingPath("partial"), limit: 8192)
            return text.isEmpty || text.utf8.contains(where: { $0 < 0x20 }) ? nil : text
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
    }

    /// Looks at a container's folder.
    package static func inspect(_ folder: String) throws(KernelError) -> Finding {
        let path = folder.appendingPath("partial")
        let found: FileStatus?
        // The folder is what users know.
        do throws(KernelError) { found = try FileStatus.ifPresent(path, followLinks: false) } catch { throw error.about(folder) }
        guard let status = found else { return .absent }
        do throws(KernelError) {
            return try examine(path)
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory: return .absent
            // Mode 0000 keeps its owner out too, root excepted.
            case .permissionDenied where status.owner == PeerCredentials.ownEffective.uid && status.kind == .regular:
                try HostPath.changePermissions(path, to: 0o400)
                return try examine(path)
            default: throw error
            }
        }
    }

    private static func examine(_ path: String) throws(KernelError) -> Finding {
        let file = try OwnedDescriptor(opening: path, [.readOnly, .noFollow, .nonBlocking, .noControllingTerminal])
        return try FileLock.isLocked(file) ? .inProgress : .creatorDied
    }
}
