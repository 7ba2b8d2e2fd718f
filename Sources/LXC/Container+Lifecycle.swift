// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LXCRuntime
import LinuxKernel

extension Container {
    /// Starts the container in the background, and waits until it runs.
    ///
    /// - Parameters:
    ///   - command: Takes the place of the container's init; empty for what its configuration says.
    ///   - options: How it is started.
    /// - Throws: ``LXCError`` with the step that failed, its reason, and the line that asked for it: `notDefined`, `alreadyRunning`,
    ///   `invalidConfiguration`, `unfinishedCreation` and others. Nothing of the start is left then.
    public func start(_ command: [String] = [], options: StartOptions = StartOptions()) throws(LXCError) {
        guard isDefined || options.configuration != nil else {
            throw LXCError(
                .notDefined, "cannot start \(name)", reason: "\(configurationFile) does not exist", hint: "create the container first")
        }
        try perform(.start(options.operation(command)), options.configuration)
    }

    /// Starts the container in the foreground, and waits for its end, as `lxc-start -F` does.
    ///
    /// The terminal that controls the calling process, if there is one, is connected with the container's console. The supervisor is a process
    /// of its own here too. What it finds wrong once it is at work it writes to standard error, and ends with status 1.
    ///
    /// - Parameters:
    ///   - command: Takes the place of the container's init; empty for what its configuration says.
    ///   - options: How it is started.
    /// - Returns: How the container's init, or the command, ended.
    /// - Throws: ``LXCError`` for what is known before anything happens: `notDefined`, `alreadyRunning`, `invalidConfiguration` and others.
    @discardableResult
    public func run(_ command: [String] = [], options: StartOptions = StartOptions()) throws(LXCError) -> ExitStatus {
        guard isDefined || options.configuration != nil || options.runsUnderInit else {
            throw LXCError(
                .notDefined, "cannot start \(name)", reason: "\(configurationFile) does not exist", hint: "create the container first")
        }
        let work = work(.startInForeground(options.operation(command)), options.configuration)
        let status = try calling { () throws(OperationError) in
            try ContainerWorker.performToEnd(work, program: installation.worker)
        }
        guard let status else {
            throw LXCError(.failed, "cannot learn how \(name) ended", reason: "its supervisor told no status")
        }
        return LXC.ExitStatus(waitStatus: status.waitStatus)
    }

    /// Kills the container, and waits until everything that belonged to its run is gone. One that does not run is left as it is.
    ///
    /// - Throws: ``LXCError``: `notPermitted`, `timedOut`.
    public func stop() throws(LXCError) {
        guard try calling({ () throws(OperationError) in try operations.isRunning() }) else {
            // What a supervisor that was killed has left undone is finished; there is nothing to do as a rule.
            if isDefined { try perform(.tidyUp) }
            return
        }
        try calling { () throws(OperationError) in try operations.kill() }
    }

    /// Asks the container's init to shut down, and waits until the container has stopped. One that does not run is left as it is.
    ///
    /// - Throws: ``LXCError``: `notPermitted`.
    public func shutdown() throws(LXCError) { _ = try shutDown(nil) }

    /// Asks the container's init to shut down, and waits for some time.
    ///
    /// ```swift
    /// if try !web.shutdown(within: .seconds(30)) { try web.stop() }
    /// ```
    ///
    /// - Parameter limit: The longest wait; zero only asks.
    /// - Returns: Whether the container has stopped.
    /// - Throws: ``LXCError``: `notPermitted`.
    public func shutdown(within limit: Duration) throws(LXCError) -> Bool { try shutDown(max(limit, .zero)) }

    private func shutDown(_ limit: Duration?) throws(LXCError) -> Bool {
        // A frozen init would never see the signal.
        if try state == .frozen { try unfreeze() }
        do throws(OperationError) {
            let isOver = try operations.shutdown(within: limit)
            return limit == .zero ? try operations.state() == .stopped : isOver
        } catch {
            if error.code == .notRunning { return true }
            throw LXCError(error)
        }
    }

    /// Asks the container's init to reboot, and waits until the container runs again.
    ///
    /// - Parameter limit: The longest wait; zero only asks, nil waits for ever.
    /// - Throws: ``LXCError``: `notRunning`, `timedOut` when it does not run again in time.
    public func reboot(within limit: Duration? = nil) throws(LXCError) {
        let limit = limit.map { max($0, .zero) }
        if try calling({ () throws(OperationError) in try operations.reboot(within: limit) }) { return }
        throw LXCError(.timedOut, "cannot reboot \(name)", reason: "it does not run again within the time given")
    }

    /// Gives the container's processes no more processor time.
    ///
    /// - Throws: ``LXCError``: `notRunning`, `timedOut` when a process does not stop within 10 seconds.
    public func freeze() throws(LXCError) { try perform(.freeze) }

    /// Lets a frozen container go on; one that is not frozen is left as it is.
    ///
    /// - Throws: ``LXCError`` as ``freeze()``.
    public func unfreeze() throws(LXCError) { try perform(.unfreeze) }
}
