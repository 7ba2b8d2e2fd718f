// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LinuxKernel

/// The answers to other processes.
extension Supervisor: ControlDelegate {
    func terminal(_ wanted: ControlRequest.Terminal, for lease: ControlLease) -> ControlReply {
        switch wanted {
        case .console: return consoleProxy(for: lease)
        case .anyFree: return giveTerminal(-1, lease)
        case .tty(let number): return giveTerminal(Int(number), lease)
        }
    }

    private func giveTerminal(_ number: Int, _ lease: ControlLease) -> ControlReply {
        guard let taken = terminals.take(number) else { return .failure(.badFileDescriptor) }
        leases[lease] = taken.number
        return .descriptor(taken.controller, number: Int32(clamping: taken.number))
    }

    /// A new pair on the host: the client gets one end, the relay copies between the other and the console.
    private func consoleProxy(for lease: ControlLease) -> ControlReply {
        guard let console, !console.isBusy else { return .failure(.badFileDescriptor) }
        do {
            let pair = try PseudoTerminal()
            try TerminalMode.makeRaw(pair.terminal.number)
            try console.connect(pair.terminal)
            leases[lease] = 0
            return .descriptor(pair.controller, number: 0)
        } catch {
            log.warn("no proxy for the console: \(error)")
            return .failure(.badFileDescriptor)
        }
    }

    func terminalReleased(_ lease: ControlLease) {
        guard let number = leases[lease] else { return }
        leases[lease] = nil
        if number == 0 { console?.disconnect() } else { terminals.release(number) }
    }

    func windowChanged() {
        if let terminal = foreground?.number { console?.copySize(from: terminal) }
    }

    func stop() -> ControlReply {
        guard let initHandle else {
            isAbandoned = true
            return .silence
        }
        do { try ProcessSignal.send(plan.config.process.stopSignal ?? Signals.kill, toHandle: initHandle.number) } catch {
            return error.errno == .noSuchProcess ? .silence : .failure(error.errno)
        }
        // A frozen container sees the signal only when it is thawed.
        if layout.kind == .unified {
            do { _ = try setFrozen(false, until: .now + .seconds(1)) } catch { log.warn("stop: \(error)") }
        }
        if publisher.state == .starting { isAbandoned = true }
        return .silence
    }

    func initPID() -> ControlReply { .number(initNumber) }

    func cloneFlags() -> ControlReply { .number(namespaces.flags.rawValue) }

    func cgroup(_ controller: String?, _ role: CgroupRole) -> ControlReply {
        guard let path = cgroups?.reportedPath(controller, role == .limits ? .limits : .processes) else { return .silence }
        return .text(path)
    }

    func configItem(_ key: String) -> ControlReply {
        guard let value = liveConfig(for: key).value(of: key), !value.isEmpty else { return .absent }
        return .text(value)
    }

    func consoleLog(_ query: ConsoleLogQuery) -> ControlReply {
        guard let console, console.ring.capacity > 0 else { return .failure(.badAddress) }
        if query.read {
            let content = console.ring.take(limit: Int(clamping: query.limit))
            if query.clear { console.ring.clear() }
            return content.isEmpty ? .failure(.noData) : .bytes(content)
        }
        if query.clear { console.ring.clear() }
        return .done
    }

    func addSeccompListener(_ descriptor: SharedDescriptor) -> ControlReply {
        let listener = SystemCallListener(descriptor)
        guard let notifier, listener.isListener else { return .failure(.invalidArgument) }
        do throws(KernelError) { try notifier.serve(listener) } catch { return .failure(error.errno) }
        return .done
    }

    func addDeviceRule(_ rule: DeviceRuleMessage) -> ControlReply {
        guard layout.legacy("devices") == nil, let rule = DeviceRule(rule) else { return .failure(.invalidArgument) }
        do throws(CgroupError) {
            guard let directory = try cgroups?.openPayload("devices", .limits) else { return .failure(.noSuchFileOrDirectory) }
            try CgroupError.wrapping { () throws(KernelError) in try deviceFilter.add([rule], on: directory) }
            return .done
        } catch {
            log.warn("device rule: \(error)")
            return .failure(.ioError)
        }
    }

    func freeze(timeoutInSeconds: Int32) -> ControlReply { freeze(true, timeoutInSeconds) }

    func unfreeze(timeoutInSeconds: Int32) -> ControlReply { freeze(false, timeoutInSeconds) }

