// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Generation of the kernel's cgroup interface.
package enum CgroupVersion: Sendable, Equatable {
    /// One tree for each set of controllers, filesystem `cgroup`.
    case v1
    /// The single tree, filesystem `cgroup2`.
    case v2
}

/// One open cgroup: a directory of a cgroup filesystem with its control files.
///
/// Names are taken relative to the open directory, so a cgroup that is replaced behind our back is never mistaken for the old one.
package struct CgroupDirectory: ~Copyable, Sendable {
    /// The open directory; receivers use it with `openat(2)`, and `clone3(2)` to be born in it.
    package let descriptor: OwnedDescriptor
    /// How errors name the directory: its path.
    package let label: String

    /// Opens a cgroup by its path on the host.
    package init(opening path: String) throws(KernelError) {
        descriptor = try OwnedDescriptor(opening: path, [.readOnly, .directory, .noFollow])
        label = path
    }

    /// Takes over an open directory, for example one that came over the control socket.
    package init(owning descriptor: consuming OwnedDescriptor, label: String) {
        self.descriptor = descriptor
        self.label = label
    }

    /// The descriptor's number.
    package var number: Int32 { descriptor.number }

    /// Opens a cgroup below this one; its path is relative and without symbolic links (cgroup filesystems have none), `..` is the
    /// parent.
    package func open(_ path: String) throws(KernelError) -> CgroupDirectory {
        CgroupDirectory(owning: try openFile(path, [.readOnly, .directory]), label: subject(path))
    }

    /// Opens a control file.
    package func openFile(_ path: String, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor {
        let number = number
        let raw = try kernelCall("openat", subject(path)) {
            path.withKernelString { clinux_openat(number, $0, flags.rawValue | O_CLOEXEC | O_NOFOLLOW, 0) }
        }
        return OwnedDescriptor(owning: raw)
    }

    /// Makes a cgroup.
    ///
    /// - Returns: False when it exists already.
    ///
    /// Kernel call: `mkdirat(2)`, mode 0755 before the umask.
    package func make(_ path: String) throws(KernelError) -> Bool {
        let number = number
        do {
            try kernelCommand("mkdirat", subject(path)) { path.withKernelString { mkdirat(number, $0, 0o755) } }
            return true
        } catch {
            if error.errno == .fileExists { return false }
            throw error
        }
    }

    /// Whether a cgroup or control file is there.
    ///
    /// Kernel call: `faccessat(2)`.
    package func exists(_ path: String) -> Bool {
        let number = number
        return path.withKernelString { faccessat(number, $0, F_OK, 0) } == 0
    }

    /// Removes a cgroup that has neither children nor processes.
    ///
    /// - Returns: False when it is in use; true when it is gone, also when it was gone before.
    ///
    /// Kernel call: `unlinkat(2)` `AT_REMOVEDIR`.
    package func remove(_ path: String) throws(KernelError) -> Bool {
        let number = number
        do {
            try kernelCommand("unlinkat", subject(path)) { path.withKernelString { unlinkat(number, $0, AT_REMOVEDIR) } }
            return true
        } catch {
            switch error.errno {
            case .resourceBusy, .directoryNotEmpty: return false
            case .noSuchFileOrDirectory: return true
            default: throw error
            }
        }
    }

    /// Names of the cgroups directly below this one, in the kernel's order.
    package func children() throws(KernelError) -> [String] {
        let file = try openFile(".", [.readOnly, .directory])
        do throws(KernelError) {
            let entries = try DirectoryEntryReader(size: 4096).entries(of: file, subject: label)
            return entries.filter { $0.kind == .directory }.map { $0.name.text }
        } catch {
            // A cgroup that is removed while it is read has no children any more.
            if error.errno == .noSuchFileOrDirectory { return [] }
            throw error
        }
    }

    /// The content of a control file; more than `limit` bytes are an error (`.fileTooLarge`).
    package func read(_ path: String, limit: Int = 16 << 20) throws(KernelError) -> [UInt8] {
        try openFile(path, .readOnly).readAll(limit: limit, subject: subject(path))
    }

    /// The content of a control file as text, without the newline at its end.
    package func text(_ path: String, limit: Int = 16 << 20) throws(KernelError) -> String {
        var bytes = try read(path, limit: limit)
        while bytes.last == 0x0A { bytes.removeLast() }
        return String(kernelBytes: bytes)
    }

    /// Writes a control file with exactly one `write(2)`, as the kernel expects it.
    package func write(_ path: String, _ text: String) throws(KernelError) {
        let file = try openFile(path, .writeOnly)
        let bytes = text.kernelBytes
        try kernelCommand("write", subject(path)) { CLinux.write(file.number, bytes, bytes.count) }
    }

    /// Gives a control file, or with `.` the directory itself, to another owner.
    ///
    /// Kernel call: `fchownat(2)`.
    package func changeOwner(_ path: String, user: UInt32, group: UInt32) throws(KernelError) {
        let number = number
        try kernelCommand("fchownat", subject(path)) {
            path.withKernelString { fchownat(number, $0, user, group, AT_SYMLINK_NOFOLLOW) }
        }
    }

    /// Changes the permission bits of a control file, or with `.` of the directory itself.
    ///
    /// Kernel call: `fchmodat(2)`.
    package func changeMode(_ path: String, _ mode: UInt32) throws(KernelError) {
        let number = number
        try kernelCommand("fchmodat", subject(path)) { path.withKernelString { fchmodat(number, $0, mode, 0) } }
    }

    /// Whether the caller may make cgroups in a directory below this one.
    ///
    /// Kernel call: `faccessat(2)` with the effective ids.
    package func isWritable(_ path: String = ".") -> Bool {
        let number = number
        return path.withKernelString { faccessat(number, $0, W_OK | X_OK, AT_EACCESS) } == 0
    }

    /// Generation of the filesystem that the directory lies on; nil when it is not a cgroup filesystem at all.
    ///
    /// Kernel call: `fstatfs(2)`.
    package func version() throws(KernelError) -> CgroupVersion? {
        let number = number
        var status = statfs()
        try kernelCommand("fstatfs", label) { fstatfs(number, &status) }
        switch status.f_type {
        case 0x0027_E0EB: return .v1
        case 0x6367_7270: return .v2
        default: return nil
        }
    }

    /// How an error names something below the directory.
    package func subject(_ path: String) -> String { path == "." ? label : label + "/" + path }
}
