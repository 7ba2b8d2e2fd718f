// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

extension SystemEngine {
    /// For everything inside of one container of the host.
    private static let patienceInside: Duration = .seconds(5)
    private static let mostBytes = 4 << 20

    package func nestedContainers(
        of container: ListedContainer, levels: Int, _ fields: ListFields, _ options: CommonOptions
    ) throws(ToolFailure) -> [ListRow] {
        try protectProgram()
        let outer = try self.container(ContainerTarget(name: container.name, options: options))
        return rows(inside: outer, levels: levels, fields, timeLimit: Self.patienceInside)
    }

    /// Containers that cannot be entered have nothing to show, as in every listing.
    private func rows(inside container: Container, levels: Int, _ fields: ListFields, timeLimit: Duration) -> [ListRow] {
        do {
            let bytes = try ContainerVisit.run(in: container, timeLimit: timeLimit, limit: Self.mostBytes) {
                ListRowCoding.encode(ownRows(levels: levels, fields, timeLimit: timeLimit * 0.8))
            }
            return ListRowCoding.decode(bytes).map { row in
                var row = row
                row.parents.insert(container.name, at: 0)
                return row
            }
        } catch { return [] }
    }

    /// Runs inside of a container: its containers, by its own system configuration.
    private func ownRows(levels: Int, _ fields: ListFields, timeLimit: Duration) -> [ListRow] {
        var options = CommonOptions()
        do { options.paths = [try SystemConfig.load(owner: .root, paths: Self.pathsInside()).containerPath] } catch { return [] }
        do throws(ToolFailure) {
            var rows: [ListRow] = []
            let all = try containers(options)
            for (found, row) in zip(all, try facts(of: all, fields.union(.state), options)) {
                rows.append(row)
                guard levels > 1, row.state == .running else { continue }
                let inner = try container(ContainerTarget(name: found.name, options: options))
                rows += self.rows(inside: inner, levels: levels - 1, fields, timeLimit: timeLimit)
            }
            return rows
        } catch { return [] }
    }

    /// The container's own installation: in the same place as ours, or where distributions put it.
    private static func pathsInside() -> InstallPaths {
        let usual = InstallPaths(systemConfiguration: "/etc/lxc", containers: "/var/lib/lxc")
        do { return try FileStatus.ifPresent(InstalledPaths.containers) != nil ? .installed : usual } catch { return usual }
    }

    /// A process inside shows the container its program; from here on it is one that nobody can write to.
    private func protectProgram() throws(ToolFailure) {
        do {
            if try ProtectedExecutable.isProtected() { return }
            let program = try ProtectedExecutable.open("/proc/self/exe")
            try Execution.replace(
                descriptor: program.number, label: "/proc/self/exe", arguments: ProgramArguments.all, environment: ProcessEnvironment.lines)
        } catch { throw ToolFailure("cannot protect this program from the containers", error) }
    }
}
