// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The dnsmasq of the bridge as a process.
struct DnsmasqProcess {
    let runFolder: String
    let leaseFolder: String

    private static let startLimit: Int32 = 15_000
    private static let listenLimit = Duration.seconds(5)
    /// dnsmasq writes its leases down and ends; a hundredth of this is usual.
    private static let stopLimit: Int32 = 3_000

    private var pidFile: String { DnsmasqCommand.pidFile(in: runFolder) }

    /// The program's path.
    static func program() throws(HostNetworkFailure) -> String {
        if let path = HostProgram.find("dnsmasq") { return path }
        throw HostNetworkFailure(
            "cannot serve DHCP and DNS", reason: "there is no dnsmasq in \(HostProgram.folders.joined(separator: ", "))",
            hint: "install the package dnsmasq-base")
    }

    /// The processes that are it: usually one or none. More, or one without a pid file, were left by a start that was killed.
    ///
    /// The argument alone is no proof: a container has the same paths, and anybody can write any argument.
    func running() -> [HostProcess] {
        let mark = DnsmasqCommand.mark(in: runFolder)
        let canLook = ProcessControl.effectiveUser == 0
        return HostProcess.all.filter { process in
            let arguments = process.arguments
            guard arguments.contains(mark) else { return false }
            // Who is not root can only look at the status, and has to believe it.
            return canLook ? isDnsmasq(process.program) && process.isInOurNetwork : isDnsmasq(arguments.first)
        }
    }

    private func isDnsmasq(_ program: String?) -> Bool {
        // The suffix is the kernel's, for a program that an update replaced.
        guard let name = program?.split(separator: "/").last else { return false }
        return name == "dnsmasq" || name == "dnsmasq (deleted)"
    }

    /// Whether exactly one runs, with just these arguments.
    func runs(with arguments: [String]) -> Bool {
        let processes = running()
        return processes.count == 1 && processes[0].arguments.dropFirst() == arguments[...]
    }

    /// The arguments for these settings.
    func arguments(_ settings: BridgeSettings) -> [String] {
        // A host without the file has no users to choose from.
        let passwd = (try? WholeFile.read("/etc/passwd")) ?? []
        return DnsmasqCommand.arguments(
            settings, runFolder: runFolder, leaseFolder: leaseFolder, user: DnsmasqCommand.user(in: passwd))
    }

    /// Starts it, and waits until it serves.
    func start(_ program: String, _ settings: BridgeSettings) throws(HostNetworkFailure) {
        let what = "cannot serve DHCP and DNS on \(settings.bridge)"
        try doing("cannot make \(leaseFolder)") { () throws(KernelError) in try HostPath.makeDirectories(leaseFolder) }
        // It goes to the background by itself, and its first process ends when the sockets are there.
        let result = try HostProgram.run(program, arguments(settings), milliseconds: Self.startLimit, doing: what)
        guard result.isSuccess else {
            // Its own words name neither the address nor who has it.
            for port in PortHolder.ports(settings) { try PortHolder.check(port, of: settings) }
            throw HostNetworkFailure(
                what, reason: HostProgram.complaint(program, result), variable: settings.dnsmasqFile.map { _ in "LXC_DHCP_CONFILE" },
                origin: settings.dnsmasqFile.flatMap { _ in settings.dnsmasqFileOrigin })
        }
        let deadline = MonotonicInstant.now + Self.listenLimit
        while !isServing(settings) {
            guard !deadline.hasPassed else {
                throw HostNetworkFailure(
                    what, reason: "dnsmasq started but does not listen on \(settings.ipv4.address)",
                    hint: "its messages are in the system's log: journalctl -t dnsmasq -t dnsmasq-dhcp")
            }
            (MonotonicInstant.now + .milliseconds(10)).sleep()
        }
    }

    private func isServing(_ settings: BridgeSettings) -> Bool {
        let processes = running()
        // A file of the administrator's own may turn DHCP or DNS off.
        if settings.dnsmasqFile != nil { return !processes.isEmpty }
        return PortHolder.ports(settings).allSatisfy { port in
            let sockets = PortHolder.sockets(of: port)
            return processes.contains { $0.hasSocket(sockets) }
        }
    }

    /// Ends it and removes its pid file; nothing to do when it does not run.
    func stop() throws(HostNetworkFailure) {
        for process in running() {
            try doing("cannot end dnsmasq, process \(process.pid)") { () throws(KernelError) in try Self.end(process, self) }
        }
        try removeFile(pidFile)
    }

    private static func end(_ process: HostProcess, _ dnsmasq: DnsmasqProcess) throws(KernelError) {
        do throws(KernelError) {
            let handle = try PidFD(process.pid)
            // The number may have gone to another process since the list was made; it cannot any more.
            guard dnsmasq.running().contains(where: { $0.pid == process.pid }) else { return }
            try handle.send(Signals.terminate)
            if handle.waitForEnd(milliseconds: stopLimit) { return }
            try handle.send(Signals.kill)
            _ = handle.waitForEnd(milliseconds: stopLimit)
        } catch {
            if error.errno != .noSuchProcess { throw error }
        }
    }
}
