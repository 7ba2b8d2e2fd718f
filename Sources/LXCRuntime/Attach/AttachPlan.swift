// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Everything about an attach that is decided before anything happens.
struct AttachPlan: Sendable {
    enum Command: Sendable, Equatable {
        case program([String])
        /// The shell that the container's own passwd file names.
        case shell
    }

    let name: String
    let command: Command
    let environment: [String]
    /// Namespaces to enter.
    let namespaces: NamespaceSet
    let remountsProcAndSys: Bool
    /// Nil leaves the caller's.
    let personality: UInt?
    /// Capabilities that the program can never have; nil spares it.
    let dropped: CapabilityMask?
    /// Ids in the entered user namespace; nil leaves the caller's.
    let user: UInt32?
    let group: UInt32?
    let dropsGroups: Bool
    /// Supplementary groups that take the place of the caller's.
    let groups: [UInt32]?
    let label: InitProfile.Label?
    let noNewPrivileges: Bool
    /// Whether the program gets a session keyring of its own.
    let hasOwnKeyring: Bool
    /// The directory that is tried in the container; the root directory takes its place.
    let workingDirectory: String?
    /// Process whose core-scheduling group is joined.
    let coreScheduling: Int32?
    let joinsCgroups: Bool
    let limits: [ResourceLimitSetting]
    let proc: [NamedValue]

    /// Whether the process is hidden only when it has what `lxc.proc` asks for: the kernel gives the files of a hidden one to root. Until
    /// it enters, nobody in the container can see it.
    var isFurnishedOpenly: Bool { !proc.isEmpty && ProcessControl.effectiveUser != 0 }

    /// Host user that the terminal belongs to.
    let terminalOwner: UInt32
    /// For an ordinary user, who cannot give the terminal away without: the container's map, and the owner as it is called inside.
    let terminalMapping: (mapping: IDMapping, owner: UInt32)?
    let terminalLog: String?

    /// - Throws: ``AttachFailure`` when the program would be less confined than init is.
    init(name: String, _ wishes: AttachWishes, _ profile: InitProfile) throws(AttachFailure) {
        self.name = name
        command = wishes.command.isEmpty ? .shell : .program(wishes.command)
        environment = wishes.environment
        namespaces = profile.foreign.intersection(wishes.namespaces ?? profile.foreign)
        remountsProcAndSys = wishes.remountsProcAndSys && !namespaces.contains(.mount)
        personality = Self.personality(wishes, profile)
        joinsCgroups = !wishes.elevated.contains(.cgroup)
        limits = wishes.config.process.resourceLimits
        proc = wishes.config.process.proc
        terminalLog = wishes.terminalLog
        workingDirectory = wishes.directory ?? Self.workingDirectory()
        coreScheduling = wishes.config.process.coreScheduling ? profile.pid : nil
        dropped = try Self.dropped(wishes, profile)
        let isUnlabelled = wishes.elevated.contains(.securityModule)
        label = try Self.label(wishes, profile)
        hasOwnKeyring = wishes.config.security.sessionKeyring
        noNewPrivileges = wishes.noNewPrivileges || !isUnlabelled && profile.status.hasNoNewPrivileges == true

        let entersUsers = namespaces.contains(.user)
        let own = Self.initIdentity(profile)
        user = wishes.user ?? (entersUsers || wishes.namespaces == nil ? own.user : nil)
        group = wishes.group ?? (entersUsers || wishes.namespaces == nil ? own.group : nil)
        dropsGroups = !entersUsers || profile.allowsGroups
        groups = wishes.groups
        let inside = user ?? 0
        terminalOwner =
            entersUsers
            ? profile.users.lazy.compactMap { $0.outsideID(of: inside) }.first ?? ProcessControl.effectiveUser
            : user ?? ProcessControl.effectiveUser
        terminalMapping =
            entersUsers && ProcessControl.effectiveUser != 0 ? (IDMapping(users: profile.users, groups: profile.groups), inside) : nil
    }

    private static func personality(_ wishes: AttachWishes, _ profile: InitProfile) -> UInt? {
        if let wanted = wishes.architecture { return wanted == .linux32 ? ProcessControl.linux32 : 0 }
        return profile.isLinux32 ? ProcessControl.linux32 : nil
    }

    private static func dropped(_ wishes: AttachWishes, _ profile: InitProfile) throws(AttachFailure) -> CapabilityMask? {
        if wishes.elevated.contains(.capabilities) { return nil }
        guard let bounding = profile.status.boundingCapabilities else {
            throw AttachFailure(
                .failed, OperationFailure("cannot learn the capabilities of the container's init", reason: "the kernel does not show them"))
        }
        return CapabilityMask(rawValue: ~bounding)
    }

    private static func label(_ wishes: AttachWishes, _ profile: InitProfile) throws(AttachFailure) -> InitProfile.Label? {
        if let wanted = wishes.label {
            guard let label = InitProfile.Label(profile: wanted, isApparmor: InitProfile.Label.hasApparmor) else { return nil }
            return label
        }
        return wishes.elevated.contains(.securityModule) ? nil : profile.label
    }

    /// Init's ids as the container sees them, root when they cannot be told.
    private static func initIdentity(_ profile: InitProfile) -> (user: UInt32, group: UInt32) {
        let user = profile.status.user?.real ?? 0
        let group = profile.status.group?.real ?? 0
        return (inside(user, profile.users) ?? 0, inside(group, profile.groups) ?? 0)
    }

    private static func inside(_ id: UInt32, _ ranges: [IDRange]) -> UInt32? {
        for range in ranges where id >= range.outside && id - range.outside < range.count {
            let (sum, overflow) = range.inside.addingReportingOverflow(id - range.outside)
            return overflow ? nil : sum
        }
        return nil
    }

    private static func workingDirectory() -> String? {
        // A directory that was removed has no path; the program begins at the root then.
        guard let path = try? ProcessControl.workingDirectory(), path.hasPrefix("/") else { return nil }
        return path
    }
}
