// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Who may log in to a new system.
struct SystemAccounts {
    let options: DistributionOptions
    let folder: String

    /// A user of the host, as passwd(5) has him.
    struct HostUser: Sendable, Equatable {
        let name: String
        let user: UInt32
        let group: UInt32
        let home: String

        /// Looks for a user.
        ///
        /// - Parameters:
        ///   - name: His name.
        ///   - passwd: Content of the host's file.
        init?(_ name: String, passwd: String) {
            for line in passwd.split(separator: "\n") {
                let fields = line.split(separator: ":", omittingEmptySubsequences: false)
                guard fields.count >= 7, fields[0] == name, let user = UInt32(fields[2]), let group = UInt32(fields[3]) else { continue }
                self.name = name
                self.user = user
                self.group = group
                home = String(fields[5])
                return
            }
            return nil
        }

        static func find(_ name: String) throws(TemplateFailure) -> HostUser {
            let passwd: String
            do { passwd = try WholeFile.text("/etc/passwd") } catch { throw TemplateFailure("cannot look for the user \(name)", error) }
            guard let user = HostUser(name, passwd: passwd), user.home.hasPrefix("/") else {
                throw TemplateFailure("the host has no user \(name) with a home", advice: "--bindhome takes the name of a user of the host")
            }
            return user
        }
    }

    /// Makes the accounts and lets the given keys in.
    func make() throws(TemplateFailure) {
        var login = "root"
        if options.distribution == .ubuntu { login = try makeUser() }
        if let keys = options.authorizedKeys { try authorize(keys, login) }
        guard options.distribution == .debian else { return }
        HostProgram.say("Nobody has a password yet: lxc-attach -n \(options.name) -- passwd sets that of root\n")
    }

    /// The account with sudo; its name.
    private func makeUser() throws(TemplateFailure) -> String {
        if let name = options.sharedHome {
            let host = try HostUser.find(name)
            try HostProgram.inside(folder, ["/usr/sbin/groupadd", "-f", "-o", "-g", String(host.group), host.name])
            try HostProgram.inside(
                folder,
                [
                    "/usr/sbin/useradd", "-o", "-M", "-u", String(host.user), "-g", String(host.group), "-d", host.home, "-s", "/bin/bash",
                    "-G", "sudo", host.name,
                ])
            return name
        }
        let name = options.user ?? "ubuntu"
        try HostProgram.inside(folder, ["/usr/sbin/useradd", "--create-home", "-s", "/bin/bash", "-G", "sudo", name])
        // By its input: everybody can read a command line.
        try HostProgram.inside(folder, ["/usr/sbin/chpasswd"], input: "\(name):\(options.password ?? "ubuntu")\n")
        if options.password == nil { HostProgram.say("The user \(name) has the password ubuntu: change it\n") }
        return name
    }

    private func authorize(_ path: String, _ login: String) throws(TemplateFailure) {
        let keys: [UInt8]
        do { keys = try RegularFile(path, limit: 1 << 20).bytes } catch {
            throw TemplateFailure(
                "cannot read the public keys \(path): \(error.reason)", advice: "--auth-key takes a file such as ~/.ssh/id_ed25519.pub")
        }
        // A program of the system finds the home and gives the files to their owner.
        try HostProgram.inside(
            folder,
            [
                "/bin/sh", "-ec",
                """
                home=$(getent passwd "$1" | cut -d: -f6); umask 077
                mkdir -p "$home/.ssh"; cat >> "$home/.ssh/authorized_keys"; chown -R "$1:" "$home/.ssh"
                """, "sh", login,
            ], input: String(kernelBytes: keys))
    }
}
