// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

extension Container {
    /// Which containers a list is of.
    public enum Selection: Sendable {
        /// Those that have a configuration, and those that only run.
        case all
        /// Those that have a configuration.
        case defined
        /// Those that run.
        case running
    }

    /// Finds the containers below a container path.
    ///
    /// - Parameters:
    ///   - containerPath: The container path; nil for the system configuration's. One that does not exist has no containers.
    ///   - selection: Which of them.
    ///   - installation: Whose programs work on them.
    /// - Returns: Sorted by the bytes of their names.
    /// - Throws: ``LXCError`` when the path or the list of running containers cannot be read.
    public static func list(
        in containerPath: String? = nil, _ selection: Selection = .all, installation: Installation = Installation()
    ) throws(LXCError) -> [Container] {
        let path = if let containerPath { containerPath } else { try installation.systemConfig().containerPath }
        let entries = try calling { () throws(OperationError) in try ContainerList.find(lxcPath: path) }
        var names: [String]
        switch selection {
        case .all: names = entries.map { $0.name }
        case .defined: names = entries.filter { $0.isDefined }.map { $0.name }
        case .running:
            let running: Set<String>
            do { running = Set(try RunningContainers.names(lxcPath: path)) } catch {
                throw LXCError("cannot learn which containers run", error)
            }
            names = entries.map { $0.name }.filter { running.contains($0) }
        }
        guard let first = names.first else { return [] }
        // The system configuration is read once for all of them.
        let container = try Container(first, in: path, installation: installation)
        var list: [Container] = []
        for name in names { list.append(try container.sibling(name, in: path)) }
        return list
    }
}
