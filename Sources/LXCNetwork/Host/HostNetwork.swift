// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// The host's bridge for containers with all that belongs to it: addresses, dnsmasq, address translation.
package struct HostNetwork: Sendable {
    /// Where its files are.
    package struct Places: Sendable {
        /// Folder of the administrator's files, `/etc`; the settings lie in `default/` beneath it.
        package var settings: String
        /// `/run/lxc`
        package var run: String
        /// `/var/lib/misc`
        package var leases: String

        package init(settings: String, run: String, leases: String) {
            self.settings = settings
            self.run = run
            self.leases = leases
        }
    }

    let places: Places
    let dnsmasq: DnsmasqProcess

    private static let lockLimit = Duration.seconds(60)

    package init(_ places: Places) {
        self.places = places
        dnsmasq = DnsmasqProcess(runFolder: places.run, leaseFolder: places.leases)
    }

    /// There after a complete start, until a stop. C LXC's lxc-net has the same.
    var marker: String { places.run + "/network_up" }
    /// Where the ``HostNetworkRecord`` is.
    var recordFile: String { places.run + "/lxc-net.record" }

    /// What a start did.
    package enum StartResult: Sendable, Equatable {
        case started
        case alreadyRunning
        /// The settings say that there shall be no bridge.
        case notWanted
    }

    /// Sets everything up. What a killed start left is completed, what ended by itself is started again.
    ///
    /// - Throws: ``HostNetworkFailure``. What this start made is gone again then.
    package func start() throws(HostNetworkFailure) -> StartResult {
        let settings = try BridgeSettings.load(from: places.settings)
        guard settings.isWanted else { return .notWanted }
        return try whileLocked { () throws(HostNetworkFailure) in
            if isThere(marker), try status().isComplete { return .alreadyRunning }
            try setUp(settings)
            return .started
        }
    }

    private func setUp(_ settings: BridgeSettings) throws(HostNetworkFailure) {
        var setup = try HostNetworkSetup(settings, dnsmasq)
        let old = try withoutOutdated(readRecord(), HostNetworkRecord(settings, isBridgeOurs: true, filter: setup.filterName))
        // One that a killed start left, or that serves something else.
        if !dnsmasq.runs(with: dnsmasq.arguments(settings)) { try dnsmasq.stop() }
        try setup.check()
        let record = try setup.record(after: old)
        try doing("cannot write \(recordFile)") { () throws(KernelError) in
            try AtomicFile.write(recordFile, record.text.kernelBytes, mode: 0o644)
        }
        do throws(HostNetworkFailure) {
            try setup.perform(record)
            try doing("cannot write \(marker)") { () throws(KernelError) in
                _ = try OwnedDescriptor(opening: marker, [.writeOnly, .create], mode: 0o644)
            }
        } catch {
            var failure = setup.undo(record, after: error)
            guard old == nil, failure == error else { throw failure }
            do { try removeFile(recordFile) } catch { failure.reason += "; after that: \(error.what): \(error.reason)" }
            throw failure
        }
    }

    /// Takes away what an earlier start made after other settings; hands out the record if it still holds.
    private func withoutOutdated(
        _ old: HostNetworkRecord?, _ new: HostNetworkRecord
    ) throws(HostNetworkFailure) -> HostNetworkRecord? {
        guard let old else { return nil }
        let isSame =
            old.bridge == new.bridge && old.translation == new.translation && old.filter == new.filter
            && old.addresses.allSatisfy { new.addresses.contains($0) }
        if isSame { return old }
        _ = try remove(old, isForced: false)
        return nil
    }

    func isThere(_ path: String) -> Bool {
        // What cannot be looked at cannot be relied on.
        do { return try FileStatus.ifPresent(path) != nil } catch { return false }
    }

    /// What the last start set out to make; nil when nothing of ours was started, or C LXC's lxc-net did it.
    func readRecord() -> HostNetworkRecord? {
        // Without a record the settings say what there is.
        guard let text = try? WholeFile.text(recordFile, limit: 1 << 16) else { return nil }
        return HostNetworkRecord(parsing: text)
    }

    /// What there should be; C LXC's lxc-net writes nothing down, so the settings say what it made.
    func currentRecord() throws(HostNetworkFailure) -> HostNetworkRecord {
        if let own = readRecord() { return own }
        let settings = try BridgeSettings.load(from: places.settings)
        var bridge = try HostBridge(settings.bridge)
        var record = HostNetworkRecord(settings, isBridgeOurs: try bridge.isOurs(settings.hardwareAddress), filter: nil)
        if !record.isBridgeOurs { record.addresses = [] }
        return record
    }

    /// Does something while no other start or stop is at work.
    func whileLocked<Value>(_ body: () throws(HostNetworkFailure) -> Value) throws(HostNetworkFailure) -> Value {
        guard ProcessControl.effectiveUser == 0 else {
            throw HostNetworkFailure("cannot change the network", reason: "only root may", hint: "run it as root")
        }
        let path = places.run + "/lxc-net.lock"
        let file = SharedDescriptor(
            try doing("cannot open \(path)") { () throws(KernelError) in
                try HostPath.makeDirectories(places.run)
                return try OwnedDescriptor(opening: path, [.writeOnly, .create, .noFollow], mode: 0o600)
            })
        defer { withExtendedLifetime(file) {} }
        let isOurs = try doing("cannot lock \(path)") { () throws(KernelError) in
            try FileLock.lock(file.owned, until: .now + Self.lockLimit)
        }
        guard isOurs else {
            throw HostNetworkFailure(
                "cannot lock \(path)", reason: "another lxc-net has been at work for a minute", hint: "try again later")
        }
        return try body()
    }
}
