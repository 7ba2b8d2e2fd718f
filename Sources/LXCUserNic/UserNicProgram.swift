// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// `lxc-user-nic`: makes and removes network devices for containers of users who are not root.
///
/// The program is set-user-ID root, and everything about it but its file is the caller's: words, environment, descriptors,
/// limits, signals. Nothing of the environment is read. What the caller named is looked at with the caller's rights.
package enum UserNicProgram {
    /// Who may have how many devices.
    static var policyPath: String { InstalledPaths.sysconf + "/lxc-usernet" }

    /// Runs the program.
    ///
    /// - Returns: The exit status: 0, or 1 for every failure.
    package static func run() -> Int32 {
        do throws(UserNicFailure) {
            try prepare()
            guard let request = UserNicRequest(Array(ProgramArguments.all.dropFirst())) else {
                throw UserNicFailure(UserNicRequest.usage)
            }
            try carryOut(request)
            return 0
        } catch {
            tell(error.message)
            return 1
        }
    }

    private static func tell(_ message: String) {
        let text = message == UserNicRequest.usage ? message : "lxc-user-nic: \(message)"
        do { try StandardStream.error.write(text + "\n") } catch {
            return  // nobody listens
        }
    }

    /// Leaves nothing of the caller's in force that could turn against us.
    private static func prepare() throws(UserNicFailure) {
        // A file opened later must not become somebody's standard output.
        try doing("cannot open /dev/null") { () throws(KernelError) in try StandardStreams.fillGaps() }
        ProcessEnvironment.clear()
        ProcessControl.setFileMask(0o022)
        // Ignored, it would leave no child's status behind.
        ProcessControl.restoreDefault(signal: Signals.child)
        try doing("cannot start") { () throws(KernelError) in
            try ProcessControl.setDumpable(false)
            // Of a limit or a closed pipe we want to hear by an error.
            try ProcessControl.blockAllSignals()
            try ProcessControl.changeDirectory("/")
        }
        guard ProcessControl.effectiveUser == 0 else {
            throw UserNicFailure(
                "cannot work without root's rights: install it set-user-ID root (chown root, chmod 4755), on a file system without nosuid")
        }
    }

    private static func carryOut(_ request: UserNicRequest) throws(UserNicFailure) {
        let caller = try doing("cannot tell who calls") { () throws(KernelError) in try Caller.current() }
        let allowance = try findAllowance(caller, request)
        let namespace = try NamespaceAccess.open(request.target, for: caller)
        try doing("cannot become root") { () throws(KernelError) in
            try Caller.becomeRoot()
            try Execution.closeAll(except: [namespace.number])
        }
        switch request.action {
        case .create(let name):
            let creation = NicCreation(
                caller: caller, allowance: allowance, request: request, nameInside: name.text, namespace: namespace.number)
            try creation.run(in: InstalledPaths.run)
        case .delete(let interface):
            try NicRemoval(caller: caller, allowance: allowance, request: request, interface: interface).run(in: InstalledPaths.run)
        }
    }

    private static func findAllowance(_ caller: Caller, _ request: UserNicRequest) throws(UserNicFailure) -> Allowance {
        let policy = UserNetworkPolicy(try TrustedFile.read(policyPath))
        let grants = request.type.text == "veth" ? policy.grants(type: request.type, bridge: request.bridge) : []
        let passwd = try TrustedFile.read("/etc/passwd")
        let group = try TrustedFile.read("/etc/group")
        guard let allowance = Allowance(caller, grants, passwd: passwd, group: group) else {
            throw UserNicFailure("cannot tell who calls: user \(caller.user) is not in /etc/passwd")
        }
        // What was made under a line that is gone now can still be given back.
        if allowance.grants.isEmpty, case .create = request.action { throw refusal(allowance, request, policy) }
        return allowance
    }

    private static func refusal(_ allowance: Allowance, _ request: UserNicRequest, _ policy: UserNetworkPolicy) -> UserNicFailure {
        let line = "\(allowance.name.text) \(request.type.text) \(request.bridge.text) NUMBER"
        var message = "cannot work on \(quoted(request.bridge.text)): \(policyPath) has no line for you\n  it would be: \(quoted(line))"
        if let malformed = policy.malformedLines.first { message += "\n  line \(malformed) of the file is not understood" }
        return UserNicFailure(message)
    }
}
