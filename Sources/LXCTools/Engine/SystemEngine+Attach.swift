// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

extension SystemEngine {
    /// Runs a command in a running container, as a program that nobody in there can write to.
    package func attach(_ request: AttachRequest) throws(ToolFailure) -> ExitCode {
        try prepareToAttach()
        let container = try container(request.target)
        do { return ExitCode(try container.attach(options(request)).shellCode) } catch {
            switch error.code {
            case .notRunning: throw .noInitProcess(reason: error.failure.reason)
            case .notPermitted: throw .insufficientPrivileges(path: container.lxcPath, name: container.name)
            case .programNotFound: throw ToolFailure(error, exit: .notFound)
            case .programNotExecutable: throw ToolFailure(error, exit: .notExecutable)
            default: throw ToolFailure(error)
            }
        }
    }

    package func prepareToAttach() throws(ToolFailure) {
        do throws(KernelError) { try StandardStreams.fillGaps() } catch { throw ToolFailure("cannot open the standard streams", error) }
        do { try ProtectedProgram.ensure(arguments: ProgramArguments.all, name: "lxc-attach") } catch {
            throw ToolFailure(LXCError(.failed, error))
        }
    }

    private func options(_ request: AttachRequest) -> AttachOptions {
        var options = AttachOptions()
        options.command = request.command
        if request.elevated.contains(.cgroup) { options.elevated.insert(.cgroup) }
        if request.elevated.contains(.capabilities) { options.elevated.insert(.capabilities) }
        if request.elevated.contains(.securityModule) { options.elevated.insert(.securityModule) }
        options.namespaces = request.namespaces
        options.architecture = request.architecture.flatMap { KernelArchitecture(name: $0) }
        options.remountsProcAndSys = request.remountsSysProc
        options.clearsEnvironment = request.clearsEnvironment
        options.keptVariables = request.keptVariables
        options.setVariables = request.setVariables
        options.terminalLog = request.terminalLog
        options.user = request.user
        options.group = request.group
        options.label = request.context
        return options
    }

    /// Connects the caller's terminal with one of the container's.
    package func openConsole(_ request: ConsoleRequest) throws(ToolFailure) {
        let container = try controllableContainer(request.target)
        do {
            try container.console(terminal: request.terminal, escape: request.escape).run { number in
                // Whoever cannot see the greeting can still use the terminal.
                _ = try? StandardStream.error.write(ConsoleCommand.greeting(terminal: number, escape: request.escape))
            }
        } catch {
            switch error {
            case .notRunning: throw .notRunning(container.name)
            case .notPermitted: throw .insufficientPrivileges(path: container.lxcPath, name: container.name)
            case .noTerminal:
                throw ToolFailure(
                    .notAvailable, "standard input is not a terminal", advice: "run lxc-console on a terminal, or use lxc-attach")
            case .denied: throw denied(request)
            case .signal(let number): throw ToolFailure(.init("interrupted"), "ended by signal \(number)", exit: .signal(number))
            case .failed(let failure): throw ToolFailure(LXCError(.failed, failure))
            }
        }
    }

    private func denied(_ request: ConsoleRequest) -> ToolFailure {
        let terminal = request.terminal.map { $0 == 0 ? "the console" : "tty \($0)" } ?? "a free terminal"
        return ToolFailure(
            .notAvailable, "cannot connect to \(terminal)", reason: "it does not exist, or somebody else uses it",
            advice: "lxc.tty.max says how many terminals there are")
    }
}
