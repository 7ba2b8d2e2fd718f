// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LXCNetwork
import LinuxKernel

extension Supervisor {
    /// One start, from STARTING to RUNNING.
    func startContainer() throws(OperationFailure) {
        publisher.change(to: .starting)
        try StartRefusal.check(plan.config)
        systemCallFilter = try SystemCallPolicy(plan.config)?.compile(log)
        if systemCallFilter?.notifies == true { notifier = try SystemCallNotifier(plan.config, loop: loop, log: log) }
        label = try SecurityLabel.request(plan.config.security) { () throws(OperationFailure) in
            try ApparmorConfinement(plan: plan, log: log).request()
        }
        isEnding = false
        deviceFilter = DeviceFilter()
        hooks.environment.initPID = nil
        try openJournal()
        if let order = pendingRestore.take() { return try restoreContainer(order) }
        try hooks.run(.preStart, inside: false)
        try checkAbandoned()
        if network == nil && namespaces.unshared.contains(.network) { network = NewNetwork() }
        let mountPoint = try prepareMountPoint()
        let hostConsole = try prepareForeground()
        try reserveCgroups()
        let entry = CgroupEntry(plan.config, layout)
        if entry == .early { try completeCgroups() }
        let sharing = try SharedNamespaces(namespaces.joined, lxcPath: plan.lxcPath)
        let pair = try attempting("cannot talk to the container's first process") { () throws(KernelError) in
            try UnixSocket.pair(.sequencedPackets)
        }
        if case .underInit = plan.payload {
            programViews.append(
                try attempting(
                    "cannot run \(InstalledPaths.initProgram)", hint: "install swift-lxc completely (make install)",
                    for: [.noSuchFileOrDirectory]
                ) { () throws(KernelError) in SharedDescriptor(try ProtectedExecutable.open(InstalledPaths.initProgram)) })
        }
        let network = try finishNetwork()
        var mapped = try IDMappedMounts(plan.config, made: apart)
        let rootfs = try mountRootfs()
        try mapped.add(rootfs: rootfs, plan.config)
        mappedMounts = mapped.entries
        let channel = try bear(pair, sharing, mountPoint, rootfs, hostConsole, entry, network)
        try furnish()
        try mapped.map(for: initNumber)
        mappedMounts = []
        // Beside the first process's own work, where nobody in there can tell.
        let isNetworkLate = !isNetworkSeenEarly
        if !isNetworkLate { try makeNetwork(in: network) }
        try say(.begin, channel)
        if entry == .late {
            try completeCgroups()
            let entrances = try openEntrances()
            defer { withExtendedLifetime(entrances) {} }
            try say(.cgroups, channel, descriptors: entrances.map { $0.number })
        }
        if isNetworkLate { try makeNetwork(in: network) }
        try converse(channel)
        if InitSequence.asksLeave(plan.config) {
            try CgroupLimitWriter.write(plan.config.cgroup.limits, cgroups, deviceFilter, log)
            try say(.execute, channel)
        }
        try finishStart(channel)
    }

    /// What is owed before anything is made. Without such a thing the cgroups come first.
    private func openJournal() throws(OperationFailure) {
        var entries: [Journal.Entry] = []
        if !plan.config.hooks.commands(.postStop).isEmpty { entries.append(.postStop) }
        // After a reboot the journal is a new one.
        if !isJournalSigned, let pidFile = plan.pidFile { entries.append(.pidFile(pidFile)) }
        guard !entries.isEmpty else { return }
        try attempting("cannot write the journal \(journal.path)") { () throws(KernelError) in try record(entries) }
    }

    /// Adds to the journal. Its first line says who is at work: whoever wants to finish that work waits for this process first.
    func record(_ entries: [Journal.Entry]) throws(KernelError) {
        let pid = ProcessControl.pid
        let signature = isJournalSigned ? [] : [Journal.Entry.supervisor(pid: pid, startTime: startTime)]
        try journal.record(signature + entries)
        isJournalSigned = true
    }

    func checkAbandoned() throws(OperationFailure) {
        if isAbandoned { throw OperationFailure("the start was given up", reason: "somebody asked to stop the container") }
    }

    /// The directory at which the root filesystem is put together; nil when the container has none.
    func prepareMountPoint() throws(OperationFailure) -> String? {
        guard plan.config.rootfs.path != nil else { return nil }
        let path = plan.config.rootfs.mountPoint ?? InstalledPaths.rootfsMount
        try attempting("cannot use \(path) as mount point", key: "lxc.rootfs.mount", origin: plan.config.origin(of: "lxc.rootfs.mount")) {
            () throws(KernelError) in try HostPath.makeDirectories(path)
        }
        return path
    }

