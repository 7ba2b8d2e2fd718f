// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What the template adds to the container's configuration file.
enum BusyboxConfig {
    /// Appends the lines.
    ///
    /// - Parameters:
    ///   - options: The container's name and folder, and who gets the file.
    ///   - rootfs: Where the root filesystem is.
    ///   - libraries: Folders of the host that are mounted read-only at the same place inside.
    /// - Throws: ``KernelError`` when the file cannot be read or written; a symbolic link in its place is not followed.
    static func append(_ options: BusyboxOptions, rootfs: String, libraries: [String]) throws(KernelError) {
        let folder = try DirectoryHandle(opening: options.path)
        var present: [UInt8] = []
        if try folder.status("config") != nil {
            present = try folder.open("config", [.readOnly, .noControllingTerminal]).readAll(
                limit: 1 << 20, subject: folder.subject("config"))
        }
        var text = present.last.map { $0 == UInt8(ascii: "\n") ? "" : "\n" } ?? ""
        if !namesRootfs(present) { text += "lxc.rootfs.path = dir:\(rootfs)\n" }
        text += lines(name: options.name, libraries: libraries)
        let file = try folder.open("config", [.writeOnly, .append, .create, .noFollow], mode: 0o640)
        try file.writeAll(text.kernelBytes)
        if options.mappedUser != nil || options.mappedGroup != nil {
            // The highest number leaves an id as it is: chown(2).
            try folder.changeOwner("config", user: options.mappedUser ?? .max, group: options.mappedGroup ?? .max)
        }
    }

    /// Whether a configuration says where the root filesystem is; lxc-create writes that before it runs a template.
    static func namesRootfs(_ config: [UInt8]) -> Bool {
        config.split(separator: UInt8(ascii: "\n")).contains { line in
            let word = line.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 && $0 != UInt8(ascii: "=") }
            return word.elementsEqual("lxc.rootfs.path".utf8) || word.elementsEqual("lxc.rootfs".utf8)
        }
    }

    static func lines(name: String, libraries: [String]) -> String {
        var text = """
            lxc.uts.name = \(name)
            lxc.signal.halt = SIGUSR1
            lxc.signal.reboot = SIGTERM
            lxc.autodev = 1
            lxc.tty.max = 2
            lxc.pty.max = 1024
            lxc.cap.drop = sys_module mac_admin mac_override sys_time

            # On a host with AppArmor, this runs the container without a profile:
            #lxc.apparmor.profile = unconfined

            lxc.mount.auto = cgroup:mixed proc:mixed sys:mixed
            lxc.mount.entry = shm dev/shm tmpfs rw,nosuid,nodev,mode=1777,create=dir 0 0
            lxc.mount.entry = mqueue dev/mqueue mqueue rw,nosuid,nodev,noexec,create=dir,optional 0 0

            """
        for folder in libraries {
            text += "lxc.mount.entry = /\(folder) \(folder) none ro,bind 0 0\n"
        }
        return text
    }
}
