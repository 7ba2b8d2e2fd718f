// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// A pseudo-terminal for a process that runs a function of the caller's program, carried by the thread that asked for it.
///
/// ``AttachTerminal`` is for programs that do nothing else; here signals and the standard streams are the caller's own affair.
package final class CallbackTerminal {
    private let pair: PseudoTerminal
    private var timer: EventLoop.Timer?
    /// Whoever changes a window's size tells its programs by a signal, which is not a library's to take.
    private static let sizeInterval = Duration.milliseconds(250)

    /// Number of the end that the process gets.
    package var number: Int32 { pair.terminal.number }

    init(_ pair: PseudoTerminal) { self.pair = pair }

    /// Carries bytes until the process ends; a terminal among the caller's streams is in raw mode meanwhile.
    ///
    /// - Parameters:
    ///   - input: The caller's descriptor whose keys go to the process, if it is a terminal.
    ///   - output: The caller's descriptor that shows what the process says.
    ///   - process: The process; it is not collected.
    /// - Throws: ``AttachFailure`` when nothing can be carried; the process goes on then.
    package func carry(input: Int32, output: Int32, until process: borrowing PidFD) throws(AttachFailure) {
        let handle = process.number
        try attaching { () throws(OperationFailure) in
            try attempting("cannot connect the terminal") { () throws(KernelError) in
                try carry(input, output, handle)
            }
        }
    }

    private func carry(_ input: Int32, _ output: Int32, _ process: Int32) throws(KernelError) {
        let loop = try EventLoop()
        let isKeyboard = TerminalMode.isTerminal(input)
        let relay = try TerminalRelay(
            loop: loop, container: pair.controller, input: isKeyboard ? try TerminalRelay.reopen(input, .readOnly) : nil,
            output: output < 0 ? nil : try TerminalRelay.reopen(output, .writeOnly))
        let raw = isKeyboard ? try RawTerminal(input) : nil
        defer { raw?.restore() }
        let visible = isKeyboard ? input : TerminalMode.isTerminal(output) ? output : nil
        if let visible { followSize(of: visible, loop) }
        var hasEnded = false
        let source = try loop.add(process) { _ in hasEnded = true }
        try loop.run(until: { hasEnded })
        try loop.remove(source)
        if let timer { loop.cancel(timer) }
        try relay.finish()
        try relay.close()
    }

    private func followSize(of visible: Int32, _ loop: EventLoop) {
        // A terminal that is gone has no size.
        do { try TerminalMode.copySize(from: visible, to: pair.controller.number) } catch { return }
        timer = loop.schedule(after: Self.sizeInterval) { [self] in followSize(of: visible, loop) }
    }
}

extension CallbackAttach {
    /// A terminal for the process, in the container's own devpts where there is one.
    package func makeTerminal() throws(AttachFailure) -> CallbackTerminal {
        let devpts = orders.namespaces.contains(.mount) ? try AttachTerminal.containerDevpts(client) : nil
        return try attaching { () throws(OperationFailure) in
            try attempting("cannot make a terminal in the container", hint: "raise lxc.pty.max, or the host's /proc/sys/kernel/pty/max") {
                () throws(KernelError) in
                let pair = try PseudoTerminal(devpts: devpts?.number)
                if plan.terminalMapping == nil, plan.terminalOwner != ProcessControl.effectiveUser {
                    try TerminalFile.setOwner(pair.terminal.number, user: plan.terminalOwner, group: .max)
                }
                return CallbackTerminal(pair)
            }
        }
    }
}
