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
    ///   - isLasting: Whether the new content is on the disk afterwards. Otherwise the old or the new one is there after a power failure.
    /// - Throws: ``KernelError`` of the step that failed. The old file then is untouched and the new one removed.
    ///
    /// Kernel calls: `openat(2)` with `O_EXCL`, `fchown(2)`, `fchmod(2)`, `fsync(2)`, `rename(2)`.
    package static func write(_ path: String, _ bytes: [UInt8], mode: UInt32, isLasting: Bool = true) throws(KernelError) {
        let (target, old) = try resolved(path)
        let new = try Temporary(beside: target, mode: old == nil ? mode : 0o600)
        do {
            try writeDescriptor(new.file.number, bytes)
            if let old { try takeOver(old, new) }
            try kernelCommand("fsync", new.path) { fsync(new.file.number) }
            try kernelCommand("rename", target) { new.path.withKernelString { from in target.withKernelString { rename(from, $0) } } }
        } catch {
            _ = new.path.withKernelString { unlink($0) }
            throw error.about(target)
        }
        if isLasting { try synchronize(target.parentPath) }
    }

    /// Removes new files in a folder whose writers were killed before they took their place.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - names: What is in it.
    /// - Throws: ``KernelError`` when one cannot be looked at or removed.
    package static func removeLeftovers(in folder: String, among names: [String]) throws(KernelError) {
        for name in names where Temporary.isName(name) {
            let path = folder + "/" + name
            do throws(KernelError) {
                let file = try OwnedDescriptor(opening: path, [.readOnly, .noFollow, .nonBlocking, .noControllingTerminal])
                if try FileLock.isLocked(file) { continue }
            } catch {
                if error.errno == .noSuchFileOrDirectory { continue }
                throw error
            }
            try HostPath.remove(path)
        }
    }

    /// The path behind symbolic links, and what is there.
    private static func resolved(_ path: String) throws(KernelError) -> (String, FileStatus?) {
        var path = path
        for _ in 0..<40 {
            let status = try FileStatus.ifPresent(path, followLinks: false)
            guard let status, status.kind == .symbolicLink else { return (path, status) }
            var target = [CChar](repeating: 0, count: 4096)
            let length = try kernelCall("readlink", path) { path.withKernelString { readlink($0, &target, target.count) } }
            let link = String(kernelBytes: target[..<length].map { UInt8(bitPattern: $0) })
            path = link.hasPrefix("/") ? link : path.parentPath.appendingPath(link)
        }
        throw KernelError(call: "readlink", errno: .tooManySymbolicLinkLevels, subject: path)
    }

    /// A new, empty file that nobody else has, its name that of the target with something behind it; locked for as long as it is written.
    private struct Temporary: ~Copyable {
        let file: OwnedDescriptor
        let path: String

        /// Digits of the largest number.
        private static let length = 13

        static func isName(_ name: String) -> Bool {
            let ending = name.utf8.suffix(1 + length + 4)
            guard ending.count == 1 + length + 4, ending.count < name.utf8.count, ending.first == UInt8(ascii: "."),
                ending.suffix(4).elementsEqual(".tmp".utf8)
            else { return false }
            return ending.dropFirst().dropLast(4).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
        }

        init(beside target: String, mode: UInt32) throws(KernelError) {
            var attempts = 0
            while true {
                let number = String(UInt64.random(in: .min ... .max), radix: 36)
                let zeros = String(repeating: "0", count: max(0, Self.length - number.utf8.count))
                let path = String(concatenating: target, ".", zeros, number, ".tmp")
                do {
                    file = try OwnedDescriptor(opening: path, [.writeOnly, .create, .exclusive, .noFollow], mode: mode)
                    // Where files cannot be locked, a leftover cannot be told from one that is being written; both work.
                    _ = try? FileLock.tryLock(file)
                    self.path = path
                    return
                } catch {
                    attempts += 1
                    // Nobody has heard of the new name.
                    if error.errno != .fileExists || attempts == 100 { throw error.about(target) }
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
