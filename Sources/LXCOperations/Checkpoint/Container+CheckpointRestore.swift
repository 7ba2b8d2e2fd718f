// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LinuxKernel

extension Container {
    /// Takes the container up again from the images of a checkpoint, with criu(8); in the foreground it returns only by throwing.
    ///
    /// - Parameter options: How, and where from.
    /// - Throws: ``LXCError``: `notDefined`, `alreadyRunning`, or what criu complained about.
    package func restoreCheckpoint(_ options: RestoreOptions) throws(LXCError) {
        let what = "cannot restore \(name)"
        guard isDefined else {
            throw LXCError(.notDefined, what, reason: "it is not defined", hint: "see lxc-ls for the containers there are")
        }
        if try isRunning() { throw LXCError(.alreadyRunning, what, reason: "it is running", hint: "stop it first") }
        var start = StartOptions()
        start.program = options.program
        start.isForeground = options.isForeground
        start.logFile = options.logFile
        start.logLevel = options.logLevel
        var plan = try startPlan(start, notes: { _ in })
        try CheckpointLimits.check(plan.config, what)
        plan.restore = try restoreOrder(options, what)
        try finishAbandonedRestore()
        do throws(OperationFailure) {
            if options.isForeground { return try SupervisorLaunch(plan: plan).startInForeground() }
            try BackgroundSupervisor(lxcPath: lxcPath, name: name, isDetached: !options.callerEnds).start(plan)
        } catch { throw LXCError(.failed, error) }
    }

    private func restoreOrder(_ options: RestoreOptions, _ what: String) throws(LXCError) -> RestoreOrder {
        let program = try CriuCommand.findUsable(what)
        var order = RestoreOrder(
            program: program, arguments: CriuCommand.restore(options), directory: options.directory, logName: CriuCommand.restoreLogName)
        let record = try attempt("\(what): cannot use the images in \(options.directory)") { () throws(KernelError) in
            // Every checkpoint that is not preliminary has one.
            _ = try FileStatus(of: options.directory + "/inventory.img")
            return try CheckpointRecord.read(from: options.directory)
        }
        order.cgroup = record.cgroup
        return order
    }
}
