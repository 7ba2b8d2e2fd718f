// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A supervisor that was executed ahead and waits for its plan, or for the end of whoever executed it.
///
/// It comes up (half a millisecond) while the caller reads the configuration.
package struct BackgroundSupervisor: ~Copyable {
    private let socket: UnixSocket
    private let name: String
    /// The view of the program that was executed. Closing it waits for the kernel (60 µs measured): not before the plan is sent.
    private let executable: OwnedDescriptor

    /// Executes the supervisor of a container.
    ///
    /// The caller is not forked: the supervisor is a program of its own.
    ///
    /// - Parameters:
    ///   - lxcPath: The container path.
    ///   - name: The container's name.
    ///   - isDetached: Whether its parent is the system's reaper from the start, for callers that live on. One that ends once the container
    ///     runs leaves it to the reaper then.
    ///   - program: The supervisor's program.
    /// - Throws: ``OperationFailure`` when it cannot be executed.
    package init(
        lxcPath: String, name: String, isDetached: Bool, program: String = InstalledPaths.supervisor
    ) throws(OperationFailure) {
        self.name = name
        let pair = try attempting("cannot start \(name)") { () throws(KernelError) in try UnixSocket.pair(.sequencedPackets) }
        executable = try attempting(
            "cannot start the supervisor \(program)", hint: "install swift-lxc completely (make install)", for: [.noSuchFileOrDirectory]
        ) { () throws(KernelError) in
            let executable = try ProtectedExecutable.open(program)
            var launch = ProgramLaunch(
                .descriptor(executable.number), arguments: [SupervisorProgram.title(lxcPath, name)],
                environment: ProcessEnvironment.lines + ["\(SupervisorProgram.callerVariable)=\(SupervisorProgram.callerNumber)"])
            launch.descriptors = [(pair.second.number, SupervisorProgram.callerNumber)] + ListenDescriptors.numbers.map { ($0, $0) }
            launch.newSession = true
            launch.detached = isDetached
            _ = try launch.start()
            return executable
        }
        socket = pair.closingSecond()
    }

    /// Starts the container and waits until it runs or has failed.
    package consuming func start(_ plan: StartPlan) throws(OperationFailure) { try begin(plan).finish() }

    /// Hands the plan over, and leaves the result for later: several containers can start at the same time.
    ///
    /// - Parameter plan: Everything that was decided about the start.
    /// - Returns: The start that is under way.
    /// - Throws: ``OperationFailure`` when the plan cannot be sent.
    package consuming func begin(_ plan: StartPlan) throws(OperationFailure) -> StartUnderWay {
        let name = name
        do throws(KernelError) {
            let file = try MemoryFile.make("lxc-plan", plan.encoded)
            // What is sent to a supervisor that has died is answered by the end of the conversation.
            do { try socket.sendAll([0], descriptors: [file.number]) } catch { if error.errno != .brokenPipe { throw error } }
        } catch { throw OperationFailure("cannot start \(name): its plan was not sent", error) }
        _ = consume executable
        return StartUnderWay(socket: socket, name: name)
    }
}

/// A container whose supervisor has its plan.
package final class StartUnderWay {
    private let socket: UnixSocket
    private let name: String

    fileprivate init(socket: consuming UnixSocket, name: String) {
        self.socket = socket
        self.name = name
    }

    /// Readable as soon as ``finish()`` does not wait.
    package var number: Int32 { socket.number }

    /// Waits until the container runs.
    ///
    /// - Throws: ``OperationFailure`` when it does not, with the step that failed.
    package func finish() throws(OperationFailure) {
        let bytes: [UInt8]?
        do throws(KernelError) { bytes = try socket.receive(upTo: 65536) } catch {
            throw OperationFailure("cannot learn how the start of \(name) went", error)
        }
        switch StartResult(decoding: bytes ?? []) {
        case .running: return
        case .failed(let failure): throw failure
        case nil:
            throw OperationFailure(
                "the supervisor of \(name) ended before the container ran", reason: "it was killed",
                hint: "start it again; what the supervisor left behind is cleaned up then")
        }
    }
}
