// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

extension SystemEngine {
    package func start(_ request: StartRequest) throws(ToolFailure) -> ExitCode {
        let container = try controllableContainer(request.target)
        var options = StartOptions()
        options.program = "lxc-start"
        options.callerEnds = true
        options.command = request.command
        options.isForeground = request.isForeground
        options.pidFile = request.pidFile
        options.consolePath = request.console
        options.consoleLog = request.consoleLog
        options.definitions = definitions(request.definitions, request.sharedNamespaces)
        apply(request.target.options, to: &options)
        return try start(container, options, startFailure: .startFailed)
    }

    package func execute(_ request: ExecuteRequest) throws(ToolFailure) -> ExitCode {
        let container = try controllableContainer(request.target)
        var options = StartOptions()
        options.program = "lxc-execute"
        options.callerEnds = true
        options.runsUnderInit = true
        options.command = request.command
        options.isForeground = !request.isDaemon
        options.definitions = definitions(request.definitions, request.sharedNamespaces)
        options.user = request.user
        options.group = request.group
        apply(request.target.options, to: &options)
        return try start(container, options, startFailure: .startFailed)
    }

    func start(_ container: Container, _ options: StartOptions, startFailure: ToolFailure.Code) throws(ToolFailure) -> ExitCode {
        let outcome: Container.StartOutcome
        do {
            outcome = try container.start(options) { note in
                if !options.isQuiet { printNote("\(options.program): \(container.name): \(note)\n") }
            }
        } catch { throw ToolFailure(error) }
        if outcome == .wasRunning { throw options.runsUnderInit ? .cannotExecute(container.name) : .alreadyRunning }
        return .success
    }

    private func printNote(_ text: String) {
        _ = try? StandardStream.error.write(text)  // a note that nobody can read is no reason to fail
    }

    private func apply(_ common: CommonOptions, to options: inout StartOptions) {
        options.logFile = common.logFile
        options.logLevel = common.logLevel
        options.isQuiet = common.isQuiet
    }

    private func definitions(_ given: [Definition], _ shares: [NamespaceShare]) -> [String] {
        given.map { "\($0.key)=\($0.value)" }
            + shares.compactMap { share in
                NamespaceSet.all.first { $0.kind == share.kind }.map { "lxc.namespace.share.\($0.file)=\(share.source)" }
            }
    }

    package func stop(_ request: StopRequest) throws(ToolFailure) {
        let container = try controllableContainer(request.target)
        guard try lifted({ () throws(LXCError) in try container.isRunning() }) else {
            try lifted { () throws(LXCError) in try container.finishEarlierRun() }
            throw .notRunning(container.name, exit: .partial)
        }
        switch request.action {
        case .kill:
            do { try container.kill() } catch {
                if error.code != .notRunning { throw ToolFailure(error) }
            }
        case .reboot:
            let timeout = request.timeout ?? -1
            guard try lifted({ () throws(LXCError) in try container.reboot(timeout: timeout) }) else {
                throw ToolFailure(.timedOut, "\(container.name) did not reboot within \(timeout) seconds")
            }
        case .shutdown: try shutDown(container, request)
        }
    }

    private func shutDown(_ container: Container, _ request: StopRequest) throws(ToolFailure) {
        let timeout = request.timeout ?? -1
        let isDown: Bool
        do { isDown = try container.shutdown(timeout: timeout) } catch {
            if error.code == .notRunning { return }
            throw ToolFailure(error)
        }
        guard !isDown else { return }
        guard request.killsAfterTimeout else {
            throw ToolFailure(
                .timedOut, "\(container.name) did not stop within \(timeout) seconds",
                advice: "kill it with lxc-stop -k -n \(container.name)")
        }
        do { try container.kill() } catch {
            if error.code != .notRunning { throw ToolFailure(error) }
        }
    }

    package func freeze(_ target: ContainerTarget) throws(ToolFailure) {
        let container = try controllableContainer(target)
        do { try container.freeze() } catch {
            throw freezing("freeze", container, error)
        }
    }

    package func unfreeze(_ target: ContainerTarget) throws(ToolFailure) {
        let container = try controllableContainer(target)
        let isRunning = try lifted { () throws(LXCError) in try container.isRunning() }
        if !isRunning {
            try checkDefined(
                container,
                otherwise: .freezing(
                    "unfreeze", path: container.lxcPath, name: container.name, code: .notDefined, reason: "it is not defined",
                    advice: "see lxc-ls for the containers there are"))
        }
        do { try container.unfreeze() } catch {
            throw freezing("unfreeze", container, error)
        }
    }

    private func freezing(_ verb: String, _ container: Container, _ error: LXCError) -> ToolFailure {
        .freezing(
            verb, path: container.lxcPath, name: container.name, code: ToolFailure.Code(error), reason: error.failure.reason,
            advice: error.failure.hint)
    }
}
