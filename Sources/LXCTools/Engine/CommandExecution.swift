// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// Gives the running process to a command of the user.
enum CommandExecution {
    /// Executes a command as a shell would find it; returns only by throwing.
    ///
    /// - Throws: ``ToolFailure`` when there is no such program, or it cannot be executed.
    static func replace(_ command: [String]) throws(ToolFailure) -> ExitCode {
        do throws(KernelError) {
            // What the caller had open besides the standard streams is none of the command's business.
            try Execution.closeOnExec(from: 3)
            try ProcessControl.unblockAllSignals()
        } catch { throw ToolFailure("cannot prepare the command", error) }
        do throws(AttachFailure) { try ProgramSearch.execute(command, environment: ProcessEnvironment.lines, place: nil) } catch {
            throw ToolFailure(error.failure)
        }
        return .failure
    }
}
