// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LXCNetwork
import LXCOperations
import LXCRuntime
import LinuxKernel
import Netlink

extension SystemEngine {
    /// How long one container may take to answer everything.
    private static let patience: Duration = .seconds(1)

    package func containers(_ options: CommonOptions) throws(ToolFailure) -> [ListedContainer] {
        let path = if let given = options.paths.last { given } else { try systemConfig().containerPath }
        let found = try lifted { () throws(LXCError) in try ContainerList.find(lxcPath: path) }
        return found.map { ListedContainer(name: $0.name, isDefined: $0.isDefined) }
    }

    /// How many containers are asked at a time; two descriptors each.
    private static let breadth = 32

    package func facts(
        of containers: [ListedContainer], _ fields: ListFields, _ options: CommonOptions
    ) throws(ToolFailure) -> [ListRow] {
        var rows: [ListRow] = []
        for start in stride(from: 0, to: containers.count, by: Self.breadth) {
            var asked: [(container: Container, inspection: ContainerInspection)] = []
            for listed in containers[start..<min(start + Self.breadth, containers.count)] {
                let container = try container(ContainerTarget(name: listed.name, options: options))
                let inspection = ContainerInspection(container, timeLimit: Self.patience)
                if !fields.isDisjoint(with: .running) { inspection.begin(withNetwork: !fields.isDisjoint(with: .network)) }
                asked.append((container, inspection))
            }
            var networks: [Network] = []
            for (container, inspection) in asked {
                var row = ListRow(name: container.name)
                if !fields.isDisjoint(with: .running) {
                    if let network = lookUpRunning(inspection, fields, &row) { networks.append(Network(row: rows.count, handle: network)) }
                    if row.state == .stopped { container.finishAbandonedRun() }
                }
                if !fields.isDisjoint(with: .stored) { lookUpStored(container, fields, &row) }
                rows.append(row)
            }
            try Self.visit(networks, fields, &rows)
        }
        return rows
    }

    /// A network namespace to be looked at, and the place of the row for what is found there.
    private struct Network {
        let row: Int
        let handle: SharedDescriptor
    }

    /// Shows the interfaces of some containers: there is one way home for all, which saves half of the moves.
    private static func visit(_ networks: [Network], _ fields: ListFields, _ rows: inout [ListRow]) throws(ToolFailure) {
        if networks.isEmpty { return }
        if ProcessControl.effectiveUser != 0 { return visitSingly(networks, fields, &rows) }
        var tour: NetworkTour
        // Without a way home nobody goes.
        do { tour = try NetworkTour() } catch { return }
        for network in networks {
            do throws(KernelError) {
                try tour.go(to: network.handle.number, label: rows[network.row].name)
                var socket = try NetlinkSocket()
                show(try .read(&socket, withNames: fields.contains(.interfaces)), fields, &rows[network.row])
            } catch { continue }  // somebody else's container, or one that has just ended: nothing to show
        }
        do { try tour.comeHome() } catch { throw ToolFailure("cannot come back from the network of a container", error) }
    }

    /// An ordinary user does not come home from a container.
    private static func visitSingly(_ networks: [Network], _ fields: ListFields, _ rows: inout [ListRow]) {
        for network in networks {
            do throws(KernelError) {
                var socket = try NetlinkSocket(in: network.handle.number, label: rows[network.row].name)
                show(try .read(&socket, withNames: fields.contains(.interfaces)), fields, &rows[network.row])
            } catch { continue }  // somebody else's container, or one that has just ended: nothing to show
        }
    }

    /// What only a running container has.
    ///
    /// - Returns: Its network namespace, if that is wanted.
    private func lookUpRunning(_ inspection: ContainerInspection, _ fields: ListFields, _ row: inout ListRow) -> SharedDescriptor? {
        do {
            row.state = try inspection.state()
            if row.state == .stopped { return nil }
            if fields.contains(.pid) {
                let pid = try inspection.initPID()
                row.pid = pid > 0 ? pid : nil
            }
            if fields.contains(.memory) { row.memoryBytes = try inspection.statistics([.memory]).memoryBytes }
            if fields.contains(.swap) { row.swapBytes = try inspection.swapBytes() }
            return try fields.isDisjoint(with: .network) ? nil : SharedDescriptor(inspection.networkNamespace())
        } catch {
            // Somebody holds the container's socket, even if he does not answer.
            if row.state == .stopped && error != .stopped { row.state = .running }
            return nil
        }
    }

    private static func show(_ listing: InterfaceListing, _ fields: ListFields, _ row: inout ListRow) {
        if fields.contains(.interfaces) { row.interfaces = listing.names }
        if fields.contains(.ipv4) { row.ipv4 = listing.ipv4 }
        if fields.contains(.ipv6) { row.ipv6 = listing.ipv6 }
    }

    /// What the configuration says; nothing when it is missing or broken.
    private func lookUpStored(_ container: Container, _ fields: ListFields, _ row: inout ListRow) {
        do {
            let config = try container.loadConfigIfDefined().config
            row.startsAutomatically = config.start.auto
            row.groups = config.start.groups
            row.isUnprivileged = !config.idMap.isEmpty
        } catch { return }
    }
}

extension ListFields {
    static let network: ListFields = [.interfaces, .ipv4, .ipv6]
    static let running: ListFields = [.state, .pid, .memory, .swap, .interfaces, .ipv4, .ipv6]
    static let stored: ListFields = [.autostart, .groups, .unprivileged]
}
