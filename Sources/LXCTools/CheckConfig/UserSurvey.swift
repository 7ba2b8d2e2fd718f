// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// Looks at what the machine has for a user.
struct UserSurvey {
    /// The account, from passwd(5).
    let name: String
    let user: UInt32
    let group: UInt32
    let home: String

    /// Finds an account.
    ///
    /// - Throws: ``ToolFailure`` for a name that passwd(5) does not have.
    init(_ name: String) throws(ToolFailure) {
        let passwd = try Self.read("/etc/passwd")
        guard let word = ExactWord(name), let account = AccountFile.user(named: word, in: passwd) else {
            throw ToolFailure(
                .notAvailable, "there is no user \"\(name)\"", reason: "/etc/passwd has no such line",
                advice: "accounts of a directory service need their lines in /etc/subuid, /etc/subgid and lxc-usernet by hand")
        }
        guard account.user != 0 else {
            throw ToolFailure(.badOptions, "\(name) is root, who needs nothing of this", advice: "name an ordinary user")
        }
        self.name = name
        (user, group, home) = account
    }

    /// The user's folders, below the home, with the file that says where the first configuration begins.
    static let places = [".config/lxc", ".local/share/lxc", ".cache/lxc", ".config/lxc/default.conf"]

    /// Who may have how many network devices: lxc-usernet(5).
    static var usernet: String { InstalledPaths.sysconf + "/lxc-usernet" }

    /// Collects the facts.
    ///
    /// - Throws: ``ToolFailure`` when one of the administrator's files cannot be read.
    func facts(bridge: String) throws(ToolFailure) -> UserReadiness.Facts {
        var facts = UserReadiness.Facts()
        (facts.name, facts.home, facts.bridge) = (name, home, bridge)
        let package = "the package uidmap"
        facts.programs =
            ["newuidmap", "newgidmap"].map { .init(name: $0, isReady: Self.isReady($0, nil), source: package) }
            + [
                .init(
                    name: "lxc-user-nic", isReady: Self.isReady("lxc-user-nic", InstalledPaths.libexec),
                    source: "swift-lxc as root (make install)")
            ]
        let users = SubordinateIDFile(try Self.read("/etc/subuid"))
        let groups = SubordinateIDFile(try Self.read("/etc/subgid"))
        facts.users = users.ranges(name: ExactWord(name), number: user)
        facts.groups = groups.ranges(name: ExactWord(name), number: user)
        facts.freeUsers = users.free(UserReadiness.wantedIDs)
        facts.freeGroups = groups.free(UserReadiness.wantedIDs)
        do throws(KernelError) {
            var host = try NetlinkSocket()
            facts.hasBridge = try host.link(named: bridge) != nil
        } catch { throw ToolFailure("cannot look for the bridge \(bridge)", error) }
        facts.hasDevices = try hasDevices(bridge)
        facts.settings = Self.settings()
        let home = home
        facts.missingPlaces = try AsUser(user: user, group: group).run("look into \(home)") { () throws(KernelError) in
            var missing: [String] = []
            for place in Self.places where try FileStatus.ifPresent(home + "/" + place) == nil { missing.append(place) }
            return missing
        }
        facts.hasUserManager = Self.exists("/run/systemd/system") ? Self.exists("/run/user/\(user)/bus") : nil
        return facts
    }

    private func hasDevices(_ bridge: String) throws(ToolFailure) -> Bool {
        guard let type = ExactWord("veth"), let link = ExactWord(bridge) else { return false }
        let grants = UserNetworkPolicy(try Self.read(Self.usernet)).grants(type: type, bridge: link)
        let groupFile = try Self.read("/etc/group")
        return grants.contains { grant in
            guard grant.limit > 0 else { return false }
            guard grant.owner.bytes.first == 0x40 else { return grant.owner == ExactWord(name) }
            guard let groupName = ExactWord(grant.owner.bytes.dropFirst()) else { return false }
            return AccountFile.number(ofGroup: groupName, in: groupFile) == group
                || AccountFile.members(ofGroup: groupName, in: groupFile).contains { ExactWord($0) == ExactWord(name) }
        }
    }

