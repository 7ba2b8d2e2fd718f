// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LXCNetwork
import LinuxKernel

/// The one process per running container that outlives its start: it holds the console, answers requests, and cleans up.
///
/// Everything happens on one event loop; while it waits for a hook or for the container's first process it goes on answering.
final class Supervisor {
    let plan: StartPlan
    let log: LogWriter
    let loop: EventLoop
    let publisher: StatePublisher
    let hooks: HookRunner
    let journal: Journal
    let runDirectory: RunDirectory
    let namespaces: NamespacePlan
    let layout: CgroupLayout
    var server: ControlServer?
    /// Whoever waits for the result of the start; nil once it has been told, and in the foreground.
    private var result: SharedDescriptor?
    /// Where the first run's cgroups begin.
    var bases: CgroupBases?
    var cgroups: ContainerCgroups?
    /// A network block device that was connected for the root filesystem.
    var connectedDevice: String?
    /// What the journal knows already.
    var recordedCgroups: [String] = []
    /// Which devices the container may use, on cgroup v2.
    var deviceFilter = DeviceFilter()
    /// The filter that init gets.
    var systemCallFilter: SystemCallFilter?
    /// Serves the calls that the filter leaves for another program to decide.
    var notifier: SystemCallNotifier?
    /// Where those of init wait.
    var listener: SystemCallListener?
    /// The label that init gets.
    var label = SecurityLabel.Request.nothing
    var initHandle: SharedDescriptor?
    var initNumber: Int32 = -1
    /// Namespaces kept open for the stop hooks.
    var keptNamespaces: [(file: String, descriptor: SharedDescriptor)] = []
    var devpts: SharedDescriptor?
    /// The container's network namespace while it is being made.
    var network: NewNetwork?
    /// The devices in it.
    var devices: [MadeDevice] = []
    /// What they changed on the host.
    var networkDebts: [NetworkDebt] = []
    /// Views of programs that are being executed. The last one to close such a view waits for the kernel, so this process keeps them
    /// until nobody waits for the container any more.
    var programViews: [SharedDescriptor] = []
    /// Mounts with mapped owners, until the first process has them.
    var mappedMounts: [IDMappedMounts.Entry] = []
    var console: ConsoleRelay?
    var terminals = TerminalTable()
    var leases = KeyedList<ControlLease, Int>()
    /// What is taken up from disk; nil once it has been tried.
    var pendingRestore: RestoreOrder?
    /// Set by a request to stop while the start is still going on.
    var isAbandoned = false
    /// Set from the end of init until the next start: the hooks of the end run whatever is asked for.
    var isEnding = false
    /// Whether the journal says who is at work.
    var isJournalSigned = false
    /// Whether somebody else than root runs the container.
    let isOrdinaryUser = ProcessControl.effectiveUser != 0
    /// When this process started, for the journal.
    let startTime: UInt64
    var hasInitEnded = false
    private var signals: SignalDescriptor?
    /// The watch on the end of init.
    var initSource: EventLoop.Source?
    /// The caller's terminal in the foreground, with the mode to give back.
    var foreground: ForegroundTerminal?

