// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCNetwork
import LinuxKernel

/// Runs the commands of one hook after the other; the first that fails ends the list.
final class HookRunner {
    /// Work to do while a hook runs: a descriptor that becomes readable, and what to do then. The supervisor answers requests.
    struct Interlude {
        let descriptor: Int32
        let work: () -> Void
        /// Asked after each piece of work: whether the hook is to be killed because the start is being abandoned.
        let isAbandoned: () -> Bool
    }

    let plan: StartPlan
    let log: LogWriter
    var environment: HookEnvironment
    var interlude: Interlude?

    /// As much of a hook's output as goes to the log.
    private static let outputLimit = 40 * 1024

    init(plan: StartPlan, log: LogWriter, environment: HookEnvironment) {
        self.plan = plan
        self.log = log
        self.environment = environment
    }

    /// Runs every command of a hook.
    ///
    /// `inside`: whether the caller sits in the container's namespaces.
    /// Throws ``OperationFailure`` naming the command, its end, its last words and where it was configured.
    func run(_ hook: Hook, inside: Bool, extra: [String] = []) throws(OperationFailure) {
        let commands = plan.config.hooks.commands(hook)
        guard !commands.isEmpty else { return }
        let lines = environment.lines(for: hook, plan: plan, inside: inside)
        let arguments = environment.arguments(for: hook, plan: plan, extra: extra)
        for command in commands {
            try run(command, title: "\(hook.rawValue) hook", key: "lxc.hook.\(hook.rawValue)", arguments, lines)
        }
    }

    /// Runs the scripts of a network device, on the host.
    ///
    /// Throws ``OperationFailure`` as ``run(_:inside:extra:)``.
    func run(_ moment: NetworkScript, of device: MadeDevice) throws(OperationFailure) {
        let commands = moment == .up ? device.settings.scriptsUp : device.settings.scriptsDown
        guard !commands.isEmpty else { return }
        let lines = environment.lines(for: moment, device, plan: plan)
        let arguments = environment.arguments(for: moment, device, plan: plan)
        for command in commands {
            let key = "lxc.net.\(device.settings.index).script.\(moment.rawValue)"
            try run(command, title: "network \(moment.rawValue) script", key: key, arguments, lines)
        }
    }

    private func run(
        _ command: Sourced<String>, title: String, key: String, _ arguments: [String], _ lines: [String]
    ) throws(OperationFailure) {
        log.info("running the \(title) \(command.value)")
        let (status, output) = try runOne(title, key, command, arguments, lines)
        for line in output.split(separator: "\n") { log.debug("\(title): \(line)") }
        guard status == .exited(0) else {
            let last = output.split(separator: "\n").last.map { "; it said: \($0)" } ?? ""
            throw OperationFailure(
                "the \(title) \(command.value) failed", reason: "it \(status)\(last)", key: key, origin: command.origin,
                hint: arguments.isEmpty ? nil : "run it by hand with the arguments \(arguments.joined(separator: " "))")
        }
    }

    private func runOne(
        _ title: String, _ key: String, _ command: Sourced<String>, _ arguments: [String], _ environment: [String]
    ) throws(OperationFailure) -> (ExitStatus, String) {
        do throws(KernelError) {
            // The value is shell text and may hold arguments of its own; ours are passed beside it, so that no name is ever re-read.
            let script = "exec \(command.value) \"$@\""
            var launch = ProgramLaunch(
                .path("/bin/sh"), arguments: ["sh", "-c", script, "sh"] + arguments, environment: environment)
            let pipe = try Pipe()
            launch.descriptors = [(pipe.writer.number, 1), (pipe.writer.number, 2)]
            launch.diesWithParent = true
            let child = try launch.start()
            guard let handle = child.handle else {
                throw KernelError(call: "clone", errno: .noSuchProcess, subject: "hook")
            }
            return (try wait(for: handle, reading: pipe.closingWriter()), output)
        } catch {
            throw OperationFailure("cannot run the \(title) \(command.value)", error, key: key, origin: command.origin)
        }
    }

    private var output = ""

    /// Waits for the end of the hook; its output is read on, so that it never blocks on a full pipe.
    private func wait(for handle: borrowing PidFD, reading reader: consuming OwnedDescriptor) throws(KernelError) -> ExitStatus {
        var collected: [UInt8] = []
        var isOpen = true
        while true {
            let ready = try Poll.wait(handle.number, isOpen ? reader.number : -1, interlude?.descriptor ?? -1)
            if ready.second {
                let part = try reader.read(upTo: 4096)
                if part.isEmpty { isOpen = false }
                collected += part.prefix(max(0, Self.outputLimit - collected.count))
            }
            if ready.third, let interlude {
                interlude.work()
                if interlude.isAbandoned() { try? handle.send(Signals.kill) }  // it may have ended by itself in between
            }
            // A hook's own background process may hold the pipe for ever: only what is there already is read after the end.
            if ready.first && !ready.second { break }
        }
        output = String(kernelBytes: collected)
        return try handle.collect()
    }
}
