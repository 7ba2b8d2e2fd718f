// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Carries bytes between the user's terminal and a terminal of a container; nothing is lost, and nobody is waited for.
final class TerminalRelay {
    /// What keys do to the relay itself.
    private var keys: EscapeKeys?
    private let loop: EventLoop
    private let container: SharedDescriptor
    private let output: SharedDescriptor?
    private let input: SharedDescriptor?
    private var record: SharedDescriptor?
    private var towardsContainer: [UInt8] = []
    private var towardsUser: [UInt8] = []
    private var watches: [Watch] = []
    private var isContainerSilent = false
    private var hasInputEnded = false
    /// The user pressed the keys that leave.
    private(set) var wasLeft = false
    /// The container's terminal gave its end of file.
    private(set) var hasContainerEnded = false

    /// Nothing more will be carried in at least one direction.
    var hasEnded: Bool { hasContainerEnded || hasInputEnded }

    private static let chunk = 65536

    /// Begins to carry bytes.
    ///
    /// - Parameters:
    ///   - loop: Calls the relay when something is ready.
    ///   - container: The controlling end of the container's terminal.
    ///   - input: The user's terminal to read keys from.
    ///   - output: The user's terminal to show things on.
    ///   - record: A file that gets everything that is shown.
    ///   - keys: The keys that are not for the container.
    /// - Throws: ``KernelError`` when a descriptor cannot be watched.
    init(
        loop: EventLoop, container: SharedDescriptor, input: SharedDescriptor?, output: SharedDescriptor?, record: SharedDescriptor? = nil,
        keys: EscapeKeys? = nil
    ) throws(KernelError) {
        self.loop = loop
        self.container = container
        self.input = input
        self.output = output
        self.record = record
        self.keys = keys
        try DescriptorFlags.setNonBlocking(container.number)
        watches = [
            Watch(loop, container.number) { [self] in containerIsReady($0) },
            Watch(loop, input?.number) { [self] in inputIsReady($0) },
            Watch(loop, output?.number) { [self] _ in flushToUser() },
        ]
        try watch()
    }

    /// A descriptor of the same terminal that can be made non-blocking without the caller's shell noticing.
    ///
    /// - Returns: Plainly the same open file when the terminal may not be opened again, as after `su`.
    static func reopen(_ number: Int32, _ flags: OpenFlags) throws(KernelError) -> SharedDescriptor {
        do {
            return SharedDescriptor(
                try OwnedDescriptor(opening: "/proc/self/fd/\(number)", flags.union([.noControllingTerminal, .nonBlocking])))
        } catch {
            return SharedDescriptor(try DescriptorFlags.duplicate(number))
        }
    }

    /// Collects what is left after the program's end and shows all of it, as long as that takes.
    func finish() throws(KernelError) {
        // What the kernel can hold for a terminal; somebody else in the container may write for ever.
        var rest = 16
        while rest > 0, try readContainer() { rest -= 1 }
        guard let output else { return }
        while !towardsUser.isEmpty {
            _ = try Poll.wait(output.number, for: .writable, until: nil)
            flushToUser()
        }
    }

    /// Stops watching.
    func close() throws(KernelError) { for watch in watches { try watch.want([]) } }

    private func watch() throws(KernelError) {
        var interest: Readiness = []
        if towardsUser.isEmpty && !isContainerSilent && !hasContainerEnded { interest.insert(.readable) }
        if !towardsContainer.isEmpty && !isContainerSilent { interest.insert(.writable) }
        try watches[0].want(interest)
        try watches[1].want(towardsContainer.isEmpty && !hasInputEnded && !wasLeft ? .readable : [])
        try watches[2].want(towardsUser.isEmpty ? [] : .writable)
    }

    private func update() {
        // Only a descriptor that the kernel cannot watch fails here, and all of them have been watched before.
        do { try watch() } catch { hasContainerEnded = true }
    }

    private func containerIsReady(_ ready: Readiness) {
        if ready.contains(.writable) { flushToContainer() }
        if !ready.isDisjoint(with: [.readable, .hungUp, .failed]) && towardsUser.isEmpty {
            do { _ = try readContainer() } catch { hasContainerEnded = true }
        }
        update()
    }

