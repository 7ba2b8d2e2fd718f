// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// Long work on files in a copy of this process with mounts of its own: a signal ends it at once, and nothing that it mounts outlives it.
struct PrivateWork {
    /// What is being done, for errors.
    let what: String
    /// For an ordinary user: what gives the copy the rights over the container's files; it stays the user, so that what it makes is too.
    var helper: MappedHelper?
    /// Told from the beginning who may end the work.
    static let interruptions = TemplateRun.interruptions

    /// Does the work and waits for its end.
    ///
    /// - Parameters:
    ///   - signals: The ``interruptions``.
    ///   - work: Runs in the copy, in a mount namespace of its own from which nothing travels back.
    /// - Throws: ``LXCError``: the failure of the work, or that it was interrupted.
    func run(_ signals: borrowing BlockedSignals, _ work: () throws(OperationFailure) -> Void) throws(LXCError) {
        let bytes = try attempt(what) { () throws(KernelError) in
            let pipe = try Pipe()
            let descriptor = try signals.listen()
            switch try ProcessCopy.make() {
            case .child: perform(work, reportingTo: pipe.writer.number)
            case .parent(_, let handle): return try wait(for: handle, reading: pipe.closingWriter(), descriptor)
            }
        }
        switch StartResult(decoding: bytes) {
        case .running: return
        case .failed(let failure): throw LXCError(.failed, failure)
        case nil: throw LXCError(.failed, what, reason: "the process that did it was killed")
        }
    }

    private func perform(
        _ work: () throws(OperationFailure) -> Void, reportingTo writer: Int32
    ) -> Never {
        var result = StartResult.running
        do throws(OperationFailure) {
            try attempting(what) { () throws(KernelError) in try ProcessControl.setParentDeathSignal(Signals.kill) }
            if let helper {
                var entry = UserNamespaceEntry(mapping: helper.mapping)
                (entry.others, entry.keepsIdentity) = (.mount, true)
                try entry.enter()
            } else {
                try attempting(what) { () throws(KernelError) in
                    try Namespaces.unshare(.mount)
                    try MountPoint.setPropagation("/", .replica, recursive: true)
                }
            }
            try work()
        } catch { result = .failed(error) }
        do { try writeDescriptor(writer, result.encoded) } catch { ProcessCopy.exitNow(1) }  // the caller has died
        ProcessCopy.exitNow(0)
    }

    private func wait(
        for child: consuming PidFD, reading reader: consuming OwnedDescriptor, _ signals: borrowing SignalDescriptor
    ) throws(KernelError) -> [UInt8] {
        while true {
            let ready = try Poll.wait(child.number, signals.number)
            if ready.first { break }
            guard let signal = try signals.next() else { continue }
            try child.send(Signals.kill)
            _ = try child.collect()
            return StartResult.failed(OperationFailure(what, reason: "interrupted by signal \(signal.signal)")).encoded
        }
        _ = try child.collect()
        var bytes: [UInt8] = []
        while true {
            let part = try reader.read(upTo: 65536)
            if part.isEmpty { return bytes }
            bytes += part
        }
    }
}