    // MARK: - cgroups

    /// Makes what the container's first process needs to be born.
    func reserveCgroups() throws(OperationFailure) {
        guard layout.kind != .none else { return }
        let settings = plan.config.cgroup
        let placement = CgroupPlacement(
            name: plan.name, directory: settings.directory, containerDirectory: settings.containerDirectory,
            monitorDirectory: settings.monitorDirectory, innerDirectory: settings.innerDirectory, pivotDirectory: settings.pivotDirectory,
            isRelative: settings.isRelative, pattern: plan.cgroupPattern, wantedControllers: plan.cgroupControllers)
        do throws(CgroupError) {
            let cgroups = try ContainerCgroups(layout: layout, placement: placement, bases: bases.take())
            if cgroups.isEmpty { return }
            self.cgroups = cgroups
            try recordCgroups(cgroups.expectedJournalPaths())
            // A cgroup with processes in it passes no controllers on, and a user's scope has this one.
            if isOrdinaryUser && layout.kind == .unified {
                try cgroups.createMonitor()
                try recordCgroups(cgroups.journalPaths)
                try cgroups.enter(.monitor)
            }
            try cgroups.reservePayload()
            // A name that was taken meanwhile got another number.
            try recordCgroups(cgroups.journalPaths)
        } catch { throw OperationFailure("cannot make the container's cgroups", error) }
    }

    /// Makes the rest of the payload's cgroups, and the supervisor's own when somebody could see that they are not there yet.
    func completeCgroups() throws(OperationFailure) {
        guard let cgroups else { return }
        do throws(CgroupError) {
            try cgroups.completePayload()
            if needsMonitorCgroup && cgroups.monitorPath == nil {
                try cgroups.createMonitor()
                try recordCgroups(cgroups.journalPaths)
                // The v2 side follows once the container runs: a move there waits for the kernel, 6 to 16 ms measured.
                try cgroups.enter(.monitor, isBornInUnified: true)
            }
        } catch { throw OperationFailure("cannot make the container's cgroups", error) }
        server?.inspection.payloadCgroups = [cgroups.reportedPath(nil, .limits)].compactMap { $0 }
    }

    /// The first process has the longer way: looking the files up is done for it.
    private func openEntrances() throws(OperationFailure) -> [SharedDescriptor] {
        do { return try cgroups?.openEntrances() ?? [] } catch {
            throw OperationFailure("cannot put the container into its cgroup", error)
        }
    }

    private func recordCgroups(_ paths: [String]) throws(CgroupError) {
        let new = paths.filter { !recordedCgroups.contains($0) }
        guard !new.isEmpty else { return }
        recordedCgroups += new
        do { try record(new.map { .cgroup($0) }) } catch { throw .kernel(error) }
    }

    /// Hooks that run in the supervisor's cgroup, and a place for it that was asked for by name.
    private var needsMonitorCgroup: Bool {
        let hooks = plan.config.hooks
        return plan.config.cgroup.monitorDirectory != nil || !hooks.commands(.startHost).isEmpty || !hooks.commands(.stop).isEmpty
            || hasNetworkScripts
    }

    /// What can wait until nobody waits for the container any more: this process's own cgroups, which most short-lived containers end
    /// without.
    private func settle() {
        do throws(CgroupError) {
            if let cgroups {
                if cgroups.monitorPath == nil { try cgroups.createMonitor() }
                try recordCgroups(cgroups.journalPaths)
                try cgroups.enter(.monitor)
                leaveWaitingRoom()
            }
        } catch { log.warn("the supervisor stays in its caller's cgroup: \(error)") }
        UnusedMemory.release()
    }

    // MARK: - The first process

    /// The container's network namespace, if it was begun.
    private func finishNetwork() throws(OperationFailure) -> SharedDescriptor? {
        guard let begun = network.take() else { return nil }
        return try attempting("cannot make a network namespace") { () throws(KernelError) in SharedDescriptor(try begun.finish()) }
    }

