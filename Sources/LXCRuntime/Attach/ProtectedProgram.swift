// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Makes sure that the running program cannot be overwritten through `/proc/PID/exe` by a container that a copy of it enters.
///
/// CVE-2019-5736; see ``ProtectedExecutable``.
package enum ProtectedProgram {
    private static let guardVariable = "LXC_ATTACH_PROTECTED"

    /// Executes the program once more from a view that nobody can write, unless it was executed from one already.
    ///
    /// - Parameters:
    ///   - arguments: The program's own words.
    ///   - name: What process listings show; execution by descriptor leaves a number there.
    /// - Throws: ``OperationFailure`` when there is no such view; nothing may enter a container then.
    package static func ensure(arguments: [String], name: String) throws(OperationFailure) {
        let isSecondTry = ProcessEnvironment.value(guardVariable) != nil
        ProcessEnvironment.set(guardVariable, nil)
        let what = "cannot protect the program from the container"
        if try attempting(what, { () throws(KernelError) in try ProtectedExecutable.isProtected() }) {
            if isSecondTry { try attempting(what) { () throws(KernelError) in try ProcessControl.setName(name) } }
            return
        }
        guard !isSecondTry else {
            throw OperationFailure(
                what, reason: "the kernel shows it as writable even when it is executed from a read-only view",
                hint: "unset \(guardVariable) if it is set here; else report this as a bug"
            )
        }
        try attempting(what, hint: "it needs /proc, and the right to mount or to make files in memory") { () throws(KernelError) in
            let program = try ProtectedExecutable.open("/proc/self/exe")
            try Execution.replace(
                descriptor: program.number, label: "/proc/self/exe", arguments: arguments,
                environment: ProcessEnvironment.lines + ["\(guardVariable)=1"])
        }
    }
}
