// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCCgroups
import LXCConfig
import LXCRuntime
import LinuxKernel

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
            for (container, inspection) in asked {
                var row = ListRow(name: container.name)
                if !fields.isDisjoint(with: .running) {
                    lookUpRunning(inspection, fields, &row)
                    if row.state == .stopped { container.finishAbandonedRun() }
                }
                if !fields.isDisjoint(with: .stored) { lookUpStored(container, fields, &row) }
                rows.append(row)
            }
        }
        return rows
    }

    /// What only a running container has.
    private func lookUpRunning(_ inspection: ContainerInspection, _ fields: ListFields, _ row: inout ListRow) {
        do {
            row.state = try inspection.state()
            if row.state == .stopped { return }
            if fields.contains(.pid) {
                let pid = try inspection.initPID()
                row.pid = pid > 0 ? pid : nil
            }
            if fields.contains(.memory) { row.memoryBytes = try inspection.statistics([.memory]).memoryBytes }
            if fields.contains(.swap) { row.swapBytes = try inspection.swapBytes() }
            if !fields.isDisjoint(with: .network) { Self.show(try inspection.network(), fields, &row) }
        } catch {
            // Somebody holds the container's socket, even if he does not answer.
            if row.state == .stopped && error != .stopped { row.state = .running }
        }
    }

    private static func show(_ network: NetworkInterfaces, _ fields: ListFields, _ row: inout ListRow) {
        if fields.contains(.interfaces) {
            row.interfaces = network.names.sorted { $0.kernelBytes.lexicographicallyPrecedes($1.kernelBytes) }
        }
        let addresses = network.shownAddresses
        if fields.contains(.ipv4) { row.ipv4 = addresses.filter { $0.family == .ipv4 }.map { $0.text } }
        if fields.contains(.ipv6) { row.ipv6 = addresses.filter { $0.family == .ipv6 }.map { $0.text } }
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
