// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A directory from which paths are walked: the only way to touch a rootfs or an image.
///
/// Every path is resolved beneath the directory, without magic links, and (unless said otherwise) without symbolic links.
/// Kernel call: `openat2(2)`, Linux 5.6.
package struct DirectoryHandle: Sendable {
    /// The open directory; closed when the last copy of the handle goes.
    package let shared: SharedDescriptor
    /// How errors name the directory.
    package let label: String

    /// Opens a directory of the host; its own path may go through symbolic links.
    package init(opening path: String) throws(KernelError) {
        shared = SharedDescriptor(try OwnedDescriptor(opening: path, [.path, .directory]))
        label = path
    }

    /// Takes over an open directory.
    package init(owning descriptor: consuming OwnedDescriptor, label: String) {
        shared = SharedDescriptor(descriptor)
        self.label = label
    }

    /// The descriptor's number.
    package var number: Int32 { shared.number }

    /// How symbolic links within a path are treated.
    package enum Links: Sendable {
        /// A symbolic link anywhere is an error (`ELOOP`).
        case refused
        /// Followed as a process would whose root directory is this one.
        case followedInside
    }

    /// Opens what a path names beneath this directory.
    ///
    /// `path`: relative; leading slashes are dropped, `..` never leaves the directory.
    /// `mode`: permission bits of a created file.
    /// Throws ``KernelError``; `.tooManySymbolicLinkLevels` when a link is in the way, `.improperLink` when the path leaves.
    package func open(_ path: String, _ flags: OpenFlags, mode: UInt32 = 0, links: Links = .refused) throws(KernelError) -> OwnedDescriptor
    {
        let relative = Self.relative(path)
        let resolve: Int32 =
            switch links {
            case .refused: RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS
            case .followedInside: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
            }
        let creates = flags.contains(.create)
        do throws(KernelError) {
            let raw = try kernelCall("openat2", subject(path)) {
                relative.withKernelString {
                    clinux_openat2(
                        number, $0, UInt64(UInt32(bitPattern: flags.rawValue | O_CLOEXEC)), creates ? UInt64(mode) : 0,
                        UInt64(UInt32(bitPattern: resolve)))
                }
            }
            return OwnedDescriptor(owning: raw)
        } catch {
            guard error.errno == .improperLink else { throw error }
            throw KernelError(call: error.call, errno: error.errno, subject: error.subject, explanation: "it leads out of its directory")
        }
    }

    /// A handle on a directory below this one.
    package func directory(_ path: String, links: Links = .refused) throws(KernelError) -> DirectoryHandle {
        DirectoryHandle(owning: try open(path, [.path, .directory], links: links), label: subject(path))
    }

    /// Status of what a path names; nil when it does not exist.
    package func status(_ path: String, links: Links = .refused) throws(KernelError) -> FileStatus? {
        do {
            return try FileStatus(of: open(path, [.path, .noFollow], links: links))
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
            throw error
        }
    }

    /// How an error names a path beneath this directory.
    package func subject(_ path: String) -> String { label + "/" + Self.relative(path) }

    /// The component of a path that is a symbolic link, for the error message; nil when none is.
    package func symbolicLink(on path: String) -> String? {
        var walked = ""
        for component in Self.relative(path).split(separator: "/") {
            walked += walked.isEmpty ? String(component) : "/" + component
            guard let handle = try? open(walked, [.path, .noFollow]),  // only looks for a better message
                let status = try? FileStatus(of: handle)
            else { return nil }
            if status.kind == .symbolicLink { return walked }
        }
        return nil
    }

    static func relative(_ path: String) -> String {
        // Byte by byte: a slash with a combining accent behind it is one character, and a slash all the same.
        let trimmed = path.utf8.drop { $0 == UInt8(ascii: "/") }
        if trimmed.startIndex == path.startIndex, !trimmed.isEmpty { return path }
        return trimmed.isEmpty ? "." : String(Substring(trimmed))
    }
}