    private func freeze(_ frozen: Bool, _ timeout: Int32) -> ControlReply {
        guard layout.kind == .unified else { return .failure(.noSuchFileOrDirectory) }
        publisher.change(to: frozen ? .freezing : .thawed)
        do {
            // Somebody who asks for no limit does not make this process deaf for ever.
            let limit = timeout > 0 ? Duration.seconds(Int64(min(timeout, 60))) : .seconds(10)
            guard try setFrozen(frozen, until: .now + limit) else { return .failure(.timedOut) }
            publisher.change(to: frozen ? .frozen : .running)
            return .done
        } catch {
            log.warn("freezer: \(error)")
            return .failure(.ioError)
        }
    }

    private func setFrozen(_ frozen: Bool, until deadline: MonotonicInstant) throws(CgroupError) -> Bool {
        guard let directory = try cgroups?.openPayload(nil, .limits) else { return false }
        do { return try Freezer.set(frozen: frozen, in: directory, until: deadline) == .reached } catch { throw .kernel(error) }
    }

    func cgroup2Descriptor(_ role: CgroupRole) -> ControlReply {
        guard layout.kind == .unified else { return .failure(.invalidArgument) }
        guard let directory = openCgroup(nil, role) else { return .failure(.badFileDescriptor) }
        return .descriptor(directory)
    }

    private func openCgroup(_ controller: String?, _ role: CgroupRole) -> SharedDescriptor? {
        do throws(CgroupError) {
            guard let directory = try cgroups?.openPayload(controller, role == .limits ? .limits : .processes) else { return nil }
            return try CgroupError.wrapping { () throws(KernelError) in SharedDescriptor(try directory.descriptor.duplicate()) }
        } catch {
            log.warn("cgroup: \(error)")
            return nil
        }
    }

    func initPIDFD() -> ControlReply { initHandle.map { .descriptor($0) } ?? .failure(.badFileDescriptor) }

    func devptsDescriptor() -> ControlReply { devpts.map { .descriptor($0) } ?? .failure(.badFileDescriptor) }

    func seccompDescriptor() -> ControlReply {
        guard let listener else { return .failure(.badFileDescriptor) }
        // Without a program to ask, whoever takes it decides.
        notifier?.leave(listener)
        return .descriptor(listener.descriptor)
    }

    private var arrangement: CgroupArrangement {
        let kind: CgroupArrangement.Layout =
            switch layout.kind {
            case .legacy: .legacy
            case .hybrid: .hybrid
            case .unified: .unified
            case .none: .unknown
            }
        return CgroupArrangement(layout: kind, utilities: layout.kind == .unified ? 2 : 0)
    }

    func cgroupContext() -> ControlReply {
        var directories: [SharedDescriptor] = []
        do throws(CgroupError) {
            try cgroups?.openPayloads { _, directory in
                do throws(KernelError) { directories.append(SharedDescriptor(try directory.descriptor.duplicate())) } catch {
                    log.warn("cgroup: \(error)")
                }
            }
        } catch { log.warn("cgroups: \(error)") }
        return .cgroupContext(arrangement, directories)
    }

    func cgroupDescriptor(_ wanted: CgroupDescriptorRecord, _ role: CgroupRole) -> ControlReply {
        guard !wanted.controller.isEmpty else { return .failure(.invalidArgument) }
        do throws(CgroupError) {
            guard let directory = try cgroups?.openPayload(wanted.controller, role == .limits ? .limits : .processes) else {
                return .failure(.noSuchFileOrDirectory)
            }
            let (version, descriptor) = try CgroupError.wrapping { () throws(KernelError) in
                (try directory.version(), SharedDescriptor(try directory.descriptor.duplicate()))
            }
            let filesystem: CgroupFilesystem = version == .v1 ? .version1 : .version2
            guard wanted.filesystem == nil || wanted.filesystem == filesystem else { return .failure(.invalidArgument) }
            var record = wanted
            record.arrangement = arrangement
            record.filesystem = filesystem
            return .cgroupDescriptor(record, descriptor)
        } catch {
            log.warn("cgroup: \(error)")
            return .failure(.badFileDescriptor)
        }
    }

    func systemdScope() -> ControlReply { .failure(.invalidArgument) }

    func stateServed(_ state: ContainerState) { log.debug("a client served the state \(state.name)") }

    func peerRefused(_ peer: PeerCredentials, reason: String) {
        log.warn("refused a request of process \(peer.pid), user \(peer.uid): \(reason)")
    }

    func controlFailed(_ error: KernelError) { log.warn("control socket: \(error)") }
}
