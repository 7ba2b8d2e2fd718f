// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// One run of a template for a container, in a mount namespace of its own.
struct TemplateRun {
    enum Outcome {
        case ended(ExitStatus)
        case interrupted(signal: Int32)
    }

    let template: Template
    /// The words after the program's name.
    let arguments: [String]
    let isQuiet: Bool
    /// What it fills, if that is to be mounted for it, and where; nobody else sees it there.
    let mount: (content: SharedDescriptor, target: String)?
    /// What is needed to run it as root of the container's ids, and the container's directory and root filesystem, which become that
    /// root's; nil to run it as the caller.
    var mapped: (helper: MappedHelper, directory: String, rootfs: String)?

    /// Signals that end the creation of a container.
    static let interruptions = [Signals.hangup, Signals.interrupt, Signals.quit, Signals.terminate]
    /// How long a template may tidy up after itself when it is interrupted.
    private static let grace: Duration = .seconds(5)

    /// Runs the template to its end.
    ///
    /// `blocked`: the ``interruptions``.
    /// Throws ``KernelError`` when the template cannot be executed.
    func run(_ blocked: borrowing BlockedSignals) throws(KernelError) -> Outcome {
        let signals = try blocked.listen()
        if let signal = try signals.next() { return .interrupted(signal: signal.signal) }
        var launch = self.launch
        // Only root may have private mounts here; in a user namespace the program has its own.
        launch.hasPrivateMounts = mapped == nil || ProcessControl.effectiveUser == 0
        launch.mount = mount.map { ($0.content.number, $0.target) }
        launch.diesWithParent = true
        // Files of a root filesystem must not depend on the caller's habits.
        launch.fileMask = 0o022
        let nothing = try OwnedDescriptor(opening: "/dev/null", .readWrite)
        if isQuiet { launch.descriptors = [(nothing.number, 1), (nothing.number, 2)] }
        let children = try ProcessChildren()
        let outcome: Outcome
        do {
            let child = try launch.start()
            outcome = try wait(for: PidFD(child.pid), signals)
        } catch {
            try children.finish()
            throw error
        }
        // What an interrupted template leaves running would go on writing to what is about to be removed.
        if case .interrupted = outcome { children.killNew(until: .now + Self.grace) }
        try children.finish()
        return outcome
    }

    private var launch: ProgramLaunch {
        guard let mapped else {
            return ProgramLaunch(.path(template.path), arguments: [template.path] + arguments, environment: ProcessEnvironment.lines)
        }
        var launch = mapped.helper.launch(["template", mapped.directory, mapped.rootfs, template.path] + arguments)
        // It looks like root to itself, and would use root's.
        if ProcessControl.effectiveUser != 0, ProcessEnvironment.value("LXC_CACHE_PATH") == nil, let home = ProcessEnvironment.value("HOME")
        {
            launch.environment.append("LXC_CACHE_PATH=\(home)/.cache/lxc")
        }
        return launch
    }

    private func wait(for child: borrowing PidFD, _ signals: borrowing SignalDescriptor) throws(KernelError) -> Outcome {
        while true {
            let ready = try Poll.wait(child.number, signals.number)
            if ready.first { return .ended(try child.collect()) }
            guard let signal = try signals.next() else { continue }
            try child.send(Signals.terminate)
            if !child.waitForEnd(milliseconds: Self.grace.pollMilliseconds) { try child.send(Signals.kill) }
            _ = try child.collect()
            return .interrupted(signal: signal.signal)
        }
    }
}
