// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Testing

/// A delegate with fixed answers, which remembers what it was asked.
final class FakeDelegate: ControlDelegate {
    var calls: [String] = []
    var leases: [ControlLease] = []
    var released: [ControlLease] = []
    var refusals: [String] = []
    var failures: [KernelError] = []
    var log: [UInt8] = Array("console text\n".utf8)
    var folder = "/"
    var stopAnswer = ControlReply.silence
    var isFreezing = false
    /// Runs inside `freeze`.
    var duringFreeze: (() -> Void)?

    func descriptor(_ path: String) -> ControlReply {
        do { return .descriptor(SharedDescriptor(try OwnedDescriptor(opening: path, .readOnly))) } catch {
            return .failure(error.errno)
        }
    }

    func terminal(_ wanted: ControlRequest.Terminal, for lease: ControlLease) -> ControlReply {
        if leases.count - released.count >= 2 { return .failure(.badFileDescriptor) }
        leases.append(lease)
        guard case .descriptor(let file, _) = descriptor("/dev/null") else { return .failure(.badFileDescriptor) }
        return .descriptor(file, number: Int32(leases.count))
    }
    func terminalReleased(_ lease: ControlLease) { released.append(lease) }
    func windowChanged() { calls.append("windowChanged") }
    func stop() -> ControlReply {
        calls.append("stop")
        return stopAnswer
    }
    func initPID() -> ControlReply { .number(ProcessControl.pid) }
    func cloneFlags() -> ControlReply { .number(0x6e02_0000) }
    func cgroup(_ controller: String?, _ role: CgroupRole) -> ControlReply {
        controller == "nonsense" ? .silence : .text("/fake/\(controller ?? "none")/\(role == .payload ? "payload" : "limits")")
    }
    func configItem(_ key: String) -> ControlReply { key == "lxc.group" ? .text("alpha") : .absent }
    func consoleLog(_ query: ConsoleLogQuery) -> ControlReply {
        defer { if query.read || query.clear { log = [] } }
        if !query.read { return .done }
        return log.isEmpty ? .failure(.noData) : .bytes(log)
    }
    func addSeccompListener(_ descriptor: SharedDescriptor) -> ControlReply {
        calls.append("seccomp")
        return .done
    }
    func addDeviceRule(_ rule: DeviceRuleMessage) -> ControlReply {
        calls.append("rule \(rule.kind) \(rule.major):\(rule.minor) \(rule.access) \(rule.isAllowed)")
        return .done
    }
    func freeze(timeoutInSeconds: Int32) -> ControlReply {
        isFreezing = true
        duringFreeze?()
        isFreezing = false
        calls.append("freeze \(timeoutInSeconds)")
        return .done
    }
    func unfreeze(timeoutInSeconds: Int32) -> ControlReply { .done }
    func cgroup2Descriptor(_ role: CgroupRole) -> ControlReply { .failure(.invalidArgument) }
    func initPIDFD() -> ControlReply {
        do {
            let handle = try PidFD(ProcessControl.pid)
            return .descriptor(SharedDescriptor(try handle.descriptor.duplicate()))
        } catch { return .failure(error.errno) }
    }
    func devptsDescriptor() -> ControlReply { descriptor("/dev/pts") }
    func seccompDescriptor() -> ControlReply { .failure(.badFileDescriptor) }
    func cgroupContext() -> ControlReply {
        guard case .descriptor(let one, _) = descriptor("/"), case .descriptor(let two, _) = descriptor("/tmp") else {
            return .failure(.noSuchFileOrDirectory)
        }
        return .cgroupContext(CgroupArrangement(layout: .hybrid, utilities: 3), [one, two])
    }
    func cgroupDescriptor(_ wanted: CgroupDescriptorRecord, _ role: CgroupRole) -> ControlReply {
        guard wanted.controller == "memory", case .descriptor(let directory, _) = descriptor(folder) else {
            return .failure(.noSuchFileOrDirectory)
        }
        var record = wanted
        record.filesystem = .version1
        record.arrangement = CgroupArrangement(layout: .hybrid, utilities: 0)
        return .cgroupDescriptor(record, directory)
    }
    func systemdScope() -> ControlReply { .failure(.invalidArgument) }
    func stateServed(_ state: ContainerState) { calls.append("served \(state.name)") }
    func peerRefused(_ peer: PeerCredentials, reason: String) { refusals.append(reason) }
    func controlFailed(_ error: KernelError) { failures.append(error) }
}

