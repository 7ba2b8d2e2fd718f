// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Makes this process the supervisor of a container in the foreground; see ``BackgroundSupervisor`` for the other way.
package struct SupervisorLaunch {
    let plan: StartPlan
    /// The supervisor's program.
    let program: String

    package init(plan: StartPlan, program: String = InstalledPaths.supervisor) {
        self.plan = plan
        self.program = program
    }

    /// Becomes the supervisor; returns only by throwing.
    package func startInForeground() throws(OperationFailure) {
        try attempting(
            "cannot become the supervisor \(program)", hint: "install swift-lxc completely (make install)", for: [.noSuchFileOrDirectory]
        ) {
            () throws(KernelError) in
            let executable = try ProtectedExecutable.open(program)
            let file = try MemoryFile.make("lxc-plan", plan.encoded)
            try DescriptorFlags.move(file.number, to: SupervisorProgram.planNumber)
            // The supervisor lets go of it when nobody waits: the last one to do so waits for the kernel.
            try DescriptorFlags.move(executable.number, to: SupervisorProgram.programNumber)
            try Execution.replace(
                descriptor: executable.number, label: program, arguments: [SupervisorProgram.title(plan.lxcPath, plan.name)],
                environment: ProcessEnvironment.lines + ["\(SupervisorProgram.planVariable)=\(SupervisorProgram.planNumber)"])
        }
    }
}