    init(plan: StartPlan, _ preparation: consuming Preparation) throws(OperationFailure) {
        self.plan = plan
        pendingRestore = plan.restore
        log = LogWriter(prefix: plan.program, name: plan.name, level: plan.logLevel, file: try plan.openLog())
        let what = "cannot start \(plan.name)"
        loop = try attempting(what) { () throws(KernelError) in try EventLoop() }
        runDirectory = try attempting(what) { () throws(KernelError) in try RunDirectory.resolve() }
        publisher = StatePublisher(name: plan.name, channel: MonitorChannel(lxcPath: plan.lxcPath, in: runDirectory))
        journal = Journal(lxcPath: plan.lxcPath, name: plan.name, in: runDirectory)
        // Before a hook has run nothing is made, and hooks are processes.
        if plan.config.hooks.commands(.preStart).isEmpty && NamespacePlan(plan.config, bornInCgroup: false).unshared.contains(.network) {
            network = preparation.network ?? NewNetwork()
        } else if let unwanted = preparation.network {
            _ = try? unwanted.finish()  // whether it could be made does not matter
        }
        programViews = [preparation.programView].compactMap { $0 }
        let isRelative = plan.config.cgroup.isRelative
        var layout: CgroupLayout
        if let known = preparation.layout, !isRelative {
            layout = known
            bases = preparation.bases
        } else {
            layout = try attempting("\(what): cannot see the host's cgroups") { () throws(KernelError) in
                try CgroupLayout.detect(isRelative: isRelative)
            }
        }
        if isOrdinaryUser {
            let found = Self.userLayout(layout, name: plan.name, log)
            if found != layout { (layout, bases) = (found, nil) }
        }
        self.layout = layout
        startTime = preparation.startTime ?? ProcessIdentity.startTime(of: ProcessControl.pid)
        namespaces = NamespacePlan(plan.config, bornInCgroup: layout.kind == .unified)
        let mountPoint = plan.config.rootfs.mountPoint ?? InstalledPaths.rootfsMount
        hooks = HookRunner(
            plan: plan, log: log, environment: HookEnvironment(plan, mountPoint: mountPoint, hasCgroupNamespaces: true))
        publisher.onChannelFailure = { [log] in log.warn("lxc-monitord is not told of changes: \($0)") }
    }

    /// Runs the container, again and again while it reboots.
    ///
    /// - Returns: The program's exit status: in the foreground init's, as a shell reports it, or 0 when it halted; in the background 0, or 1
    ///   for a failed start.
    func run() -> Int32 {
        do throws(OperationFailure) {
            try becomeSupervisor()
        } catch {
            report(error)
            return 1
        }
        while true {
            switch runOnce() {
            case .failed:
                leave()
                return 1
            case .ended(let status, let reboots):
                guard reboots else {
                    leave()
                    return plan.isForeground && !hasHalted(status) ? status.shellCode : 0
                }
                log.info("the container reboots")
            }
        }
    }

    /// Whether init has asked for the container's end: the kernel turns halt and power-off of reboot(2) in a PID namespace into this signal,
    /// and nobody else can end its init with it.
    private func hasHalted(_ status: ExitStatus) -> Bool {
        namespaces.flags.contains(.pid) && status == .signaled(Signals.interrupt)
    }

    enum Outcome {
        case failed
        case ended(ExitStatus, reboots: Bool)
    }

    private func runOnce() -> Outcome {
        do throws(OperationFailure) {
            try startContainer()
        } catch {
            abandon(error)
            return .failed
        }
        do { try loop.run(until: { hasInitEnded }) } catch { log.error("the event loop failed: \(error)") }
        return endRun()
    }

    // MARK: - Before the first start

    private func becomeSupervisor() throws(OperationFailure) {
        if !plan.isForeground {
            let null = try attempting("cannot open /dev/null") { () throws(KernelError) in
                try OwnedDescriptor(opening: "/dev/null", .readWrite)
            }
            try attempting("cannot become a supervisor") { () throws(KernelError) in
                try ProcessControl.changeDirectory("/")
                for stream in [StandardStream.input, .output, .error] { try ProcessControl.replaceStandard(stream, with: null.number) }
            }
        }
        try attempting("cannot become a supervisor") { () throws(KernelError) in
            try ProcessControl.setName("lxc-supervisor")
            // The host's files are reachable through this process: nobody but root may look into it. What an ordinary user's reaches is
            // the user's own, and the kernel would let not even this process look into its copy in a user namespace.
            if !isOrdinaryUser { try ProcessControl.setDumpable(false) }
        }
        try bindSocket()
        try Recovery(plan: plan, journal: journal, log: log, hooks: hooks).finishEarlierRun()
        try watchSignals()
        hooks.interlude = HookRunner.Interlude(
            descriptor: loop.descriptorNumber, work: { [self] in serveWaiting() },
            isAbandoned: { [self] in isAbandoned && !isEnding })
        if let pidFile = plan.pidFile { try writePIDFile(pidFile) }
        if plan.config.process.monitorUnshare {
            try attempting("cannot give the supervisor its own mounts", key: "lxc.monitor.unshare") { () throws(KernelError) in
                try Namespaces.unshare(.mount)
                try MountPoint.setPropagation("/", .replica, recursive: true)
            }
        }
    }

