// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LinuxKernel

/// `lxc-top` on a terminal: shows the containers again and again, and does what keys ask for.
struct TopSession<Engine: ContainerEngine> {
    private let request: TopRequest
    private let engine: Engine
    private var view: TopView
    private var containers: [ContainerUsage] = []
    private var machine = TopScreen.Pressure()

    private static var input: UInt64 { 1 }
    private static var signals: UInt64 { 2 }

    init(_ request: TopRequest, _ engine: Engine) {
        self.request = request
        self.engine = engine
        view = request.view
    }

    /// What ended the program, or did not.
    private enum Step: Equatable { case goOn, end(ExitCode) }

    /// Runs until a key or a signal ends it.
    mutating func run() throws(ToolFailure) -> ExitCode {
        let terminal = try Self.settingUp { () throws(KernelError) in try LiveTerminal() }
        // First the signals: one that ends the program must find the terminal given back.
        let deliveries = try Self.settingUp { () throws(KernelError) in
            try SignalDescriptor(blocking: [
                Signals.hangup, Signals.interrupt, Signals.quit, Signals.terminate, Signals.pipe, Signals.terminalStop,
                Signals.windowChange,
            ])
        }
        let epoll = try Self.settingUp { () throws(KernelError) in try Epoll() }
        let number = deliveries.number
        try Self.settingUp { () throws(KernelError) in
            try epoll.add(StandardStream.input.rawValue, .readable, identifier: Self.input)
            try epoll.add(number, .readable, identifier: Self.signals)
            try terminal.take()
        }
        defer { terminal.restore() }
        var looks = 0
        while true {
            try look()
            looks += 1
            try draw(terminal)
            if let most = request.count, looks >= most { return .success }
            let next = MonotonicInstant.now + request.delay
            while !next.hasPassed {
                let step: Step
                do throws(KernelError) { step = try wait(epoll, deliveries, terminal, until: next) } catch {
                    throw ToolFailure("cannot wait for a key", error)
                }
                if case .end(let code) = step { return code }
                try draw(terminal)
            }
        }
    }

    private static func settingUp<Value: ~Copyable>(_ body: () throws(KernelError) -> Value) throws(ToolFailure) -> Value {
        do { return try body() } catch { throw ToolFailure("cannot set up the terminal", error) }
    }

    private mutating func look() throws(ToolFailure) {
        containers = try engine.usage(request.options)
        machine = TopScreen.Pressure(processor: Self.pressure("cpu"), memory: Self.pressure("memory"))
    }

    private static func pressure(_ what: String) -> UInt64? {
        // A kernel without these files.
        do { return UsageText(try WholeFile.read("/proc/pressure/\(what)")[...]).someOfTenSeconds } catch { return nil }
    }

    private func draw(_ terminal: LiveTerminal) throws(ToolFailure) {
        let screen = TopScreen(width: StandardStream.output.terminalColumns ?? 80, height: StandardStream.output.terminalRows ?? 24)
        let (heading, rest) = screen.lines(view, containers, most: request.most, machine: machine)
        do { try terminal.show(heading, rest) } catch { throw ToolFailure("cannot write to the terminal", error) }
    }

    private mutating func wait(
        _ epoll: borrowing Epoll, _ deliveries: borrowing SignalDescriptor, _ terminal: LiveTerminal, until moment: MonotonicInstant
    ) throws(KernelError) -> Step {
        for event in try epoll.wait(until: moment) {
            let step = try event.identifier == Self.input ? keys() : signal(deliveries, terminal)
            if step != .goOn { return step }
        }
        return .goOn
    }

    private mutating func keys() throws(KernelError) -> Step {
        let bytes: [UInt8]
        do throws(KernelError) { bytes = try readDescriptor(StandardStream.input.rawValue, upTo: 64) } catch {
            // The terminal has gone away.
            if error.errno == .ioError { return .end(.failure) }
            throw error
        }
        if bytes.isEmpty { return .end(.failure) }
        for byte in bytes {
            switch Character(UnicodeScalar(byte)) {
            case "q": return .end(.success)
            case "r": view.isReversed.toggle()
            case let key: if let key = TopView.Key(rawValue: key) { view.choose(key) }
            }
        }
        return .goOn
    }

    private func signal(_ deliveries: borrowing SignalDescriptor, _ terminal: LiveTerminal) throws(KernelError) -> Step {
        while let delivery = try deliveries.next() {
            switch delivery.signal {
            case Signals.windowChange: continue
            case Signals.terminalStop:
                terminal.restore()
                try ProcessControl.send(Signals.stop, to: ProcessControl.pid)
                try terminal.take()
            default: return .end(.signal(delivery.signal))
            }
        }
        return .goOn
    }
}
