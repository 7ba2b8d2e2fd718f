// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What makes a system out of packages a container of its own: names, network, sources of packages, locale, accounts.
///
/// Links within the system are followed as one of its own programs would.
struct InstalledSystem {
    let options: DistributionOptions
    /// The release by its name, also where `stable` was asked for.
    let release: String
    let folder: String
    private let root: DirectoryHandle

    init(_ options: DistributionOptions, at folder: String, release: String) throws(KernelError) {
        self.options = options
        self.folder = folder
        root = try DirectoryHandle(opening: folder)
        let own = try root.status("etc/os-release", links: .followedInside) == nil ? "" : Self.text(root, "etc/os-release")
        let codename = own.split(separator: "\n").first { $0.hasPrefix("VERSION_CODENAME=") }.map { String($0.dropFirst(17)) }
        let isName = !["stable", "testing", "unstable", "oldstable", "oldoldstable"].contains(release)
        self.release = isName ? release : codename ?? release
    }

    /// Writes the files and runs the system's own tools.
    func complete() throws(TemplateFailure) {
        do throws(KernelError) {
            try writeNames()
            try writeNetwork()
            try write("etc/apt/sources.list", sources)
            try copyFromHost("etc/resolv.conf")
            try forgetIdentity()
            try chooseTarget()
            if options.hasOldInit { try write("etc/inittab", OldInit.table) }
        } catch { throw TemplateFailure("cannot complete the system", error) }
        try withQuietServers { () throws(TemplateFailure) in
            if options.hasOldInit { try OldInit.disableScripts(folder, root) }
            try makeLocale()
            if !options.packages.isEmpty {
                HostProgram.say("Installing \(options.packages.joined(separator: " "))\n")
                try HostProgram.inside(folder, ["/usr/bin/apt-get", "-q", "update"], loud: options.isVerbose)
                try HostProgram.inside(
                    folder, ["/usr/bin/apt-get", "-q", "-y", "--no-install-recommends", "install"] + options.packages,
                    loud: options.isVerbose)
                try HostProgram.inside(folder, ["/usr/bin/apt-get", "clean"])
            }
            try makeHostKeys()
            try SystemAccounts(options: options, folder: folder).make()
        }
    }

    private func writeNames() throws(KernelError) {
        try write("etc/hostname", options.name + "\n")
        try write(
            "etc/hosts",
            """
            127.0.0.1 localhost
            127.0.1.1 \(options.name)

            ::1 localhost ip6-localhost ip6-loopback
            ff02::1 ip6-allnodes
            ff02::2 ip6-allrouters

            """)
    }

    private func writeNetwork() throws(KernelError) {
        if try root.status("usr/sbin/netplan", links: .followedInside) != nil {
            // netplan refuses files that others can read.
            return try write(
                "etc/netplan/10-lxc.yaml", "network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n", mode: 0o600)
        }
        try write("etc/network/interfaces", "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n")
    }