    /// Answers whoever waits, without waiting for anybody.
    private func serveWaiting() {
        do { try loop.handleWaiting() } catch { log.error("the event loop failed: \(error)") }
    }

    /// Stops to watch something.
    func forget(_ source: EventLoop.Source) {
        do { try loop.remove(source) } catch { log.warn("the event loop: \(error)") }
    }

    private func bindSocket() throws(OperationFailure) {
        let server = try attempting(
            "cannot start \(plan.name)", hint: "it is already running: see lxc-info -n \(plan.name) and ss -xlp for who holds its socket",
            for: [.addressInUse]
        ) { () throws(KernelError) in
            try ControlServer(lxcPath: plan.lxcPath, name: plan.name, loop: loop, publisher: publisher)
        }
        server.delegate = self
        self.server = server
        try attempting("cannot listen for requests") { () throws(KernelError) in try server.startAccepting() }
    }

    private func watchSignals() throws(OperationFailure) {
        let left = [Signals.bus, Signals.illegal, Signals.segmentation, Signals.kill, Signals.stop]
        let watched = (1...64).map(Int32.init).filter { !left.contains($0) && $0 != 32 && $0 != 33 }
        try attempting("cannot watch for signals") { () throws(KernelError) in
            let descriptor = try SignalDescriptor(blocking: watched)
            _ = try loop.add(descriptor.number) { [self] _ in handleSignals() }
            signals = consume descriptor
        }
    }

    private func handleSignals() {
        while true {
            do {
                guard let delivery = try signals?.next() else { return }
                forward(delivery.signal)
            } catch {
                log.warn("a signal could not be read: \(error)")
                return
            }
        }
    }

    /// Signals for the supervisor are meant for the container.
    private func forward(_ signal: Int32) {
        switch signal {
        case Signals.child, Signals.pipe: return
        case Signals.windowChange: windowChanged()
        case Signals.hangup: signalInit(Signals.terminate)
        default: signalInit(signal)
        }
    }

    func signalInit(_ signal: Int32) {
        guard let initHandle else {
            if [Signals.interrupt, Signals.terminate, Signals.quit].contains(signal) { isAbandoned = true }
            return
        }
        do { try ProcessSignal.send(signal, toHandle: initHandle.number) } catch { log.debug("signal \(signal) for init: \(error)") }
    }

    private func writePIDFile(_ path: String) throws(OperationFailure) {
        try attempting("cannot write the pid file \(path)", hint: "choose another place with -p") { () throws(KernelError) in
            let file = try OwnedDescriptor(opening: path, [.writeOnly, .create, .truncate], mode: 0o600)
            try file.writeAll("\(ProcessControl.pid)".kernelBytes)
            try record([.pidFile(path)])
        }
    }

    // MARK: - Results

    /// `caller`: whoever waits for the result.
    func answer(to caller: consuming UnixSocket) { result = SharedDescriptor(caller.releaseDescriptor()) }

    /// Tells the waiting caller that the container runs.
    func reportRunning() { send(.running) }

    /// Tells whoever waits why the start failed.
    func report(_ failure: OperationFailure) {
        let failure = failure.placed(in: plan.config)
        log.failure(failure)
        if result != nil { send(.failed(failure)) } else { plan.show(failure) }
    }

    private func send(_ message: StartResult) {
        guard let result else { return }
        self.result = nil
        do {
            try UnixSocket(owning: result.duplicate()).sendAll(message.encoded)
        } catch { log.debug("the caller does not wait any more: \(error)") }
    }

    /// The end of the program.
    private func leave() { foreground?.restore() }
}
