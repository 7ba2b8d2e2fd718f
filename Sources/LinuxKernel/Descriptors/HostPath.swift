// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Making and removing things of the host by their paths; not for paths inside a rootfs (see ``DirectoryHandle``).
package enum HostPath {
    /// Makes a directory and those above it that are missing; symbolic links on the way are followed, existing ones are kept.
    ///
    /// Kernel call: `mkdir(2)`.
    package static func makeDirectories(_ path: String, mode: UInt32 = 0o755) throws(KernelError) {
        _ = try ensureDirectory(path, mode: mode)
    }

    /// As ``makeDirectories(_:mode:)``; whether the directory itself was missing.
    ///
    /// Kernel call: `mkdir(2)`.
    package static func ensureDirectory(_ path: String, mode: UInt32 = 0o755) throws(KernelError) -> Bool {
        do throws(KernelError) {
            return try makeDirectory(path, mode)
        } catch {
            let (parent, name) = DirectoryHandle.split(path)
            guard error.errno == .noSuchFileOrDirectory, !parent.isEmpty, !name.isEmpty else { throw error }
            try makeDirectories((path.hasPrefix("/") ? "/" : "") + parent, mode: mode)
            return try makeDirectory(path, mode)
        }
    }

    /// Makes a directory whose parent exists; false for an existing one, which is kept.
    private static func makeDirectory(_ path: String, _ mode: UInt32) throws(KernelError) -> Bool {
        do throws(KernelError) {
            try kernelCommand("mkdir", path) { path.withKernelString { mkdir($0, mode) } }
            return true
        } catch {
            // EROFS and EACCES are said of existing directories too, before the kernel looks whether they exist.
            let mayExist = [Errno.fileExists, .readOnlyFileSystem, .permissionDenied].contains(error.errno)
            guard mayExist, let status = try FileStatus.ifPresent(path) else { throw error }
            if status.kind == .directory { return false }
            throw KernelError(call: error.call, errno: error.errno, subject: path, explanation: "\(path) is not a directory")
        }
    }

    /// Makes a named pipe; `.fileExists` when something has that name.
    ///
    /// Kernel call: `mkfifo(3)`.
    package static func makeFifo(_ path: String, mode: UInt32) throws(KernelError) {
        try kernelCommand("mkfifo", path) { path.withKernelString { mkfifo($0, mode) } }
    }

    /// Removes a name; the result says whether there was one.
    ///
    /// Kernel call: `unlink(2)`.
    @discardableResult
    package static func remove(_ path: String) throws(KernelError) -> Bool {
        do throws(KernelError) {
            try kernelCommand("unlink", path) { path.withKernelString { unlink($0) } }
            return true
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return false }
            throw error
        }
    }

    /// Gives something another name, replacing what has it. Kernel call: `rename(2)`.
    package static func rename(_ path: String, to target: String) throws(KernelError) {
        try kernelCommand("rename", path) { path.withKernelString { path in target.withKernelString { CLinux.rename(path, $0) } } }
    }

    /// Gives something a name that nothing has; `.fileExists` when something has it.
    ///
    /// Kernel call: `renameat2(2)` `RENAME_NOREPLACE`.
    package static func renameNew(_ path: String, to target: String) throws(KernelError) {
        try kernelCommand("renameat2", path) { path.withKernelString { path in target.withKernelString { clinux_rename_new(path, $0) } } }
    }

    /// Lets two names change places in one step, whatever they are.
    ///
    /// Kernel call: `renameat2(2)` `RENAME_EXCHANGE`; not every filesystem has it.
    package static func exchange(_ path: String, _ other: String) throws(KernelError) {
        try kernelCommand("renameat2", path) { path.withKernelString { path in other.withKernelString { clinux_exchange(path, $0) } } }
    }

    /// Removes an empty directory. Kernel call: `rmdir(2)`.
    package static func removeDirectory(_ path: String) throws(KernelError) {
        try kernelCommand("rmdir", path) { path.withKernelString { rmdir($0) } }
    }

    /// Changes the owner of what a path names, of a link itself. Kernel call: `lchown(2)`.
    package static func changeOwner(_ path: String, user: UInt32, group: UInt32) throws(KernelError) {
        try kernelCommand("lchown", path) { path.withKernelString { lchown($0, user, group) } }
    }

    /// Changes the permission bits of what a path names.
    ///
    /// Kernel call: `chmod(2)`.
    package static func changePermissions(_ path: String, to mode: UInt32) throws(KernelError) {
        try kernelCommand("chmod", path) { path.withKernelString { chmod($0, mode) } }
    }
}
