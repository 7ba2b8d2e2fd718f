// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LinuxKernel

/// What a supervisor can do before it knows its plan.
struct Preparation: ~Copyable {
    /// The host's cgroups.
    var layout: CgroupLayout?
    /// Where they begin, open.
    var bases: CgroupBases?
    /// When this process started.
    var startTime: UInt64?
    /// A network namespace that is being made. The few containers that want none of their own drop it: making it takes as long as
    /// everything that comes before it is needed.
    var network: NewNetwork?
    /// The view of the program that this process was executed from.
    var programView: SharedDescriptor?
}

/// The entry of `lxc-supervisor`: takes the plan over from whoever executed it.
package enum SupervisorProgram {
    /// Number of the descriptor that holds the encoded ``StartPlan``, for a supervisor in the foreground.
    static let planVariable = "LXC_SUPERVISOR_PLAN"
    /// Number of the socket that the plan comes over and the result goes to, for one in the background.
    static let callerVariable = "LXC_SUPERVISOR_CALLER"
    /// Descriptor numbers above those that `LISTEN_FDS` can name.
    static let planNumber: Int32 = 200
    static let callerNumber: Int32 = 201
    /// The view of the running program, of a supervisor in the foreground.
    static let programNumber: Int32 = 202

    /// What process listings show, as for C LXC's monitor.
    static func title(_ lxcPath: String, _ name: String) -> String { "[lxc monitor] \(lxcPath) \(name)" }

    /// Runs one container to its end.
    ///
    /// - Returns: The exit status of the program.
    package static func run() -> Int32 {
        let (planNumber, callerNumber) = (takeNumber(planVariable), takeNumber(callerVariable))
        var kept = [planNumber, callerNumber].compactMap { $0 } + ListenDescriptors.numbers
        do {
            if planNumber != nil {
                try DescriptorFlags.setCloseOnExec(programNumber)
                kept.append(programNumber)
            }
            // Whatever else the caller had open is not for a process that lives for months, nor for the container.
            try Execution.closeAll(except: kept)
        } catch { return refuse(error.description) }
        if let planNumber {
            let view = SharedDescriptor(OwnedDescriptor(owning: programNumber))
            return run(
                OwnedDescriptor(owning: planNumber), caller: nil,
                Preparation(network: ProcessControl.effectiveUser == 0 ? NewNetwork() : nil, programView: view))
        }
        if let callerNumber { return run(caller: UnixSocket(owning: OwnedDescriptor(owning: callerNumber))) }
        return refuse("it is started by lxc-start and lxc-execute, not by hand")
    }

    private static func run(caller: consuming UnixSocket) -> Int32 {
        let plan: OwnedDescriptor
        var preparation = Preparation()
        do {
            // The caller is still reading the configuration: time for what every start needs, or nearly every one.
            if ProcessControl.effectiveUser == 0 { preparation.network = NewNetwork() }
            let layout = try CgroupLayout.detect()
            preparation.bases = CgroupBases(layout)
            preparation.layout = layout
            preparation.startTime = ProcessIdentity.startTime(of: ProcessControl.pid)
            // Without a plan the caller has found a reason not to start, and has told it.
            guard let message = try caller.receiveMessage(upTo: 1), let file = message.descriptors.first else { return 1 }
            plan = try file.duplicate()
        } catch { return refuse(error.description, caller) }
        return run(plan, caller: caller, preparation)
    }

    private static func run(_ file: consuming OwnedDescriptor, caller: consuming UnixSocket?, _ preparation: consuming Preparation) -> Int32
    {
        let plan: StartPlan
        do {
            guard let decoded = StartPlan(decoding: try MemoryFile.content(of: file)) else {
                return refuse(
                    "its plan cannot be read: this lxc-supervisor is of another version than the program that started it", caller)
            }
            plan = decoded
        } catch { return refuse(error.description, caller) }
        do throws(OperationFailure) {
            let supervisor = try Supervisor(plan: plan, preparation)
            if let caller { supervisor.answer(to: caller) }
            return supervisor.run()
        } catch {
            let failure = error.placed(in: plan.config)
            if let caller { return tell(failure, caller) }
            plan.show(failure)
            return 1
        }
    }

    private static func takeNumber(_ variable: String) -> Int32? {
        defer { ProcessEnvironment.set(variable, nil) }
        guard let number = ProcessEnvironment.value(variable).flatMap({ Int32($0) }), number > 2 else { return nil }
        // The socket and the plan are for this process only.
        do { try DescriptorFlags.setCloseOnExec(number) } catch { return nil }
        return number
    }

    private static func tell(_ failure: OperationFailure, _ caller: consuming UnixSocket) -> Int32 {
        _ = try? caller.sendAll(StartResult.failed(failure).encoded)  // who does not wait any more is not interested
        return 1
    }

    private static func refuse(_ reason: String, _ caller: consuming UnixSocket? = nil) -> Int32 {
        if let caller { return tell(OperationFailure("cannot start the supervisor", reason: reason), caller) }
        _ = try? StandardStream.error.write("lxc-supervisor: \(reason)\n")  // nobody else could be told
        return 1
    }
}
