// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The entry of `lxc-supervisor`: takes the plan over from whoever executed it.
package enum SupervisorProgram {
    /// Number of the descriptor that holds the encoded ``StartPlan``.
    package static let planVariable = "LXC_SUPERVISOR_PLAN"
    /// Number of the socket that the result goes to; unset in the foreground.
    package static let resultVariable = "LXC_SUPERVISOR_RESULT"

    /// Runs one container to its end.
    ///
    /// - Returns: The exit status of the program.
    package static func run() -> Int32 {
        guard let planNumber = takeNumber(planVariable) else { return refuse("it is started by lxc-start and lxc-execute, not by hand") }
        let resultNumber = takeNumber(resultVariable)
        do {
            // Whatever else the caller had open is not for a process that lives for months, nor for the container.
            try Execution.closeAll(except: [planNumber, resultNumber].compactMap { $0 } + ListenDescriptors.numbers)
        } catch { return refuse(error.description) }
        let resultSocket = resultNumber.map { UnixSocket(owning: OwnedDescriptor(owning: $0)) }
        let plan: StartPlan
        do {
            let file = OwnedDescriptor(owning: planNumber)
            guard let decoded = StartPlan(decoding: try MemoryFile.content(of: file)) else {
                return refuse("its plan cannot be read: this lxc-supervisor is of another version than the program that started it")
            }
            plan = decoded
        } catch { return refuse(error.description) }
        do {
            let supervisor = try Supervisor(plan: plan, result: resultSocket)
            return supervisor.run()
        } catch { return refuse(error.description) }
    }

    private static func takeNumber(_ variable: String) -> Int32? {
        defer { ProcessEnvironment.set(variable, nil) }
        guard let number = ProcessEnvironment.value(variable).flatMap({ Int32($0) }), number > 2 else { return nil }
        // The socket and the plan are for this process only.
        do { try DescriptorFlags.setCloseOnExec(number) } catch { return nil }
        return number
    }

    private static func refuse(_ reason: String) -> Int32 {
        _ = try? StandardStream.error.write("lxc-supervisor: \(reason)\n")  // nobody else could be told
        return 1
    }
}
