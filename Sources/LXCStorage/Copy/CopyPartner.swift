// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The second process of a copy, seen from the first: it copies regular files while the first one walks the tree, makes everything else and,
/// when the second has enough to do, copies files, too.
package final class CopyPartner {
    /// A handle that an optional can hold.
    final class Process {
        let handle: PidFD
        init(_ handle: consuming PidFD) { self.handle = handle }
    }

    private let socket: UnixSocket
    /// Nil for one that lives in the same process, as tests have it.
    private let process: Process?

    init(_ socket: consuming UnixSocket, process: Process?) {
        self.socket = socket
        self.process = process
    }

    /// Copies the running process, which must have a single thread.
    static func start(_ copier: EntryCopier) throws(KernelError) -> CopyPartner {
        let pair = try UnixSocket.pair(.sequencedPackets)
        switch try ProcessCopy.make(options: .defaultSignalActions) {
        case .parent(let pid, let handle):
            ProcessCopy.beginElsewhere(pid)
            return CopyPartner(pair.closingSecond(), process: Process(handle))
        case .child:
            // Whatever goes wrong, the other end learns it: a failure of a file in a message, anything else as the end of the messages.
            do throws(KernelError) {
                // So that it does not go on with a large file when nobody waits for it; the other end may also be gone already.
                try ProcessControl.setParentDeathSignal(9)
                let socket = pair.closingFirst()
                try serve(socket, copier)
            } catch { ProcessCopy.exitNow(1) }
            ProcessCopy.exitNow(0)
        }
    }

    /// Hands over files; the descriptors stay the caller's.
    func send(_ request: CopyRequest, _ source: Int32, _ target: Int32) throws(KernelError) {
        do throws(KernelError) { _ = try socket.send(request.bytes, descriptors: [source, target]) } catch { throw Self.explained(error) }
    }

    /// The next message; nil when none is there yet.
    ///
    /// - Throws: ``KernelError``, `.connectionReset` when the process has died.
    func receive(wait: Bool) throws(KernelError) -> CopyReply? {
        let received: [UInt8]?
        do throws(KernelError) { received = try socket.receive(upTo: CopyReply.mostBytes, wait: wait) } catch {
            throw Self.explained(error)
        }
        guard let bytes = received else { return nil }
        if bytes.isEmpty { throw Self.explained(KernelError(call: "recv", errno: .connectionReset, subject: "")) }
        guard let reply = CopyReply(bytes) else { throw KernelError(call: "recv", errno: .badMessage, subject: "") }
        return reply
    }

    private static func explained(_ error: KernelError) -> KernelError {
        guard error.errno == .connectionReset || error.errno == .brokenPipe else { return error }
        return KernelError(call: error.call, errno: error.errno, subject: "", explanation: "the second process of the copy died")
    }

    /// Ends the process and collects it.
    ///
    /// `byForce`: while it may have something to do.
    func stop(byForce: Bool) throws(KernelError) {
        // Either fails only if the process is dead already; it is collected all the same.
        try? socket.shutdown(reading: true, writing: true)
        guard let process else { return }
        if byForce { try? process.handle.send(9) }  // as above
        _ = try process.handle.collect()
    }

    // MARK: The second process

    /// Copies what it is asked to until the other end closes.
    static func serve(_ socket: borrowing UnixSocket, _ copier: EntryCopier) throws(KernelError) {
        while let message = try socket.receiveMessage(upTo: CopyRequest.mostBytes), !message.bytes.isEmpty {
            guard let request = CopyRequest(message.bytes), message.descriptors.count == 2 else {
                throw KernelError(call: "recvmsg", errno: .badMessage, subject: "")
            }
            guard try fulfil(request, message.descriptors[0], message.descriptors[1], socket, copier) else {
                // An end with requests unread would reach the other side as a reset, ahead of the message that says what went wrong.
                while let rest = try socket.receiveMessage(upTo: CopyRequest.mostBytes), !rest.bytes.isEmpty {}
                return
            }
        }
    }

    private static func fulfil(
        _ request: CopyRequest, _ source: SharedDescriptor, _ target: SharedDescriptor, _ socket: borrowing UnixSocket,
        _ copier: EntryCopier
    ) throws(KernelError) -> Bool {
        var meter = ByteMeter()
        var others: [Int] = []
        var vanished = 0
        for (index, name) in request.names.enumerated() {
            do throws(KernelError) {
                let outcome = try copier.copyPlain(name, from: source.owned, to: target.owned) {
                    // What it says when nobody listens any more is of no use.
                    if let bytes = meter.add($0) { _ = try? socket.send(CopyReply.progress(bytes: bytes).bytes) }
                }
                switch outcome {
                case .copied: break
                case .vanished: vanished += 1
                case .other: others.append(index)
                }
            } catch {
                _ = try socket.send(CopyReply.failed(number: request.number, index: index, error).bytes)
                return false
            }
        }
        _ = try socket.send(CopyReply.done(number: request.number, bytes: meter.bytes, vanished: vanished, others: others).bytes)
        return true
    }

    /// Counts bytes, and says them every tenth of a second.
    private struct ByteMeter {
        private(set) var bytes: Int64 = 0
        private var next: MonotonicInstant?

        mutating func add(_ count: Int64) -> Int64? {
            bytes += count
            // Most files are copied before a clock need be read; and most requests before the time is over.
            guard let due = next else {
                next = .now + .milliseconds(100)
                return nil
            }
            guard bytes >= 1 << 20, due.hasPassed else { return nil }
            next = .now + .milliseconds(100)
            defer { bytes = 0 }
            return bytes
        }
    }
}
