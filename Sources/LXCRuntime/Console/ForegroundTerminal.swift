// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The terminal that looks at the console for the whole life of the container: the caller's, or the device of `lxc.console.path`.
final class ForegroundTerminal {
    let descriptor: SharedDescriptor
    private let saved: TerminalMode.Saved

    var number: Int32 { descriptor.number }

    /// - Throws: ``KernelError`` when the path is not a terminal.
    init(path: String) throws(KernelError) {
        descriptor = SharedDescriptor(try OwnedDescriptor(opening: path, [.readWrite, .noControllingTerminal]))
        saved = try TerminalMode.current(of: descriptor.number)
    }

    /// Every key goes to the container from now on.
    func makeRaw() throws(KernelError) { try TerminalMode.makeRaw(number) }

    /// Gives the terminal back as it was.
    func restore() {
        _ = try? TerminalMode.restore(saved, on: number)  // the terminal may have gone away, and with it its mode
    }
}

extension Supervisor {
    /// Opens the terminal that looks at the console, and the console's pair if it comes from the host's devpts.
    func prepareForeground() throws(OperationFailure) -> PseudoTerminal? {
        let settings = plan.config.console
        guard settings.consolePath != "none" else { return nil }
        if foreground == nil {
            if let path = settings.consolePath {
                foreground = try attempting(
                    "cannot use \(path) as the console", key: "lxc.console.path", origin: plan.config.origin(of: "lxc.console.path"),
                    hint: "it must be a terminal"
                ) { () throws(KernelError) in try ForegroundTerminal(path: path) }
            } else if plan.isForeground {
                // Without a controlling terminal nobody looks at the console.
                foreground = try? ForegroundTerminal(path: "/dev/tty")
            }
        }
        guard settings.ptyMax <= 1, plan.config.rootfs.path != nil || foreground != nil else { return nil }
        return try attempting("cannot make the console") { () throws(KernelError) in
            let pair = try PseudoTerminal()
            if namespaces.mappedRoot != (0, 0) {
                try TerminalFile.setOwner(pair.terminal.number, user: namespaces.mappedRoot.user, group: namespaces.mappedRoot.group)
            }
            return pair
        }
    }

    /// Watches a console that the host's devpts provided.
    func connectHostConsole(_ pair: PseudoTerminal?) throws(OperationFailure) {
        if let pair { try connectConsole(pair.controller, pair.terminal) }
    }

    /// Watches the console and connects the caller's terminal to it.
    func connectConsole(_ controller: SharedDescriptor, _ terminal: SharedDescriptor) throws(OperationFailure) {
        let relay: ConsoleRelay
        let settings = plan.config.console
        do throws(KernelError) {
            relay = try ConsoleRelay(loop: loop, console: controller, terminal: terminal, settings: settings, log: log)
        } catch {
            guard let logFile = settings.logFile, error.subject == logFile else {
                throw OperationFailure("cannot watch the console", error)
            }
            throw OperationFailure("cannot write the console's log \(logFile)", error, key: "lxc.console.logfile")
        }
        console = relay
        guard let foreground else { return }
        try attempting("cannot connect the terminal to the console") { () throws(KernelError) in
            try foreground.makeRaw()
            relay.copySize(from: foreground.number)
            // A second open file: its non-blocking mode is not the caller's.
            try relay.connect(
                SharedDescriptor(try OwnedDescriptor(opening: "/proc/self/fd/\(foreground.number)", [.readWrite, .noControllingTerminal])))
        }
    }
}
