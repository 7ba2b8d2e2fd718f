// SPDX-License-Identifier: Apache-2.0
import LXCConfig
package import LXCRuntime
import LinuxKernel

extension Container {
    /// What a start finds before it does anything.
    package enum StartOutcome: Sendable, Equatable { case started, wasRunning }

    /// Starts the container; in the foreground it returns only by throwing, or when it runs already.
    ///
    /// `notes`: called with one line about historic spellings in the configuration.
    /// Throws ``LXCError`` with the step that failed, its reason, and where it was asked for.
    package func start(_ options: StartOptions, notes: (String) -> Void = { _ in }) throws(LXCError) -> StartOutcome {
        guard options.isForeground else {
            guard let start = try beginStart(options, notes: notes) else { return .wasRunning }
            do { try start.finish() } catch { throw LXCError(.failed, error) }
            return .started
        }
        if try isRunning() { return .wasRunning }
        try checkCreation()
        try finishAbandonedRestore()
        let plan = try startPlan(options, notes: notes)
        do { try SupervisorLaunch(plan: plan).startInForeground() } catch { throw LXCError(.failed, error) }
        return .started
    }

    /// Begins to start the container in the background.
    ///
    /// - Parameters:
    ///   - options: How; that it is in the background goes without saying.
    ///   - notes: Called with one line about historic spellings in the configuration.
    /// - Returns: The start that is under way; nil when the container runs already.
    /// - Throws: ``LXCError`` for what can be known before anything happens.
    package func beginStart(_ options: StartOptions, notes: (String) -> Void = { _ in }) throws(LXCError) -> StartUnderWay? {
        if try isRunning() { return nil }
        try checkCreation()
        try finishAbandonedRestore()
        let supervisor: BackgroundSupervisor
        do { supervisor = try BackgroundSupervisor(lxcPath: lxcPath, name: name, isDetached: !options.callerEnds) } catch {
            throw LXCError(.failed, error)
        }
        let plan = try startPlan(options, notes: notes)
        do { return try supervisor.begin(plan) } catch { throw LXCError(.failed, error) }
    }

    /// Whether somebody supervises the container.
    package func isRunning() throws(LXCError) -> Bool {
        do { return try client.isRunning() } catch { throw LXCError("cannot learn whether \(name) runs", error) }
    }

    private func checkCreation() throws(LXCError) {
        let finding: PartialMarker.Finding
        do { finding = try PartialMarker.inspect(directory) } catch {
            let isForbidden = error.errno == .permissionDenied
            throw LXCError(
                "cannot look into \(directory)", error, hint: isForbidden ? "run it as the container's owner, or as root" : nil)
        }
        switch finding {
        case .absent: return
        case .inProgress:
            throw LXCError(
                .unfinishedCreation, "cannot start \(name)", reason: "it is still being created", hint: "wait for lxc-create to end")
        case .creatorDied:
            throw LXCError(
                .unfinishedCreation, "cannot start \(name)", reason: "its creation was interrupted",
                hint: "remove the half-made container with lxc-destroy -n \(name), then create it again")
        }
    }

    /// Decides everything about a start.
    func startPlan(_ options: StartOptions, notes: (String) -> Void) throws(LXCError) -> StartPlan {
        var document = options.runsUnderInit ? try loadConfigIfDefined() : try loadConfig()
        if let summary = ConfigNote.summary(document.notes) { notes(summary) }
        do throws(ConfigProblem) {
            for definition in options.definitions { try document.define(definition) }
            let here = ConfigOrigin(file: "the command line")
            if let path = options.consolePath { try document.set("lxc.console.path", path, by: here) }
            if let path = options.consoleLog { try document.set("lxc.console.logfile", path, by: here) }
            if let user = options.user { try document.set("lxc.init.uid", "\(user)", by: here) }
            if let group = options.group { try document.set("lxc.init.gid", "\(group)", by: here) }
            try document.config.checkConsistency()
        } catch { throw LXCError(error) }
        let config = document.config
        let arguments = try command(options, config)
        var plan = StartPlan(
            name: name, lxcPath: lxcPath, configFile: alternativeConfig ?? configFile,
            payload: options.runsUnderInit ? .underInit(arguments) : .program(arguments), config: config)
        plan.program = options.program
        plan.isForeground = options.isForeground
        plan.pidFile = absolute(options.pidFile)
        plan.isQuiet = options.isQuiet
        if let level = options.logLevel { plan.logLevel = level }
        plan.logFile = absolute(options.logFile) ?? config.log.file
        plan.cgroupPattern = system.value(of: .cgroupPattern)
        plan.cgroupControllers = system.cgroupControllers
        return plan
    }

    private func command(_ options: StartOptions, _ config: ContainerConfig) throws(LXCError) -> [String] {
        if !options.command.isEmpty { return options.command }
        let text = options.runsUnderInit ? config.process.executeCommand : config.process.initCommand
        guard let text, !text.isEmpty else {
            guard options.runsUnderInit else { return ["/sbin/init"] }
            throw LXCError(
                .invalidConfiguration, "no command to execute in \(name)", reason: "neither the command line nor lxc.execute.cmd names one",
                hint: "give it after --: lxc-execute -n \(name) -- COMMAND")
        }
        do {
            let words = try CommandWords.split(text)
            return words.isEmpty ? ["/sbin/init"] : words
        } catch {
            let key = options.runsUnderInit ? "lxc.execute.cmd" : "lxc.init.cmd"
            throw LXCError(
                .invalidConfiguration,
                OperationFailure("cannot read the command \(text)", reason: error.reason, key: key, origin: config.origin(of: key)))
        }
    }

    /// The supervisor's working directory is the root directory.
    private func absolute(_ path: String?) -> String? {
        guard let path, !path.hasPrefix("/"), path != "none" else { return path }
        do { return try ProcessControl.workingDirectory() + "/" + path } catch { return path }
    }
}
