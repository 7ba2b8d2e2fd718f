// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCNetwork
import LinuxKernel

/// The container's network devices, from their making to their end.
extension Supervisor: ContainerNetwork.Owner {
    /// Whether something that runs in the container before init looks at its devices: a hook, or a setting of a device.
    var isNetworkSeenEarly: Bool {
        let hooks = plan.config.hooks
        return [Hook.preMount, .mount, .autodev, .start].contains { !hooks.commands($0).isEmpty }
            || plan.config.process.sysctls.contains { $0.name.hasPrefix("net.") }
    }

    var hasNetworkScripts: Bool { plan.config.networks.contains { !$0.scriptsUp.isEmpty || !$0.scriptsDown.isEmpty } }

    /// Makes what is configured in the container's network namespace, unless that is somebody else's.
    ///
    /// `begun`: the namespace when the supervisor had it made; otherwise the first process was born with one.
    func makeNetwork(in begun: SharedDescriptor?) throws(OperationFailure) {
        let networks = plan.config.networks
        guard ContainerNetwork.isNeeded(networks), namespaces.born.union(namespaces.unshared).contains(.network) else { return }
        if isOrdinaryUser { return try makeUserNetwork() }
        let namespace: SharedDescriptor
        if let begun {
            namespace = begun
        } else {
            namespace = try attempting("cannot reach the container's network") { () throws(KernelError) in
                SharedDescriptor(try Namespaces.open("net", of: initNumber))
            }
        }
        do throws(NetworkFailure) {
            _ = try ContainerNetwork(networks, namespace: namespace.number, pin: journal.namespaceFile).make(for: self)
        } catch { throw failure(error) }
        try checkAbandoned()
    }

    func failure(_ error: NetworkFailure) -> OperationFailure {
        OperationFailure(
            error.what, reason: error.reason, errno: error.errno, key: error.key, origin: error.origin, hint: error.hint)
    }

    /// The same for a user who may make no devices.
    private func makeUserNetwork() throws(OperationFailure) {
        guard let user = keptNamespace("user"), let network = keptNamespace("net") else {
            throw OperationFailure(
                "cannot make the container's network", reason: "it is not in a user namespace of its own", key: "lxc.net",
                hint: "ordinary users need lxc.idmap for a network device")
        }
        do throws(NetworkFailure) {
            try UserDevices(
                plan.config.networks, user: user.number, network: network.number, lxcPath: plan.lxcPath, name: plan.name
            ).make(for: self)
        } catch { throw failure(error) }
        try checkAbandoned()
    }

    private func keptNamespace(_ file: String) -> SharedDescriptor? { keptNamespaces.first { $0.file == file }?.descriptor }

    /// What goes by itself with the namespace counts for the user until it has gone.
    private func releaseUserDevices() -> [String] {
        guard isOrdinaryUser, let network = keptNamespace("net") else { return [] }
        return UserDevices.remove(devices, network: network.number, lxcPath: plan.lxcPath, name: plan.name)
    }

    func owe(_ debts: [NetworkDebt]) throws(NetworkFailure) {
        networkDebts += debts
        do { try record(debts.map { .network($0) }) } catch {
            throw NetworkFailure(
                "cannot write the journal \(journal.path)", reason: error.reason, errno: error.errno.rawValue, NetworkSettings(), "")
        }
    }

    func deviceIsMade(_ device: MadeDevice) throws(NetworkFailure) {
        devices.append(device)
        if !device.settings.scriptsDown.isEmpty { try owe([.script(device: device.settings.index, hostEnd: device.hostEnd?.name)]) }
        do { try hooks.run(.up, of: device) } catch {
            var failure = NetworkFailure(
                error.what, reason: error.reason, errno: error.errno, device.settings, "script.up", hint: error.hint)
            failure.origin = error.origin
            throw failure
        }
    }

    /// The end of the network, in C LXC's order: devices of the host come back, scripts, the rest.
    func takeNetworkDown() {
        let devicesOfHost = NetworkSettlement.returnDevices(networkDebts)
        for device in devices {
            do { try hooks.run(.down, of: device) } catch { log.failure(error) }
        }
        let problems =
            devicesOfHost.problems + NetworkSettlement.settle(networkDebts.filter { !devicesOfHost.unpaid.contains($0) })
            + (isOrdinaryUser ? releaseUserDevices() : NetworkSettlement.release(devices, configured: plan.config.networks))
        for problem in problems { log.warn(problem) }
        devices = []
        networkDebts = devicesOfHost.unpaid
    }

    /// The configuration as it is in force: with the names that devices really have.
    func liveConfig(for key: String) -> ContainerConfig {
        guard key.hasPrefix("lxc.net"), !devices.isEmpty else { return plan.config }
        var config = plan.config
        for device in devices {
            guard let place = config.networks.firstIndex(where: { $0.index == device.settings.index }) else { continue }
            config.networks[place] = device.settings
        }
        return config
    }
}
