// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Connects the caller's terminal with a terminal of a running container until the user leaves or the container stops.
package struct ConsoleSession {
    /// Why there was no connection, or why it ended.
    package enum Failure: Error, Sendable, Equatable {
        case notRunning
        case notPermitted
        /// The caller's input is no terminal.
        case noTerminal
        /// The terminal does not exist, or somebody else has it.
        case denied
        /// A signal ended the connection.
        case signal(Int32)
        case failed(OperationFailure)
    }

    private let client: ControlClient
    private let terminal: ControlRequest.Terminal
    private let escape: UInt8
    private let input: Int32
    private let output: Int32

    /// - Parameters:
    ///   - client: Asks the container's monitor.
    ///   - terminal: 0 is the console, from 1 the terminals; nil means the first free terminal.
    ///   - escape: The control character that begins a command to us, 1 (Ctrl-A) to 26 (Ctrl-Z).
    ///   - input: The caller's terminal.
    ///   - output: Where it shows things.
    package init(
        client: ControlClient, terminal: Int32?, escape: UInt8, input: Int32 = StandardStream.input.rawValue,
        output: Int32 = StandardStream.output.rawValue
    ) {
        self.client = client
        self.input = input
        self.output = output
        self.terminal =
            switch terminal {
            case nil: .anyFree
            case 0?: .console
            case let number?: .tty(number)
            }
        self.escape = escape
    }

    /// Runs the connection to its end; the caller's terminal is as it was then.
    ///
    /// - Parameter greet: Called with the number of the terminal once it is ours, and before anything of it is shown.
    /// - Throws: ``Failure``.
    package func run(greet: (Int32) -> Void) throws(Failure) {
        let isRunning: Bool
        do { isRunning = try client.isRunning() } catch { throw Self.failure(error) }
        guard isRunning else { throw .notRunning }
        guard TerminalMode.isTerminal(input) else { throw .noTerminal }
        let lease: TerminalLease
        do { lease = try client.terminal(terminal) } catch { throw Self.failure(error) }
        let ending: Int32?
        do throws(KernelError) { ending = try connect(lease, greet) } catch {
            throw .failed(OperationFailure("cannot connect the terminal", error))
        }
        if let ending { throw .signal(ending) }
    }

    private static func failure(_ error: ControlError) -> Failure {
        switch error {
        case .stopped: .notRunning
        case .notPermitted: .notPermitted
        case .refused(.badFileDescriptor): .denied
        default: .failed(OperationFailure("cannot get a terminal of the container", reason: error.description))
        }
    }

    /// Nil when the user left or the container stopped, else the signal that ended the connection.
    private func connect(_ lease: TerminalLease, _ greet: (Int32) -> Void) throws(KernelError) -> Int32? {
        let loop = try EventLoop()
        let signals = try SignalDescriptor(
            blocking: [Signals.interrupt, Signals.quit, Signals.terminate, Signals.hangup, Signals.windowChange])
        let visible = TerminalMode.isTerminal(output) ? output : input
        try TerminalMode.copySize(from: input, to: lease.descriptor.number)
        let raw = try RawTerminal(input)
        defer { raw.restore() }
        greet(lease.number)
        let relay = try TerminalRelay(
            loop: loop, container: lease.descriptor, input: TerminalRelay.reopen(input, .readOnly),
            output: TerminalRelay.reopen(visible, .writeOnly), keys: EscapeKeys(prefix: escape))
        var isReleased = false
        let connection = try loop.add(lease.connectionNumber) { _ in isReleased = true }
        var hasSignal = false
        let signal = try loop.add(signals.number) { _ in hasSignal = true }
        var ending: Int32?
        while ending == nil && !isReleased && !relay.wasLeft && !relay.hasEnded {
            try loop.run(until: { isReleased || hasSignal || relay.wasLeft || relay.hasEnded })
            hasSignal = false
            while let delivery = try signals.next() {
                if delivery.signal != Signals.windowChange { ending = delivery.signal }
                // A terminal that is gone has no size; its end shows when it is read.
                do { try TerminalMode.copySize(from: input, to: lease.descriptor.number) } catch {}
            }
        }
        try loop.remove(connection)
        try loop.remove(signal)
        if isReleased || relay.hasContainerEnded { try relay.finish() }
        try relay.close()
        return ending
    }
}