    private func bear(
        _ pair: consuming UnixSocketPair, _ sharing: borrowing SharedNamespaces, _ mountPoint: String?, _ rootfs: SharedDescriptor?,
        _ hostConsole: PseudoTerminal?, _ entry: CgroupEntry, _ network: SharedDescriptor?
    ) throws(OperationFailure) -> HandshakeChannel {
        let birth = try sharing.makeProcess(new: namespaces.born, cgroup: cgroups?.birthCgroup)
        switch consume birth {
        case .child:
            // Each side keeps a duplicate of its own end only; the pair itself goes.
            let own: OwnedDescriptor
            do throws(KernelError) { own = try pair.second.descriptor.duplicate() } catch { ProcessCopy.exitNow(1) }
            let channel = HandshakeChannel(UnixSocket(owning: own))
            do throws(KernelError) {
                let context = try InitContext(
                    plan: plan, log: log, hooks: hooks, namespaces: namespaces, mountPoint: mountPoint, cgroupMounts: cgroupMounts())
                hooks.interlude = nil
                context.console = hostConsole
                context.cgroupEntry = entry
                context.network = network
                context.mountedRootfs = rootfs
                context.mappedMounts = mappedMounts
                context.systemCallFilter = systemCallFilter
                context.isOrdinaryUser = isOrdinaryUser
                context.label = label
                try prepare(context)
                InitSequence(context: context).run(channel)
            } catch {
                let failure = OperationFailure("the container's first process cannot begin", reason: error.reason(after: ""))
                _ = try? channel.send(.failed(failure))  // as at the end of InitSequence
                ProcessCopy.exitNow(1)
            }
        case .parent(let pid, let handle):
            ProcessCopy.beginElsewhere(pid)
            initNumber = pid
            initHandle = SharedDescriptor(handle.intoDescriptor())
        }
        let channel = try attempting("cannot talk to the container's first process") { () throws(KernelError) in
            HandshakeChannel(try UnixSocket(owning: pair.first.descriptor.duplicate()))
        }
        try connectHostConsole(hostConsole)
        return channel
    }

    private func prepare(_ context: InitContext) throws(KernelError) {
        // In this copy of the supervisor nobody else may hold them open: the process lets go of them once it has entered.
        if context.cgroupEntry == .early { context.cgroups = cgroups }
        cgroups = nil
        if case .underInit = plan.payload { context.initProgram = programViews.last }
        programViews = []
        context.keptDescriptors = ListenDescriptors.numbers
    }

    private func cgroupMounts() -> CgroupMounts? {
        guard let cgroups, let path = cgroups.payloadPath else { return nil }
        var mounts = CgroupMounts(
            layout: layout, payloadPath: path, hasCgroupNamespace: namespaces.flags.contains(.cgroup),
            keepsSysAdmin: !CapabilityDrop.dropped(plan.config.security).contains(.sysAdmin))
        mounts.members = cgroups.hierarchies
        return mounts
    }

    /// What the supervisor does to the first process from outside, before it may begin.
    private func furnish() throws(OperationFailure) {
        let pid = initNumber
        if !plan.config.idMap.isEmpty && namespaces.born.contains(.user) {
            try attempting("cannot write the id map", key: "lxc.idmap", origin: plan.config.origin(of: "lxc.idmap")) {
                () throws(KernelError) in
                try IDMapPrograms.install(IDMapping(users: namespaces.users, groups: namespaces.groups), to: pid)
            }
        }
        // From then on it is a stranger, and nobody but root may look into it.
        if isOrdinaryUser && (needsNamespaces || ContainerNetwork.isNeeded(plan.config.networks)) { try keepNamespaces(of: pid) }
        do throws(CgroupError) {
            if !isOrdinaryUser && namespaces.mappedRoot != (0, 0) {
                try cgroups?.changeOwner(user: namespaces.mappedRoot.user, group: namespaces.mappedRoot.group)
            }
        } catch { throw OperationFailure("cannot give the cgroup to the container's root", error) }
        if isOrdinaryUser { try shareUserCgroups() }
        try ProcessFiles.apply(plan.config.process.proc, to: pid)
        try ResourceLimits.apply(plan.config.process.resourceLimits, to: pid)
        try attempting("cannot write the journal") { () throws(KernelError) in
            try record([.initProcess(pid: pid, startTime: ProcessIdentity.startTime(of: pid))])
        }
    }

    var needsNamespaces: Bool { !plan.config.hooks.commands(.stop).isEmpty || hasNetworkScripts }

    func keepNamespaces(of pid: Int32) throws(OperationFailure) {
        keptNamespaces = []
        for (_, file) in NamespaceSet.all where file != "time" && (file != "user" || namespaces.flags.contains(.user)) {
            let descriptor = try attempting("cannot keep the container's namespaces for the stop hook") { () throws(KernelError) in
                SharedDescriptor(try Namespaces.open(file, of: pid))
            }
            keptNamespaces.append((file, descriptor))
        }
    }

