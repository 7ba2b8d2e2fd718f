// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

extension Supervisor {
    /// Has a mount made by a copy of this process, which goes on answering meanwhile: a filesystem of the host may never answer whoever
    /// looks at it, and the container can be stopped all the same.
    ///
    /// Not while this process has a second thread: see ``NewNetwork``.
    ///
    /// - Parameter make: Runs in the copy; nil when there is nothing to mount.
    /// - Returns: What it returned.
    /// - Throws: ``OperationFailure``: its own, or that somebody asked to stop the container.
    func apart(_ make: () throws(OperationFailure) -> SharedDescriptor?) throws(OperationFailure) -> SharedDescriptor? {
        let what = "cannot make the container's mounts"
        let pair = try attempting(what) { () throws(KernelError) in try UnixSocket.pair(.sequencedPackets) }
        switch try attempting(what, { () throws(KernelError) in try ProcessCopy.make(options: .defaultSignalActions) }) {
        case .child: Self.tell(make, HandshakeChannel(pair.closingFirst()))
        case .parent(_, let handle):
            let channel = HandshakeChannel(pair.closingSecond())
            do throws(OperationFailure) {
                try waitReadable(channel)
                let answer = try attempting(what) { () throws(KernelError) in try channel.receive() }
                try attempting(what) { () throws(KernelError) in _ = try handle.collect() }
                if case .failed(let failure)? = answer?.message { throw failure }
                guard let answer, answer.message == .made else {
                    throw OperationFailure(what, reason: "the process that was to make them was killed")
                }
                return answer.descriptors.first
            } catch {
                // It has ended already, or hangs: then it ends by this.
                do { try handle.send(Signals.kill) } catch {}
                do { _ = try handle.collect() } catch {}
                throw error
            }
        }
    }

    /// Ends the process with a message of what became of it.
    private static func tell(
        _ make: () throws(OperationFailure) -> SharedDescriptor?, _ channel: borrowing HandshakeChannel
    ) -> Never {
        do throws(KernelError) {
            // Without the supervisor nobody waits for it, and it must not keep the container's name taken.
            try ProcessControl.setParentDeathSignal(Signals.kill)
            try Execution.closeAll(except: [channel.number])
            let mount: SharedDescriptor?
            do throws(OperationFailure) { mount = try make() } catch {
                try channel.send(.failed(error))
                ProcessCopy.exitNow(0)
            }
            try channel.send(.made, descriptors: mount.map { [$0.number] } ?? [])
        } catch {
            ProcessCopy.exitNow(1)  // the supervisor sees the missing message as the failure
        }
        ProcessCopy.exitNow(0)
    }
}