/// A control server with a fake delegate on a thread of its own.
///
/// The loop's thread is the only one that touches the server; a test reaches it through ``perform(_:)``.
final class FakeMonitor: @unchecked Sendable {
    let lxcPath: String
    let name: String
    let delegate = FakeDelegate()
    let publisher: StatePublisher
    let server: ControlServer
    private let loop: EventLoop
    private let tasks = Locked<[() -> Void]>([])
    private let isOver = Locked(false)
    private let wake: UnixSocketPair
    private let thread = TestThread()

    var client: ControlClient { ControlClient(lxcPath: lxcPath, name: name, timeLimit: .seconds(10)) }

    init(name: String = "c1", state: ContainerState = .running, limits: ControlServer.Limits = .init(), run: RunDirectory? = nil) throws {
        lxcPath = try temporaryFolder("fake")
        self.name = name
        try HostPath.makeDirectories("\(lxcPath)/\(name)")
        try write("\(lxcPath)/\(name)/config", "lxc.group = alpha\n")
        loop = try EventLoop()
        publisher = StatePublisher(name: name, state: state, channel: run.map { [lxcPath] in MonitorChannel(lxcPath: lxcPath, in: $0) })
        server = try ControlServer(lxcPath: lxcPath, name: name, loop: loop, publisher: publisher, limits: limits)
        wake = try UnixSocket.pair()
        server.delegate = delegate
        try server.startAccepting()
        _ = try loop.add(wake.second.number) { [unowned self] _ in
            do { _ = try wake.second.receive(upTo: 64, wait: false) } catch { Issue.record(error) }
            let work = tasks.with { tasks in
                defer { tasks = [] }
                return tasks
            }
            for task in work { task() }
        }
        thread.start { [unowned self] in
            do { try loop.run(until: { self.isOver.with { $0 } }) } catch { Issue.record(error) }
        }
    }

    /// Runs something on the loop's thread and waits for it.
    func perform<Value>(_ body: @escaping (FakeMonitor) throws -> Value) throws -> Value {
        let result = Locked<Result<Value, any Error>?>(nil)
        tasks.with { $0.append { [unowned self] in result.with { $0 = Result { try body(self) } } } }
        _ = try wake.first.send([1])
        let deadline = MonotonicInstant.now + .seconds(10)
        while !deadline.hasPassed {
            if let value = result.with({ $0 }) { return try value.get() }
            (MonotonicInstant.now + .milliseconds(1)).sleep()
        }
        throw KernelError(call: "test", errno: .timedOut, subject: "the fake monitor's thread")
    }

    /// Waits until something holds on the loop's thread.
    func eventually(_ condition: @escaping (FakeMonitor) -> Bool) throws -> Bool {
        for _ in 0..<500 {
            if try perform({ condition($0) }) { return true }
            (MonotonicInstant.now + .milliseconds(5)).sleep()
        }
        return false
    }

    /// Lets the loop go on from within the delegate.
    func pump(until condition: () -> Bool) throws { try loop.run(until: condition, deadline: .now + .seconds(10)) }

    func end() throws {
        isOver.with { $0 = true }
        _ = try wake.first.send([1])
        thread.join()
        try server.close()
        publisher.finishRun(rebooting: false)
        try loop.removeAll()
        try removeFolder(lxcPath)
    }

    static func with(
        name: String = "c1", state: ContainerState = .running, limits: ControlServer.Limits = .init(), run: RunDirectory? = nil,
        _ body: (FakeMonitor) throws -> Void
    ) throws {
        let monitor = try FakeMonitor(name: name, state: state, limits: limits, run: run)
        do { try body(monitor) } catch {
            try monitor.end()
            throw error
        }
        try monitor.end()
    }
}