    /// Those that distributions set against user namespaces; a kernel without one does not have the obstacle.
    private static func settings() -> [UserReadiness.Setting] {
        let known: [(name: String, wanted: String, isGood: (Int) -> Bool)] = [
            ("user.max_user_namespaces", "10000", { $0 > 0 }), ("kernel.unprivileged_userns_clone", "1", { $0 == 1 }),
            ("kernel.apparmor_restrict_unprivileged_userns", "0", { $0 == 0 }),
        ]
        return known.compactMap { setting in
            let path = "/proc/sys/" + String(setting.name.map { $0 == "." ? "/" : $0 })
            do throws(KernelError) {
                let value = String(try WholeFile.text(path).prefix { $0 != "\n" })
                return .init(name: setting.name, value: value, wanted: setting.wanted, isGood: Int(value).map(setting.isGood) ?? true)
            } catch { return nil }
        }
    }

    private static func isReady(_ name: String, _ folder: String?) -> Bool {
        for folder in folder.map({ [$0] }) ?? ["/usr/bin", "/bin", "/usr/local/bin"] {
            do throws(KernelError) {
                guard let status = try FileStatus.ifPresent("\(folder)/\(name)"), status.kind == .regular else { continue }
                return status.permissions & 0o4000 != 0 && status.owner == 0
            } catch { continue }  // cannot be looked at: not there for the user either
        }
        return false
    }

    private static func exists(_ path: String) -> Bool {
        do throws(KernelError) { return try FileStatus.ifPresent(path) != nil } catch { return false }
    }

    private static func read(_ path: String) throws(ToolFailure) -> [UInt8] {
        do throws(KernelError) { return try WholeFile.read(path) } catch {
            if error.errno == .noSuchFileOrDirectory { return [] }
            throw ToolFailure("cannot read \(path)", error)
        }
    }
}

/// Work that is done with the rights of a user, whose folders may hold links to anywhere.
struct AsUser {
    let user: UInt32
    let group: UInt32

    /// Runs work in a copy of this process that is the user, and nobody else for good.
    ///
    /// - Parameters:
    ///   - what: What is being done, after "cannot".
    ///   - work: Gives words without line breaks.
    /// - Returns: The words.
    /// - Throws: ``ToolFailure`` with the reason of the work.
    func run(_ what: String, _ work: () throws(KernelError) -> [String]) throws(ToolFailure) -> [String] {
        do throws(KernelError) {
            if ProcessControl.effectiveUser == user { return try work() }
            let pair = try UnixSocket.pair(.sequencedPackets)
            guard let helper = try Self.copyProcess() else { perform(work, pair.closingFirst()) }
            let channel = pair.closingSecond()
            let answer = try channel.receive(upTo: 1 << 14) ?? []
            _ = try helper.collect()
            let lines = answer.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(kernelBytes: $0) }
            if lines.first == "ok" { return Array(lines.dropFirst()) }
            guard lines.count == 3, let number = Int32(lines[1]) else {
                throw KernelError(call: "waitid", errno: .noSuchProcess, subject: "", explanation: "the process that did it has died")
            }
            throw KernelError(call: lines[0], errno: Errno(rawValue: number), subject: lines[2])
        } catch {
            let doing = "cannot \(what) as user \(user)"
            throw ToolFailure(.systemCall, doing, reason: error.reason(after: doing))
        }
    }

    /// Nil in the copy.
    private static func copyProcess() throws(KernelError) -> PidFD? {
        switch try ProcessCopy.make() {
        case .child: nil
        case .parent(_, let handle): handle
        }
    }

    private func perform(_ work: () throws(KernelError) -> [String], _ channel: consuming UnixSocket) -> Never {
        do throws(KernelError) {
            var answer: String
            do throws(KernelError) {
                try Credentials.setSupplementaryGroups([])
                try Credentials.setGroup(group)
                try Credentials.setUser(user)
                answer = (["ok"] + (try work())).joined(separator: "\n")
            } catch { answer = "\(error.call)\n\(error.errno.rawValue)\n\(error.subject)" }
            try channel.sendAll(Array(answer.kernelBytes.prefix(1 << 14)))
        } catch { ProcessCopy.exitNow(1) }
        ProcessCopy.exitNow(0)
    }
}
