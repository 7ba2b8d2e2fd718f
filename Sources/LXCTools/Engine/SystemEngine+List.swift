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

    package func facts(
        of container: ListedContainer, _ fields: ListFields, _ options: CommonOptions
    ) throws(ToolFailure) -> ListRow {
        let target = try self.container(ContainerTarget(name: container.name, options: options))
        var row = ListRow(name: container.name)
        if !fields.isDisjoint(with: .running) { lookUpRunning(target, fields, &row) }
        if !fields.isDisjoint(with: .stored) { lookUpStored(target, fields, &row) }
        return row
    }

    /// What only a running container has.
    private func lookUpRunning(_ container: Container, _ fields: ListFields, _ row: inout ListRow) {
        let inspection = ContainerInspection(container, timeLimit: Self.patience)
        do {
            row.state = try inspection.state()
            if row.state == .stopped { return }
            if fields.contains(.pid) {
                let pid = try inspection.initPID()
                row.pid = pid > 0 ? pid : nil
            }
            if fields.contains(.memory) { row.memoryBytes = try inspection.statistics([.memory]).memoryBytes }
            if fields.contains(.swap) { row.swapBytes = try inspection.swapBytes() }
            if !fields.isDisjoint(with: [.interfaces, .ipv4, .ipv6]) { Self.show(try inspection.network(), fields, &row) }
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
    static let running: ListFields = [.state, .pid, .memory, .swap, .interfaces, .ipv4, .ipv6]
    static let stored: ListFields = [.autostart, .groups, .unprivileged]
}