    /// Reads once; false when nothing is there.
    private func readContainer() throws(KernelError) -> Bool {
        do {
            let bytes = try container.owned.read(upTo: Self.chunk)
            if bytes.isEmpty {
                hasContainerEnded = true
                return false
            }
            keep(bytes)
            if output != nil { towardsUser += bytes }
            flushToUser()
            return true
        } catch {
            if error.errno == .resourceTemporarilyUnavailable { return false }
            guard error.errno == .ioError else { throw error }
            waitForOpener()
            return false
        }
    }

    private func keep(_ bytes: [UInt8]) {
        // A full disk ends the recording, not the program.
        do { try record?.owned.writeAll(bytes) } catch { record = nil }
    }

    /// Nobody in the container has the terminal open, for example between two logins.
    private func waitForOpener() {
        isContainerSilent = true
        loop.schedule(after: .milliseconds(100)) { [self] in
            isContainerSilent = false
            update()
        }
    }

    private func inputIsReady(_ ready: Readiness) {
        guard let input else { return }
        do {
            let bytes = try input.owned.read(upTo: 4096)
            if bytes.isEmpty { hasInputEnded = true }
            if keys != nil {
                let (passed, leaves) = keys?.filter(bytes) ?? (bytes, false)
                towardsContainer += passed
                if leaves { wasLeft = true }
            } else {
                towardsContainer += bytes
            }
            flushToContainer()
        } catch {
            // The user's terminal is gone; the program is told by its own hang-up.
            if error.errno != .resourceTemporarilyUnavailable { hasInputEnded = true }
        }
        update()
    }

    private func flushToContainer() {
        guard !towardsContainer.isEmpty else { return }
        do { towardsContainer.removeFirst(try container.owned.writeSome(towardsContainer)) } catch {
            if error.errno != .resourceTemporarilyUnavailable { towardsContainer = [] }
        }
    }

    private func flushToUser() {
        guard let output else {
            towardsUser = []
            return
        }
        if !towardsUser.isEmpty {
            do { towardsUser.removeFirst(try output.owned.writeSome(towardsUser)) } catch {
                // A terminal that is gone shows nothing any more.
                if error.errno != .resourceTemporarilyUnavailable { towardsUser = [] }
            }
        }
        update()
    }
}

/// One descriptor of the relay, watched only while somebody wants something of it: a hang-up would wake the loop for ever.
private final class Watch {
    private let loop: EventLoop
    private let number: Int32?
    private let handler: EventLoop.Handler
    private var source: EventLoop.Source?

    init(_ loop: EventLoop, _ number: Int32?, handler: @escaping EventLoop.Handler) {
        self.loop = loop
        self.number = number
        self.handler = handler
    }

    func want(_ interest: Readiness) throws(KernelError) {
        guard let number else { return }
        switch (source, interest.isEmpty) {
        case (let source?, true):
            self.source = nil
            try loop.remove(source)
        case (let source?, false): try loop.change(source, interest)
        case (nil, false): source = try loop.add(number, interest, handler: handler)
        case (nil, true): return
        }
    }
}

/// The keys that `lxc-console` keeps for itself: a control key, then `q` to leave, or the same key again to send it.
struct EscapeKeys: Sendable, Equatable {
    /// The control key's byte.
    let prefix: UInt8
    private var isPending = false

    init(prefix: UInt8) { self.prefix = prefix }

    /// Takes the keys out of what was typed.
    ///
    /// - Returns: What goes to the container, and whether the user leaves; what was typed after that is dropped.
    mutating func filter(_ typed: [UInt8]) -> (passed: [UInt8], leaves: Bool) {
        var passed: [UInt8] = []
        for byte in typed {
            if byte == prefix && !isPending {
                isPending = true
                continue
            }
            if isPending && byte == UInt8(ascii: "q") { return (passed, true) }
            isPending = false
            passed.append(byte)
        }
        return (passed, false)
    }
}
