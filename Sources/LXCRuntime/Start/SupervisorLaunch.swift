// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Hands a plan to a new supervisor.
package struct SupervisorLaunch {
    let plan: StartPlan
    /// The supervisor's program.
    let program: String

    /// Descriptor numbers in the supervisor: above those that `LISTEN_FDS` can name.
    private static let planNumber: Int32 = 200
    private static let resultNumber: Int32 = 201

    package init(plan: StartPlan, program: String = InstalledPaths.supervisor) {
        self.plan = plan
        self.program = program
    }

    /// Starts the container in the background and waits until it runs or has failed.
    ///
    /// The caller is not forked: the supervisor is a program of its own, whose parent is the system's reaper.
    package func startInBackground() throws(OperationFailure) {
        let pair = try attempting("cannot start \(plan.name)") { () throws(KernelError) in try UnixSocket.pair(.sequencedPackets) }
        try launch(result: pair.second.number)
        let own = pair.closingSecond()
        let bytes: [UInt8]?
        do { bytes = try own.receive(upTo: 65536) } catch { throw OperationFailure("cannot learn how the start went", error) }
        switch StartResult(decoding: bytes ?? []) {
        case .running: return
        case .failed(let failure): throw failure
        case nil:
            throw OperationFailure(
                "the supervisor of \(plan.name) ended before the container ran", reason: "it was killed",
                hint: "start it again; what the supervisor left behind is cleaned up then")
        }
    }

    private func launch(result: Int32) throws(OperationFailure) {
        try attempting("cannot start the supervisor \(program)", hint: "install swift-lxc completely (make install)") {
            () throws(KernelError) in
            let executable = try ProtectedExecutable.open(program)
            let plan = try MemoryFile.make("lxc-plan", plan.encoded)
            var launch = ProgramLaunch(.descriptor(executable.number), arguments: [title], environment: environment(hasResult: true))
            launch.descriptors = [(plan.number, Self.planNumber), (result, Self.resultNumber)]
            launch.descriptors += ListenDescriptors.numbers.map { ($0, $0) }
            launch.newSession = true
            launch.detached = true
            _ = try launch.start()
        }
    }

    /// Becomes the supervisor; returns only by throwing.
    package func startInForeground() throws(OperationFailure) {
        try attempting("cannot become the supervisor \(program)", hint: "install swift-lxc completely (make install)") {
            () throws(KernelError) in
            let executable = try ProtectedExecutable.open(program)
            let plan = try MemoryFile.make("lxc-plan", plan.encoded)
            try DescriptorFlags.move(plan.number, to: Self.planNumber)
            try Execution.replace(
                descriptor: executable.number, label: program, arguments: [title], environment: environment(hasResult: false))
        }
    }

    /// What process listings show, as for C LXC's monitor.
    private var title: String { "[lxc monitor] \(plan.lxcPath) \(plan.name)" }

    private func environment(hasResult: Bool) -> [String] {
        var lines = ProcessEnvironment.lines
        lines.append("\(SupervisorProgram.planVariable)=\(Self.planNumber)")
        if hasResult { lines.append("\(SupervisorProgram.resultVariable)=\(Self.resultNumber)") }
        return lines
    }
}
