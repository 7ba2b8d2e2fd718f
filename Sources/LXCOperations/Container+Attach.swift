// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
package import LinuxKernel

extension LXCError.Code {
    /// The program does not exist in the container.
    package static let programNotFound = LXCError.Code(rawValue: "program-not-found")
    /// The program is there but cannot be executed.
    package static let programNotExecutable = LXCError.Code(rawValue: "program-not-executable")

    init(_ kind: AttachFailure.Kind) {
        self =
            switch kind {
            case .failed: .failed
            case .notRunning: .notRunning
            case .notPermitted: .notPermitted
            case .programNotFound: .programNotFound
            case .programNotExecutable: .programNotExecutable
            }
    }
}

extension Container {
    /// Runs a program in the container and waits for its end; the caller's terminal is connected with it meanwhile.
    ///
    /// Only for programs with a single thread that ``ProtectedProgram`` has made sure of.
    ///
    /// - Returns: How the program ended.
    /// - Throws: ``LXCError`` when it did not run: `notRunning`, `notPermitted`, `programNotFound`, `programNotExecutable` and others.
    package func attach(_ options: AttachOptions) throws(LXCError) -> ExitStatus {
        let config = try loadConfigIfDefined().config
        var wishes = AttachWishes(config: config)
        wishes.command = options.command
        wishes.elevated = options.elevated
        wishes.namespaces = options.namespaces
        wishes.architecture = options.architecture
        wishes.remountsProcAndSys = options.remountsProcAndSys
        wishes.environment = AttachEnvironment.lines(
            caller: ProcessEnvironment.lines, isCleared: options.clearsEnvironment ?? system.clearsAttachEnvironment,
            kept: options.keptVariables, process: config.process, added: options.setVariables)
        wishes.user = options.user
        wishes.group = options.group
        wishes.groups = options.groups
        wishes.noNewPrivileges = options.noNewPrivileges
        wishes.label = options.label
        wishes.directory = options.directory
        wishes.terminalLog = options.terminalLog
        do { return try AttachSession(name: name, client: client, wishes: wishes).run() } catch {
            throw LXCError(LXCError.Code(error.kind), error.failure)
        }
    }
}
