// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Who started the program.
struct Caller: Equatable {
    let user: UInt32
    let group: UInt32
    let supplementaryGroups: [UInt32]

    init(user: UInt32, group: UInt32, supplementaryGroups: [UInt32]) {
        self.user = user
        self.group = group
        self.supplementaryGroups = supplementaryGroups
    }

    /// The real ids of the running process.
    static func current() throws(KernelError) -> Caller {
        Caller(
            user: ProcessControl.realUser, group: ProcessControl.realGroup,
            supplementaryGroups: try Credentials.supplementaryGroups())
    }

    /// Makes the running process the caller's in every respect: nothing is left of root's rights, and it cannot come back.
    func become() throws(KernelError) {
        try Credentials.setGroup(group)
        try Credentials.setUser(user)
        if user != 0 { try CapabilitySets.set(effective: [], permitted: [], inheritable: []) }
        // A change of ids lets the system's default decide again.
        try ProcessControl.setDumpable(false)
    }

    /// Makes the running process root's in every respect, so that the caller can neither stop it while it holds the lock that
    /// everybody waits for, nor end it halfway. Kernel calls: `setgroups(2)`, `setresgid(2)`, `setresuid(2)`.
    static func becomeRoot() throws(KernelError) {
        try Credentials.setSupplementaryGroups([])
        try Credentials.setGroup(0)
        try Credentials.setUser(0)
        try ProcessControl.setDumpable(false)
    }

    func isMember(of other: UInt32) -> Bool { group == other || supplementaryGroups.contains(other) }
}

/// What the policy gives a caller for one type and one bridge.
struct Allowance: Equatable {
    /// The caller's own name.
    let name: ExactWord
    /// The lines that apply, in the order of the file.
    let grants: [UserNetworkPolicy.Grant]

    /// Finds the lines of a caller.
    ///
    /// - Returns: nil when the caller has no name, which cannot be.
    init?(_ caller: Caller, _ grants: [UserNetworkPolicy.Grant], passwd: [UInt8], group: [UInt8]) {
        guard let name = AccountFile.name(ofUser: caller.user, in: passwd) else { return nil }
        self.name = name
        self.grants = grants.filter { grant in
            guard grant.owner.bytes.first == 0x40 else { return grant.owner == name }
            guard let groupName = ExactWord(grant.owner.bytes.dropFirst()),
                let number = AccountFile.number(ofGroup: groupName, in: group)
            else { return false }
            return caller.isMember(of: number)
        }
    }

    /// Under whose name one more device is counted; nil when there is no room.
    ///
    /// As C LXC counts (watched with 7.0): the first line whose owner has fewer than its number. So lines of different owners add
    /// up, of several lines of one owner the largest counts, and all members of a group share what the group has.
    func ownerWithRoom(_ entries: [NicEntry], type: ExactWord, bridge: ExactWord) -> ExactWord? {
        grants.first { grant in
            entries.filter { $0.owner == grant.owner && $0.type == type && $0.bridge == bridge }.count < grant.limit
        }?.owner
    }

    /// Whether the caller may remove what an entry stands for. What is counted for a group is still that of the member who made
    /// it, whose number is part of its name.
    func owns(_ entry: NicEntry, _ caller: Caller) -> Bool {
        if entry.owner == name { return true }
        return grants.contains { $0.owner == entry.owner } && HostInterfaceName.isOf(caller.user, entry.interface)
    }
}
