// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LinuxKernel

extension Container {
    /// Writes the running container to disk, with criu(8).
    ///
    /// - Parameter options: How, and where to.
    /// - Throws: ``LXCError``: `notDefined`, `notRunning`, or what criu complained about.
    package func checkpoint(_ options: CheckpointOptions) throws(LXCError) {
        let what = "cannot checkpoint \(name)"
        guard isDefined else {
            throw LXCError(.notDefined, what, reason: "it is not defined", hint: "see lxc-ls for the containers there are")
        }
        guard try state() != .stopped else { throw LXCError(.notRunning, what, reason: "it is not running", hint: "start it first") }
        guard let program = CriuCommand.find() else {
            throw LXCError(.failed, what, reason: "criu is not installed", hint: "install it: apt-get install criu")
        }
        try CheckpointLimits.check(try runningConfig(what), what)
        let pid = try asking(what) { () throws(ControlError) in try client.initPID() }
        let cgroup = try asking(what) { () throws(ControlError) in
            do throws(ControlError) { return Optional(try client.cgroup(nil)) } catch {
                // A host without cgroups.
                if case .refused = error { return nil }
                throw error
            }
        }
        try attempt("\(what): cannot make \(options.directory)") { () throws(KernelError) in
            // The images hold the memory of everything inside.
            if try FileStatus.ifPresent(options.directory) != nil { return }
            try DirectoryHandle(opening: "/").makeDirectories(String(options.directory.drop { $0 == "/" }), mode: 0o700)
        }
        let result = try attempt("\(what): cannot run \(program)") { () throws(KernelError) in
            try ProgramRun.of(
                program, arguments: ["criu"] + CriuCommand.dump(pid, options),
                environment: ["PATH=" + CriuCommand.folders.joined(separator: ":"), "LC_ALL=C"], milliseconds: .max)
        }
        guard result.isSuccess else { throw refusal(what, options, result) }
        try attempt("\(what): cannot write to \(options.directory)") { () throws(KernelError) in
            try CheckpointRecord(cgroup: cgroup).write(to: options.directory)
        }
        if options.stops && !options.isPreliminary { try waitForEnd(what) }
    }

    /// The configuration on disk, with the settings that the container was started with where it matters.
    private func runningConfig(_ what: String) throws(LXCError) -> ContainerConfig {
        var document = try loadConfig()
        for key in ["lxc.console.path", "lxc.tty.max"] {
            let value = try asking(what) { () throws(ControlError) in try client.configItem(key) }
            do throws(ConfigProblem) {
                try document.clear(key)
                if let value { try document.set(key, value) }
            } catch { throw LXCError(error) }
        }
        return document.config
    }

    private func refusal(_ what: String, _ options: CheckpointOptions, _ result: ProgramRun.Result) -> LXCError {
        let log = options.directory + "/" + CriuCommand.logName(options)
        let told: String?
        // Without a log there is what it printed; without that, its status.
        do { told = CriuReport.complaint(try WholeFile.read(log)) } catch { told = nil }
        let reason = told ?? CriuReport.complaint(result.error) ?? CriuReport.complaint(result.output) ?? "criu \(result.status)"
        return LXCError(.failed, what, reason: "criu: \(reason)", hint: "\(log) says more, and most with -v")
    }

    /// Its processes are gone with the last page; the supervisor notices, runs the hooks and tidies up.
    private func waitForEnd(_ what: String) throws(LXCError) {
        let reached = try asking(what) { () throws(ControlError) in
            try StateWaiter(lxcPath: lxcPath, name: name).wait(for: [.stopped], timeout: .seconds(30))
        }
        if reached == nil {
            throw LXCError(
                .timedOut, what, reason: "it is written, but did not stop within 30 seconds", hint: "kill it with lxc-stop -k -n \(name)")
        }
    }
}
