// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Fills a root filesystem with busybox. Whatever lies in it already is not trusted: no symbolic link is ever followed.
struct BusyboxRootfs: ~Copyable {
    private let root: DirectoryHandle

    private static let directories: [(path: String, mode: UInt32)] = [
        ("bin", 0o755), ("sbin", 0o755), ("usr", 0o755), ("usr/bin", 0o755), ("usr/sbin", 0o755), ("usr/lib", 0o755),
        ("lib", 0o755), ("etc", 0o755), ("etc/init.d", 0o755), ("etc/udhcpc", 0o755), ("dev", 0o755), ("dev/pts", 0o755),
        ("proc", 0o755), ("sys", 0o755), ("mnt", 0o755), ("home", 0o755), ("root", 0o700), ("run", 0o755), ("tmp", 0o1777),
        ("var", 0o755), ("var/log", 0o755), ("var/tmp", 0o1777),
    ]

    init(at path: String) throws(KernelError) { root = try DirectoryHandle(opening: path) }

    /// Makes the folders, the program with its names, and the text files.
    func fill(with busybox: BusyboxProgram, name: String) throws(KernelError) {
        for (path, mode) in Self.directories { try makeDirectory(path, mode) }
        if !busybox.isStatic {
            for folder in try HostLibraries.folders { try makeDirectory(folder, 0o755) }
        }
        try copyProgram(busybox.path)
        try linkApplets(busybox.applets)
        for file in BusyboxFiles.all(name: name) {
            let target = try replaceFile(file.path)
            try target.writeAll(file.content.utf8)
            try target.setPermissions(file.mode)
        }
        try link(["run"], in: root.directory("var"), target: "../run")
    }

    private func makeDirectory(_ path: String, _ mode: UInt32) throws(KernelError) {
        try root.makeDirectories(path, mode: mode)
        // Said again, because the umask of whoever runs the template must not lock the container's users out.
        try root.open(path, [.readOnly, .directory]).setPermissions(mode)
    }

    private func copyProgram(_ path: String) throws(KernelError) {
        let source = try OwnedDescriptor(opening: path, [.readOnly, .noControllingTerminal])
        let name = "bin/busybox"
        let target = try replaceFile(name)
        // The disk that is full is that of the copy.
        try source.copyContent(to: target, subject: name)
        // Set-user-id, because su, login and passwd are this program too; it gives the id up for every other applet.
        try target.setPermissions(0o4755)
    }

    /// Every applet in /bin, where containers of C LXC have them, and where busybox itself would put it.
    private func linkApplets(_ applets: [String]) throws(KernelError) {
        var folders: [String: [String]] = ["bin": [], "sbin": ["init"]]
        for applet in applets {
            let (folder, name) = DirectoryHandle.split(applet)
            if name == "busybox" || applet == "sbin/init" { continue }
            folders["bin", default: []].append(name)
            if folder != "bin" && !folder.isEmpty { folders[folder, default: []].append(name) }
        }
        // init is /sbin/init for everybody, wherever this busybox lists it; C LXC has it in /bin too.
        folders["bin", default: []].append("init")
        for (folder, names) in folders {
            try root.makeDirectories(folder)
            let climb = String(repeating: "../", count: folder.split(separator: "/").count)
            try link(names, in: root.directory(folder), target: folder == "bin" ? "busybox" : climb + "bin/busybox")
        }
    }

    /// Makes symbolic links with the same target; what already has one of the names stays.
    ///
    /// All are names of one link. That is a second name instead of a second inode each: 10 microseconds instead of 65 on ext4.
    private func link(_ names: [String], in directory: borrowing DirectoryHandle, target: String) throws(KernelError) {
        var first: String?
        for name in names {
            do throws(KernelError) {
                if let first {
                    do throws(KernelError) {
                        try directory.makeHardLink(of: first, as: name, in: directory)
                        continue
                    } catch {
                        // Not every filesystem gives a link a second name, or this many.
                        if ![.tooManyLinks, .notPermitted, .notSupportedOnSocket].contains(error.errno) { throw error }
                    }
                }
                try directory.makeSymbolicLink(name, to: target)
                first = name
            } catch {
                if error.errno != .fileExists { throw error }
            }
        }
    }

    /// A new, empty file in the place of whatever had the name.
    private func replaceFile(_ path: String) throws(KernelError) -> OwnedDescriptor {
        let (parent, name) = DirectoryHandle.split(path)
        let directory = try root.directory(parent.isEmpty ? "." : parent)
        do { try directory.remove(name) } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
        return try directory.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
    }
}