    private var sources: String {
        let distribution = options.distribution
        let mirror = options.mirror ?? distribution.mirror(options.architecture.name)
        let security = options.securityMirror ?? distribution.securityMirror(options.architecture.name)
        let parts = distribution.components(withNonFree: options.hasNonFree).joined(separator: " ")
        var lines = ["deb \(mirror) \(release) \(parts)"]
        switch distribution {
        case .debian where ["sid", "unstable", "experimental"].contains(release): break
        case .debian:
            let old = ["wheezy", "jessie", "stretch", "buster"].contains(release)
            lines.append("deb \(security) \(release)\(old ? "/updates" : "-security") \(parts)")
        case .ubuntu: lines += ["deb \(mirror) \(release)-updates \(parts)", "deb \(security) \(release)-security \(parts)"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Each container is a machine of its own to D-Bus, to journals and to DHCP servers.
    private func forgetIdentity() throws(KernelError) {
        try write("etc/machine-id", "", mode: 0o444)
        try remove("var/lib/dbus", "machine-id")
    }

    /// No graphical login, and no manager of devices, which are the host's.
    private func chooseTarget() throws(KernelError) {
        guard try root.status("lib/systemd/systemd", links: .followedInside) != nil else { return }
        try root.makeDirectories("etc/systemd/system")
        let units = try root.directory("etc/systemd/system")
        for (unit, target) in [
            ("default.target", "/lib/systemd/system/multi-user.target"), ("systemd-udevd.service", "/dev/null"),
            ("udev.service", "/dev/null"),
        ] {
            try remove("etc/systemd/system", unit)
            try units.makeSymbolicLink(unit, to: target)
        }
    }

    private func makeLocale() throws(TemplateFailure) {
        let wanted = ProcessEnvironment.value("LANG") ?? ""
        let locale = ["", "C", "POSIX"].contains(wanted) ? "en_US.UTF-8" : wanted
        let character = locale.split(separator: ".").dropFirst().first.map(String.init) ?? "UTF-8"
        do throws(KernelError) {
            try write("etc/default/locale", "LANG=\(locale)\n")
            guard !locale.hasPrefix("C."), try root.status("usr/sbin/locale-gen", links: .followedInside) != nil else { return }
            try write("etc/locale.gen", "\(locale) \(character)\n")
        } catch { throw TemplateFailure("cannot choose the locale \(locale)", error) }
        try HostProgram.inside(folder, ["/usr/sbin/locale-gen"])
    }

    /// Keys that came with the cached system would be those of every container.
    private func makeHostKeys() throws(TemplateFailure) {
        do throws(KernelError) {
            guard try root.status("etc/ssh", links: .followedInside) != nil else { return }
            for name in try DirectoryListing.names(in: root.open("etc/ssh", [.readOnly, .directory]), subject: "etc/ssh")
            where name.hasPrefix("ssh_host_") { try remove("etc/ssh", name) }
        } catch { throw TemplateFailure("cannot remove the old keys of the ssh server", error) }
        try HostProgram.inside(folder, ["/usr/bin/ssh-keygen", "-A"])
    }

    /// Runs tools of the system while its packages may not start servers: invoke-rc.d(8).
    private func withQuietServers(_ body: () throws(TemplateFailure) -> Void) throws(TemplateFailure) {
        do throws(KernelError) { try write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", mode: 0o755) } catch {
            throw TemplateFailure("cannot keep servers from being started", error)
        }
        try body()
        do throws(KernelError) { try remove("usr/sbin", "policy-rc.d") } catch {
            throw TemplateFailure("cannot allow servers to be started again", error)
        }
    }

    private func copyFromHost(_ path: String) throws(KernelError) {
        guard try FileStatus.ifPresent("/" + path) != nil else { return }
        try write(path, try WholeFile.text("/" + path, limit: 1 << 20))
    }

    private func write(_ path: String, _ content: String, mode: UInt32 = 0o644) throws(KernelError) {
        let (parent, name) = DirectoryHandle.split(path)
        if try root.status(parent, links: .followedInside) == nil { try root.makeDirectories(parent) }
        let directory = try root.directory(parent, links: .followedInside)
        // A new file in its place: what was there may be a link to the host's, or have another name too.
        do { try directory.remove(name) } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
        let file = try directory.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
        try file.writeAll(content.kernelBytes)
        try file.setPermissions(mode)
    }

    private func remove(_ parent: String, _ name: String) throws(KernelError) {
        guard try root.status(parent, links: .followedInside) != nil else { return }
        do { try root.directory(parent, links: .followedInside).remove(name) } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
    }

    private static func text(_ root: borrowing DirectoryHandle, _ path: String) throws(KernelError) -> String {
        let bytes = try root.open(path, [.readOnly, .noControllingTerminal], links: .followedInside).readAll(limit: 1 << 16, subject: path)
        return String(kernelBytes: bytes)
    }
}
