// SPDX-License-Identifier: Apache-2.0
import CLinux

extension DirectoryHandle {
    /// Makes a directory and those above it that are missing; existing ones are kept.
    ///
    /// `mode`: permission bits of the directories that are made, before the umask.
    /// Throws ``KernelError``; `.tooManySymbolicLinkLevels` when a component is a symbolic link.
    package func makeDirectories(_ path: String, mode: UInt32 = 0o755) throws(KernelError) {
        if let status = try status(path), status.kind == .directory { return }
        var parent = try shared.duplicate()
        var walked = ""
        for component in Self.relative(path).split(separator: "/") where component != "." {
            walked += walked.isEmpty ? String(component) : "/" + component
            let name = String(component)
            let base = parent.number
            do {
                try kernelCommand("mkdirat", subject(walked)) { name.withKernelString { mkdirat(base, $0, mode) } }
            } catch {
                if error.errno != .fileExists { throw error }
            }
            parent = try open(walked, [.path, .directory])
        }
    }

    /// Makes an empty file if nothing has that name; the directories above it are made too.
    package func makeFile(_ path: String, mode: UInt32 = 0o644) throws(KernelError) {
        let (parent, name) = Self.split(path)
        if !parent.isEmpty { try makeDirectories(parent) }
        let directory = parent.isEmpty ? self : try self.directory(parent)
        do {
            let created = try directory.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: mode)
            _ = consume created
        } catch {
            if error.errno != .fileExists { throw error }
        }
    }

    /// Makes a device node; fails when the name exists.
    ///
    /// `isPrivate`: nobody else can change this directory. If somebody can, he could put a link in the node's place before its permissions
    /// are set, so that costs a few calls more.
    /// Kernel call: `mknodat(2)`.
    package func makeNode(
        _ name: String, kind: UInt32, mode: UInt32, major: UInt32, minor: UInt32, isPrivate: Bool = true
    ) throws(KernelError) {
        let number = number
        let device = UInt(clinux_makedev(major, minor))
        try kernelCommand("mknodat", subject(name)) { name.withKernelString { mknodat(number, $0, kind | mode, device) } }
        // The umask must not decide who may use a device.
        try kernelCommand("fchmodat", subject(name)) {
            name.withKernelString { fchmodat(number, $0, mode, isPrivate ? 0 : AT_SYMLINK_NOFOLLOW) }
        }
    }

    /// Makes a symbolic link named `name`, directly in this directory.
    package func makeSymbolicLink(_ name: String, to target: String) throws(KernelError) {
        let number = number
        try kernelCommand("symlinkat", subject(name)) {
            target.withKernelString { target in name.withKernelString { symlinkat(target, number, $0) } }
        }
    }

    /// Removes a name directly in this directory.
    package func remove(_ name: String, isDirectory: Bool = false) throws(KernelError) {
        let number = number
        try kernelCommand("unlinkat", subject(name)) { name.withKernelString { unlinkat(number, $0, isDirectory ? AT_REMOVEDIR : 0) } }
    }

    /// Changes the owner of a name directly in this directory, never through a link.
    package func changeOwner(_ name: String, user: UInt32, group: UInt32) throws(KernelError) {
        let number = number
        try kernelCommand("fchownat", subject(name)) {
            name.withKernelString { fchownat(number, $0, user, group, AT_SYMLINK_NOFOLLOW) }
        }
    }

    /// Where a symbolic link directly in this directory points.
    package func linkTarget(_ name: String) throws(KernelError) -> String {
        let number = number
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = try kernelCall("readlinkat", subject(name)) {
            name.withKernelString { readlinkat(number, $0, &buffer, buffer.count) }
        }
        return String(kernelBytes: buffer[0..<length].map { UInt8(bitPattern: $0) })
    }

    /// Splits a path at its last slash: the directory (empty when none) and the name.
    package static func split(_ path: String) -> (parent: String, name: String) {
        let bytes = path.utf8.span
        guard let start = bytes.indices.first(where: { bytes[$0] != 0x2F }) else { return ("", ".") }
        guard let slash = (start..<bytes.count).last(where: { bytes[$0] == 0x2F }) else { return ("", path.part(start..<bytes.count)) }
        return (path.part(start..<slash), path.part(slash + 1..<bytes.count))
    }
}