    // MARK: - Conversation

    private func converse(_ channel: borrowing HandshakeChannel) throws(OperationFailure) {
        let (message, descriptors) = try answer(channel)
        guard case .ready(let hasConsole, let hasDevpts) = message else { throw unexpected() }
        var rest = descriptors[...]
        var ends: [SharedDescriptor] = []
        if hasConsole {
            ends = Array(rest.prefix(2))
            rest = rest.dropFirst(2)
        }
        if hasDevpts { devpts = rest.popFirst() }
        terminals.fill(Array(rest))
        if ends.count == 2 { try connectConsole(ends[0], ends[1]) }
        hooks.environment.initPID = initNumber
        if needsNamespaces && keptNamespaces.isEmpty { try keepNamespaces(of: initNumber) }
        try hooks.run(.startHost, inside: false)
        try checkAbandoned()
    }

    private func finishStart(_ channel: borrowing HandshakeChannel) throws(OperationFailure) {
        guard case .executing = try answer(channel).message else { throw unexpected() }
        // The conversation ends by itself when exec closes its socket; a failed exec sends one more message.
        if case .failed(let failure)? = try next(channel)?.message { throw failure }
        try beginToRun()
    }

    /// Everything is there, and init is at work.
    func beginToRun() throws(OperationFailure) {
        try watchInit()
        publisher.change(to: .running, telling: reportRunning)
        if log.wants(.info) { log.info("the container runs; its init is process \(initNumber)") }
        programViews = []
        loop.schedule(after: .milliseconds(200)) { [self] in settle() }
    }

    private func watchInit() throws(OperationFailure) {
        guard let number = initHandle?.number else { return }
        hasInitEnded = false
        try attempting("cannot watch the container") { () throws(KernelError) in
            initSource = try loop.add(number) { [self] _ in
                hasInitEnded = true
                stopWatchingInit()
            }
        }
    }

    private func say(
        _ message: HandshakeMessage, _ channel: borrowing HandshakeChannel, descriptors: [Int32] = []
    ) throws(OperationFailure) {
        do { try channel.send(message, descriptors: descriptors) } catch {
            // It has gone, and may have said why.
            _ = try answer(channel)
            throw died()
        }
    }

    private func answer(
        _ channel: borrowing HandshakeChannel
    ) throws(OperationFailure) -> (message: HandshakeMessage, descriptors: [SharedDescriptor]) {
        guard let received = try next(channel) else { throw died() }
        if case .failed(let failure) = received.message { throw failure }
        return received
    }

    /// What the process says next; nil at the end of the conversation. Calls of it that wait for a decision are served from then on.
    private func next(
        _ channel: borrowing HandshakeChannel
    ) throws(OperationFailure) -> (message: HandshakeMessage, descriptors: [SharedDescriptor])? {
        while true {
            try waitReadable(channel)
            let received: (message: HandshakeMessage, descriptors: [SharedDescriptor])?
            do { received = try channel.receive() } catch { throw died() }
            guard let received, received.message == .listener else { return received }
            guard let descriptor = received.descriptors.first, let notifier else { throw unexpected() }
            let listener = SystemCallListener(descriptor)
            self.listener = listener
            notifier.initProcess = initNumber
            if isOrdinaryUser { notifier.initHandle = initHandle }
            try attempting("cannot serve the container's system calls") { () throws(KernelError) in try notifier.serve(listener) }
        }
    }

    /// Waits for the process while requests are answered.
    func waitReadable(_ channel: borrowing HandshakeChannel) throws(OperationFailure) {
        var isReady = false
        let number = channel.number
        try attempting("cannot wait for the container's first process") { () throws(KernelError) in
            // Most of the time it answers at once, or nobody asks for anything meanwhile.
            if try Poll.wait(number, loop.descriptorNumber).first { return }
            let source = try loop.add(number) { _ in isReady = true }
            defer { forget(source) }
            try loop.run(until: { isReady || isAbandoned })
        }
        try checkAbandoned()
    }

    private func died() -> OperationFailure {
        OperationFailure(
            "the container's first process ended too early", reason: "it was killed, or ran out of memory",
            hint: "look at the kernel's log (dmesg) for an out-of-memory kill")
    }

    private func unexpected() -> OperationFailure {
        OperationFailure("the container's first process said something unexpected", reason: "this is a fault in swift-lxc")
    }
}
