// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LXCOperations
import LXCRuntime
import LinuxKernel

/// The tools joined to the library: each request becomes calls on a container, each failure a tool's failure.
package struct SystemEngine: ContainerEngine {
    /// The file is read once: a listing of a hundred containers needs it a hundred times.
    private final class Memory {
        var system: SystemConfig?
        var usageReader: UsageReader?
    }
    private let memory = Memory()

    package init() {}

    /// The system configuration of whoever calls.
    func systemConfig() throws(ToolFailure) -> SystemConfig {
        if let system = memory.system { return system }
        let system = try loadSystemConfig()
        memory.system = system
        return system
    }

    private func loadSystemConfig() throws(ToolFailure) -> SystemConfig {
        do { return try SystemConfig.loadForCaller() } catch { throw ToolFailure(LXCError(error)) }
    }

    package func usage(_ options: CommonOptions) throws(ToolFailure) -> [ContainerUsage] {
        let reader: UsageReader
        if let known = memory.usageReader {
            reader = known
        } else {
            let path = if let given = options.paths.last { given } else { try systemConfig().containerPath }
            reader = UsageReader(lxcPath: path)
            memory.usageReader = reader
        }
        do { return try reader.read() } catch { throw ToolFailure("cannot learn which containers run", error) }
    }

    package func systemValue(_ item: SystemConfigItem) throws(ToolFailure) -> String? { try systemConfig().value(of: item) }

    /// The container that a request is about.
    func container(_ target: ContainerTarget) throws(ToolFailure) -> Container {
        let system = try systemConfig()
        do {
            return try Container(name: target.name, lxcPath: target.options.paths.last, rcfile: target.options.rcfile, system: system)
        } catch { throw ToolFailure(error) }
    }

    /// As ``container(_:)``, refusing those that the caller may not control.
    func controllableContainer(_ target: ContainerTarget) throws(ToolFailure) -> Container {
        let container = try container(target)
        do { try container.checkControl() } catch {
            if error.code == .notPermitted { throw .insufficientPrivileges(path: container.lxcPath, name: container.name) }
            throw ToolFailure(error)
        }
        return container
    }
}

extension SystemEngine {
    /// - Throws: ``ToolFailure`` that tells a container that is not there from one that the caller may not look at.
    func checkDefined(_ container: Container, otherwise: ToolFailure) throws(ToolFailure) {
        let what = "cannot look at \(container.configFile)"
        do throws(KernelError) { if try FileStatus.ifPresent(container.configFile) != nil { return } } catch {
            guard error.errno == .permissionDenied else { throw ToolFailure(what, error) }
            throw ToolFailure(.notPermitted, what, reason: error.reason, advice: "run it as the container's owner, or as root")
        }
        throw otherwise
    }
}

/// Runs library work; a failure becomes the tool's.
func lifted<Value: ~Copyable>(_ body: () throws(LXCError) -> Value) throws(ToolFailure) -> Value {
    do { return try body() } catch { throw ToolFailure(error) }
}

extension ToolFailure {
    /// The library's failure with everything it says.
    init(_ error: LXCError, exit: ExitCode = .failure) { self.init(error.failure, code: Code(error), exit: exit) }
}

extension ToolFailure.Code {
    init(_ error: LXCError) {
        self =
            switch error.code {
            case .notDefined: .notDefined
            case .alreadyDefined: .alreadyExists
            case .notRunning: .notRunning
            case .alreadyRunning: .stillRunning
            case .notPermitted: .notPermitted
            case .invalidConfiguration: .badConfiguration
            case .timedOut: .timedOut
            case .invalidName: .usage
            default: .init(error.code.rawValue)
            }
    }
}
