// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The pseudo-terminal between the caller's terminal and the program; the program never gets the caller's own.
final class AttachTerminal {
    private let pair: PseudoTerminal
    private let record: SharedDescriptor?
    private var relay: TerminalRelay?
    private var raw: RawTerminal?

    /// Number of the terminal end.
    var terminal: Int32 { pair.terminal.number }

    private init(_ pair: PseudoTerminal, _ record: SharedDescriptor?) {
        self.pair = pair
        self.record = record
    }

    /// Makes the pair; nil when none of the caller's standard streams is a terminal.
    static func make(_ plan: AttachPlan, _ client: ControlClient) throws(AttachFailure) -> AttachTerminal? {
        guard visible != nil else { return nil }
        let devpts = plan.namespaces.contains(.mount) ? try containerDevpts(client) : nil
        return try attaching { () throws(OperationFailure) in
            let pair = try attempting(
                "cannot make a terminal in the container", hint: "raise lxc.pty.max, or the host's /proc/sys/kernel/pty/max"
            ) { () throws(KernelError) in
                let pair = try PseudoTerminal(devpts: devpts?.number)
                if let visible { try TerminalMode.copySize(from: visible, to: pair.controller.number) }
                if plan.terminalMapping == nil, plan.terminalOwner != ProcessControl.effectiveUser {
                    try TerminalFile.setOwner(pair.terminal.number, user: plan.terminalOwner, group: .max)
                }
                return pair
            }
            if let mapped = plan.terminalMapping {
                try MappedHelper(mapped.mapping).run(
                    ["terminal", "\(mapped.owner)"], "cannot give the terminal to the container's user",
                    descriptors: [(from: pair.terminal.number, to: 3)])
            }
            return AttachTerminal(pair, try openRecord(plan.terminalLog))
        }
    }

    /// Nil for a container without a devpts of its own; the host's serves then.
    static func containerDevpts(_ client: ControlClient) throws(AttachFailure) -> SharedDescriptor? {
        do { return try client.devptsDescriptor() } catch {
            if error == .unsupported { return nil }
            if case .refused = error { return nil }
            throw AttachFailure("cannot make a terminal in the container", error)
        }
    }

    private static func openRecord(_ path: String?) throws(OperationFailure) -> SharedDescriptor? {
        guard let path else { return nil }
        return try attempting("cannot record the terminal in \(path)") { () throws(KernelError) in
            SharedDescriptor(try OwnedDescriptor(opening: path, [.writeOnly, .create, .append, .noControllingTerminal], mode: 0o600))
        }
    }

    /// The caller's stream on which the user sees things.
    private static var visible: Int32? {
        [StandardStream.output, .error, .input].first { $0.isTerminal }?.rawValue
    }

    /// Begins to carry bytes; the caller's terminal is in raw mode from now on.
    func connect(_ loop: EventLoop) throws(OperationFailure) {
        try attempting("cannot connect the terminal") { () throws(KernelError) in
            let keyboard = StandardStream.input.isTerminal
            let input = keyboard ? try TerminalRelay.reopen(StandardStream.input.rawValue, .readOnly) : nil
            let output = try Self.visible.map { (number) throws(KernelError) in try TerminalRelay.reopen(number, .writeOnly) }
            relay = try TerminalRelay(loop: loop, container: pair.controller, input: input, output: output, record: record)
            if keyboard { raw = try RawTerminal(StandardStream.input.rawValue) }
        }
    }

    /// The user's window has another size.
    func copySize() {
        guard let visible = Self.visible else { return }
        do { try TerminalMode.copySize(from: visible, to: pair.controller.number) } catch {}  // a terminal that is gone has no size
    }

    /// Shows what is left, and gives the caller's terminal back.
    func disconnect() throws(OperationFailure) {
        defer { raw?.restore() }
        try attempting("cannot show the program's last output") { () throws(KernelError) in
            try relay?.finish()
            try relay?.close()
        }
        relay = nil
    }
}
