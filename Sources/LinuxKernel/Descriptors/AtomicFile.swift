// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Files that are replaced whole or not at all, whatever happens in between.
package enum AtomicFile {
    /// Writes a file: a new one beside it is filled, brought to the disk and renamed over it.
    ///
    /// The mode and the owner of a file that exists are kept; a symbolic link is followed, so that the file it names is replaced.
    ///
    /// - Parameters:
    ///   - path: The file; it need not exist.
    ///   - bytes: All that it will hold.
    ///   - mode: Permission bits of a file that did not exist, before the umask.
    /// - Throws: ``KernelError`` of the step that failed. The old file then is untouched and the new one removed.
    ///
    /// Kernel calls: `openat(2)` with `O_EXCL`, `fchown(2)`, `fchmod(2)`, `fsync(2)`, `rename(2)`.
    package static func write(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(KernelError) {
        let target = try resolved(path)
        let old = try FileStatus.ifPresent(target)
        let new = try Temporary(beside: target, mode: old == nil ? mode : 0o600)
        do {
            try writeDescriptor(new.file.number, bytes)
            if let old { try takeOver(old, new) }
            try kernelCommand("fsync", new.path) { fsync(new.file.number) }
            try kernelCommand("rename", target) { new.path.withKernelString { from in target.withKernelString { rename(from, $0) } } }
        } catch {
            _ = new.path.withKernelString { unlink($0) }
            throw error
        }
        try synchronize(directory(of: target))
    }

    /// The path behind symbolic links.
    private static func resolved(_ path: String) throws(KernelError) -> String {
        var path = path
        for _ in 0..<40 {
            guard let status = try FileStatus.ifPresent(path, followLinks: false), status.kind == .symbolicLink else { return path }
            var target = [CChar](repeating: 0, count: 4096)
            let length = try kernelCall("readlink", path) { path.withKernelString { readlink($0, &target, target.count) } }
            let link = String(kernelBytes: target[..<length].map { UInt8(bitPattern: $0) })
            path = link.hasPrefix("/") ? link : directory(of: path) + "/" + link
        }
        throw KernelError(call: "readlink", errno: .tooManySymbolicLinkLevels, subject: path)
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A new, empty file that nobody else has, its name that of the target with something behind it.
    private struct Temporary: ~Copyable {
        let file: OwnedDescriptor
        let path: String

        init(beside target: String, mode: UInt32) throws(KernelError) {
            var attempts = 0
            while true {
                let path = target + "." + String(UInt64.random(in: .min ... .max), radix: 36) + ".tmp"
                do {
                    file = try OwnedDescriptor(opening: path, [.writeOnly, .create, .exclusive, .noFollow], mode: mode)
                    self.path = path
                    return
                } catch {
                    attempts += 1
                    if error.errno != .fileExists || attempts == 100 { throw error }
                }
            }
        }
    }

    /// Gives the new file the owner and the mode of the old one.
    private static func takeOver(_ old: FileStatus, _ new: borrowing Temporary) throws(KernelError) {
        let (number, path) = (new.file.number, new.path)
        let status = try FileStatus(of: new.file)
        if status.owner != old.owner || status.group != old.group {
            try kernelCommand("fchown", path) { fchown(number, old.owner, old.group) }
        }
        // After the owner: changing that takes set-id bits away.
        try kernelCommand("fchmod", path) { fchmod(number, old.permissions) }
    }

    /// Brings the new name to the disk.
    private static func synchronize(_ folder: String) throws(KernelError) {
        let directory = try OwnedDescriptor(opening: folder, [.readOnly, .directory])
        try kernelCommand("fsync", folder) { fsync(directory.number) }
    }
}
