// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Executes a command as a shell would find it, in the caller's present root directory.
package enum ProgramSearch {
    /// Replaces the process; returns only by throwing.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments, at least one word.
    ///   - environment: The program's; its `PATH` is searched.
    ///   - place: Where that is, for messages; nil for the host.
    /// - Throws: ``AttachFailure`` that tells a missing program from one that cannot be executed.
    package static func execute(
        _ command: [String], environment: [String], place: String? = "in the container"
    ) throws(AttachFailure) {
        guard let name = command.first, !name.isEmpty else {
            throw AttachFailure(.programNotFound, OperationFailure("cannot execute a program without a name", reason: "", errno: 2))
        }
        var refusal: KernelError?
        for path in candidates(name, AttachEnvironment.value("PATH", in: environment)) {
            do { try replace(path, command, environment) } catch {
                switch error.errno {
                case .noSuchFileOrDirectory, .notDirectory: continue
                case .permissionDenied: refusal = refusal ?? error
                default: throw failure(name, error, place)
                }
            }
        }
        throw failure(name, refusal ?? KernelError(call: "execve", errno: .noSuchFileOrDirectory, subject: name), place)
    }

    private static func candidates(_ name: String, _ path: String?) -> [String] {
        if name.utf8.contains(0x2F) { return [name] }
        return (path ?? AttachEnvironment.defaultPath).split(separator: ":", omittingEmptySubsequences: false).map {
            $0.isEmpty ? "./\(name)" : "\($0)/\(name)"
        }
    }

    private static func replace(_ path: String, _ command: [String], _ environment: [String]) throws(KernelError) {
        do { try Execution.replace(path: path, arguments: command, environment: environment) } catch {
            guard error.errno == .execFormatError else { throw error }
            // A text without "#!" is a script of the shell, as for execvp(3).
            try Execution.replace(path: "/bin/sh", arguments: ["sh", path] + command.dropFirst(), environment: environment)
        }
    }

    private static func failure(_ name: String, _ error: KernelError, _ place: String?) -> AttachFailure {
        let isMissing = error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory
        let place = place.map { " \($0)" } ?? ""
        let hint =
            !isMissing
            ? "it must be an executable file for the architecture\(place.isEmpty ? " of this machine" : " of the container")"
            : name.utf8.contains(0x2F)
                ? "the path, or the interpreter that it names, does not exist\(place)"
                : "no directory of PATH has it\(place)"
        return AttachFailure(
            isMissing ? .programNotFound : .programNotExecutable,
            OperationFailure("cannot execute \(name)\(place)", error, hint: hint))
    }
}
