// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Netlink

/// A command in new namespaces, from its birth to its end: `lxc-unshare`.
struct UnsharedCommand {
    let request: UnshareRequest

    private static let what = "cannot make the namespaces"

    /// Runs the command.
    ///
    /// - Returns: Its status; success at once when it is not waited for.
    func run() throws(ToolFailure) -> ExitCode {
        let pair = try kernel(Self.what) { () throws(KernelError) in try UnixSocket.pair(.sequencedPackets) }
        guard let process = try begin() else {
            become(pair.closingFirst())
        }
        let channel = pair.closingSecond()
        do throws(ToolFailure) {
            try furnish(process.pid)
            try kernel(Self.what) { () throws(KernelError) in try channel.sendAll([1]) }
        } catch {
            do { try process.handle.send(Signals.kill) } catch {}  // it has ended by itself
            throw error
        }
        if request.isDaemon { return .success }
        // Keys of the terminal reach the command as well, and it decides what they mean.
        for signal in [Signals.interrupt, Signals.quit] { ProcessControl.ignore(signal: signal) }
        let status = try kernel("cannot wait for the command") { () throws(KernelError) in try process.handle.collect() }
        return ExitCode(status.shellCode)
    }

    private struct Process: ~Copyable {
        let pid: Int32
        let handle: PidFD
    }

    /// Nil in the copy.
    private func begin() throws(ToolFailure) -> Process? {
        do throws(KernelError) { return try copyProcess() } catch {
            // Whoever makes a user namespace may make the others with it.
            let lacksUser = error.errno == .notPermitted && !request.namespaces.contains(.user)
            throw ToolFailure(
                lacksUser ? .notPermitted : .systemCall, Self.what, reason: error.reason,
                advice: lacksUser ? "run it as root, or add USER to the namespaces" : nil)
        }
    }

    private func copyProcess() throws(KernelError) -> Process? {
        switch try ProcessCopy.make(namespaces: request.namespaces) {
        case .child: nil
        case .parent(let pid, let handle): Process(pid: pid, handle: handle)
        }
    }

    /// What can only be done from outside.
    private func furnish(_ pid: Int32) throws(ToolFailure) {
        if request.namespaces.contains(.user) {
            // An ordinary user may map nobody but themselves without help.
            let own = IDMapping(
                users: [IDRange(inside: request.user, outside: ProcessControl.effectiveUser, count: 1)],
                groups: [IDRange(inside: 0, outside: ProcessControl.effectiveGroup, count: 1)])
            try kernel("cannot map your ids") { () throws(KernelError) in try IDMapPrograms.install(own, to: pid) }
        }
        guard !request.interfaces.isEmpty else { return }
        let namespace = try kernel(Self.what) { () throws(KernelError) in try Namespaces.open("net", of: pid) }
        for name in request.interfaces {
            try kernel("cannot move \(name) into the new network namespace") { () throws(KernelError) in
                var host = try NetlinkSocket()
                guard let link = try host.link(named: name) else {
                    throw KernelError(call: "RTM_GETLINK", errno: .operationNotSupportedByDevice, subject: name)
                }
                var change = LinkChange(link)
                change.namespace = namespace.number
                try host.perform(change.request)
            }
        }
    }

    // MARK: - Inside

    private func become(_ channel: consuming UnixSocket) -> Never {
        do throws(ToolFailure) {
            let mayBegin = try kernel(Self.what) { () throws(KernelError) in try channel.receive(upTo: 1) != nil }
            guard mayBegin else { ProcessCopy.exitNow(1) }
            if request.namespaces.contains(.user) { try takeIdentity() }
            try arrange()
            _ = try CommandExecution.replace(request.command)
        } catch { complain(error) }
        ProcessCopy.exitNow(1)
    }

    private func complain(_ failure: ToolFailure) {
        let text = ErrorPrinter.text(failure, tool: UnshareCommand.table.tool, container: nil, format: .text)
        do { try StandardStream.error.write(text) } catch {}  // nobody listens
    }

    private func takeIdentity() throws(ToolFailure) {
        try kernel("cannot become user \(request.user)") { () throws(KernelError) in
            try Credentials.setGroup(0)
            try Credentials.setUser(request.user)
        }
    }

    private func arrange() throws(ToolFailure) {
        if request.namespaces.contains(.mount) {
            try kernel("cannot separate the mounts from the host's") { () throws(KernelError) in
                try MountPoint.setPropagation("/", .replica, recursive: true)
            }
        }
        if request.remounts { try remount() }
        if let name = request.hostName {
            try kernel("cannot set the host name \(name)") { () throws(KernelError) in try Namespaces.setHostName(name) }
        }
    }

    private func remount() throws(ToolFailure) {
        for (type, path) in [("proc", "/proc"), ("tmpfs", "/dev/shm"), ("mqueue", "/dev/mqueue")] {
            try kernel("cannot mount \(type) on \(path)") { () throws(KernelError) in
                // Not every host has the last two.
                guard try FileStatus.ifPresent(path)?.kind == .directory else { return }
                let options = type == "tmpfs" ? ["mode=1777"] : []
                try DetachedMount(
                    newInstanceOf: type, source: type, options: options, attributes: .harmless
                ).attach(toPath: path)
            }
        }
    }

    private func kernel<Value: ~Copyable>(_ what: String, _ body: () throws(KernelError) -> Value) throws(ToolFailure) -> Value {
        do throws(KernelError) { return try body() } catch { throw ToolFailure(what, error) }
    }
}
