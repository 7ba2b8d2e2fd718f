// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LXCRuntime
import LinuxKernel

extension Container {
    /// A terminal of a running container that nobody else gets while this object lives.
    public final class Terminal {
        private let lease: TerminalLease
        /// The terminal's number; 0 is the console.
        public let number: Int32

        fileprivate init(_ lease: TerminalLease) {
            self.lease = lease
            number = lease.number
        }

        /// The controlling end of the terminal, which stays this object's.
        public var descriptor: Int32 { lease.descriptor.number }

        /// A descriptor that is readable when the container stops, which stays this object's.
        public var connection: Int32 { lease.connectionNumber }
    }

    /// Takes a terminal of the running container.
    ///
    /// - Parameter number: 0 is `/dev/console`, from 1 `/dev/tty1` and so on; nil for the first terminal that is free.
    /// - Returns: The terminal, which is given back when the object goes.
    /// - Throws: ``LXCError``: `notRunning`, and `failed` when it does not exist or somebody else has it.
    public func openTerminal(_ number: Int32? = nil) throws(LXCError) -> Terminal {
        let wanted: ControlRequest.Terminal =
            switch number {
            case nil: .anyFree
            case 0?: .console
            case let number?: .tty(number)
            }
        return Terminal(
            try asking("cannot get a terminal of \(name)") { () throws(ControlError) in try operations.client.terminal(wanted) })
    }

    /// Connects a terminal of the caller with one of the running container until the user leaves or the container stops.
    ///
    /// The user leaves with the escape key and then `q`.
    ///
    /// - Parameters:
    ///   - number: 0 is `/dev/console`, from 1 `/dev/tty1` and so on; nil for the first terminal that is free.
    ///   - input: The caller's terminal.
    ///   - output: Where it shows things.
    ///   - escape: The control key that begins a command: `a` for Ctrl-A.
    /// - Throws: ``LXCError``: `notRunning`, `notPermitted`, and `failed` when the terminal does not exist or somebody else has it.
    public func console(_ number: Int32? = nil, input: Int32 = 0, output: Int32 = 1, escape: Character = "a") throws(LXCError) {
        guard let letter = escape.asciiValue.map({ $0 | 0x20 }), (0x61...0x7A).contains(letter) else {
            throw LXCError(.failed, "cannot connect a terminal", reason: "\"\(escape)\" is not a letter that Ctrl goes with")
        }
        let work = work(.console(terminal: number, escape: letter - 0x60))
        try calling { () throws(OperationError) in
            _ = try ContainerWorker.perform(work, program: installation.worker, streams: [input, output])
        }
    }

    /// What the running container's console has shown last; `lxc.console.buffer.size` says how much is kept.
    ///
    /// - Parameters:
    ///   - limit: The most bytes; zero for all.
    ///   - clears: Whether it is forgotten afterwards.
    /// - Returns: The bytes; nothing when nothing was shown.
    /// - Throws: ``LXCError``: `notRunning`, and `failed` for a container that keeps nothing.
    public func consoleLog(limit: UInt64 = 0, clears: Bool = false) throws(LXCError) -> [UInt8] {
        let query = ConsoleLogQuery(clear: clears, read: true, limit: limit)
        return try asking("cannot read what the console of \(name) has shown") { () throws(ControlError) in
            try operations.client.consoleLog(query)
        }
    }

    /// The root of the running container's devpts filesystem.
    ///
    /// - Returns: The descriptor, which is the caller's.
    /// - Throws: ``LXCError``: `notRunning`, and `failed` for a container without one.
    public func devptsHandle() throws(LXCError) -> Descriptor {
        try descriptor("devpts") { (client) throws(ControlError) in try client.devptsDescriptor() }
    }

    /// The descriptor on which the kernel tells of system calls that the running container's filter wants somebody to decide about.
    ///
    /// - Returns: The descriptor, which is the caller's.
    /// - Throws: ``LXCError``: `notRunning`, and `failed` for a container without such a filter.
    public func seccompNotifyHandle() throws(LXCError) -> Descriptor {
        try descriptor("system call filter") { (client) throws(ControlError) in try client.seccompDescriptor() }
    }

    private func descriptor(
        _ what: String, _ ask: (ControlClient) throws(ControlError) -> SharedDescriptor
    ) throws(LXCError) -> Descriptor {
        let what = "cannot get the \(what) of \(name)"
        let found = try asking(what) { () throws(ControlError) in try ask(operations.client) }
        do { return Descriptor(try found.duplicate()) } catch { throw LXCError(what, error) }
    }
}
