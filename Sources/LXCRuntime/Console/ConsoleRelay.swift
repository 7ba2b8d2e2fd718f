// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Carries bytes between the container's console and whoever looks at it: a terminal, lxc-console, the log, the ring buffer.
///
/// The console is always read, so that a container never blocks because nobody looks. A viewer that does not read slows the
/// container down, as a real terminal does, but never this process: every descriptor is non-blocking.
final class ConsoleRelay {
    private let loop: EventLoop
    private let console: SharedDescriptor
    /// Held open so that the console does not hang up while the container has it closed for a moment.
    private let terminal: SharedDescriptor
    private let log: LogWriter
    var ring: ConsoleRingBuffer
    private var logFile: ConsoleLog?
    private var consoleSource: EventLoop.Source?
    private var peer: Peer?

    /// Somebody who looks at the console.
    private struct Peer {
        let descriptor: SharedDescriptor
        let source: EventLoop.Source
        /// Output that the viewer has not taken yet.
        var pending: [UInt8] = []
    }

    private static let chunk = 4096

    /// `console`: the controlling end.
    /// `terminal`: the other end, which is the container's `/dev/console`.
    init(
        loop: EventLoop, console: SharedDescriptor, terminal: SharedDescriptor, settings: ConsoleSettings, log: LogWriter
    ) throws(KernelError) {
        self.loop = loop
        self.console = console
        self.terminal = terminal
        self.log = log
        ring = ConsoleRingBuffer(capacity: Int(clamping: settings.bufferSize))
        if let path = settings.logFile {
            logFile = try ConsoleLog(path: path, limit: settings.logSize, rotates: settings.rotate)
        }
        try DescriptorFlags.setNonBlocking(console.number)
        consoleSource = try loop.add(console.number, .readable) { [self] _ in consoleIsReadable() }
    }

    /// Whether a viewer is connected.
    var isBusy: Bool { peer != nil }

    /// Connects a viewer; there is at most one.
    ///
    /// `descriptor`: a terminal in raw mode.
    func connect(_ descriptor: SharedDescriptor) throws(KernelError) {
        try DescriptorFlags.setNonBlocking(descriptor.number)
        let source = try loop.add(descriptor.number, .readable) { [self] ready in peerIsReady(ready) }
        peer = Peer(descriptor: descriptor, source: source)
    }

    func disconnect() {
        guard let peer else { return }
        removeSource(peer.source)
        self.peer = nil
        resume()
    }

    /// Stops watching; the console's last output is collected first.
    func close() {
        consoleIsReadable()
        disconnect()
        if let consoleSource { removeSource(consoleSource) }
        consoleSource = nil
    }

    /// Gives the console the size of a terminal.
    func copySize(from terminal: Int32) {
        do { try TerminalMode.copySize(from: terminal, to: console.number) } catch { log.debug("console size: \(error)") }
    }

    private func consoleIsReadable() {
        guard peer?.pending.isEmpty ?? true else { return }
        do {
            let bytes = try console.owned.read(upTo: Self.chunk)
            if bytes.isEmpty { return endOfConsole() }
            ring.append(bytes)
            append(bytes)
            deliver(bytes)
        } catch {
            if error.errno == .resourceTemporarilyUnavailable { return }
            log.debug("console: \(error)")
            endOfConsole()
        }
    }

    private func endOfConsole() {
        guard let consoleSource else { return }
        removeSource(consoleSource)
        self.consoleSource = nil
    }

    private func append(_ bytes: [UInt8]) {
        guard let logFile else { return }
        do { try logFile.append(bytes) } catch {
            log.warn("the console log cannot be written: \(error.reason); it ends here")
            self.logFile = nil
        }
    }

    private func deliver(_ bytes: [UInt8]) {
        guard let peer else { return }
        let written = write(bytes, to: peer.descriptor)
        guard written < bytes.count else { return }
        self.peer?.pending = Array(bytes[written...])
        // No more is read from the console until the viewer has taken this.
        changeInterest(peer.source, [.readable, .writable])
    }

    private func peerIsReady(_ ready: Readiness) {
        guard var current = peer else { return }
        if ready.contains(.writable), !current.pending.isEmpty {
            let written = write(current.pending, to: current.descriptor)
            current.pending.removeFirst(min(written, current.pending.count))
            peer = current
            if current.pending.isEmpty {
                changeInterest(current.source, .readable)
                resume()
            }
        }
        guard !ready.isDisjoint(with: [.readable, .hungUp, .failed]) else { return }
        do {
            let bytes = try current.descriptor.owned.read(upTo: Self.chunk)
            if bytes.isEmpty { return disconnect() }
            // Input beyond what the container takes is dropped, as a terminal line does when its queue is full.
            _ = write(bytes, to: console)
        } catch {
            if error.errno != .resourceTemporarilyUnavailable { disconnect() }
        }
    }

    private func resume() {
        guard consoleSource != nil else { return }
        consoleIsReadable()
    }

    private func changeInterest(_ source: EventLoop.Source, _ interest: Readiness) {
        do { try loop.change(source, interest) } catch { log.debug("console: \(error)") }
    }

    private func removeSource(_ source: EventLoop.Source) {
        do { try loop.remove(source) } catch { log.debug("console: \(error)") }
    }

    /// Writes what fits; returns how much that was.
    private func write(_ bytes: [UInt8], to descriptor: SharedDescriptor) -> Int {
        do { return try descriptor.owned.writeSome(bytes) } catch {
            return error.errno == .resourceTemporarilyUnavailable ? 0 : bytes.count
        }
    }
}
