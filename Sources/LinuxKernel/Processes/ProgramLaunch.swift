// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A program to start as a child, without copying the caller's memory (`vfork(2)` semantics).
package struct ProgramLaunch {
    /// What to execute.
    package enum Executable { case path(String), descriptor(Int32) }

    package var executable: Executable
    package var arguments: [String]
    /// `NAME=VALUE` lines.
    package var environment: [String]
    /// Descriptors that the program gets: number here, number there. Everything else that is close-on-exec stays behind.
    package var descriptors: [(from: Int32, to: Int32)] = []
    /// Whether the program leads a session of its own.
    package var newSession = false
    /// Whether the program becomes a child of the system's reaper instead of ours.
    package var detached = false
    /// Whether the kernel kills the program when the caller dies.
    package var diesWithParent = false
    package var directory: String?
    /// Whether the program has a mount namespace of its own: it sees the host's later mounts, the host does not see its.
    package var hasPrivateMounts = false
    /// What the program sees mounted at a directory: the descriptor of a detached mount. Only with private mounts.
    package var mount: (descriptor: Int32, target: String)?
    /// The program's `umask(2)`, 0 to 0o777; nil for the caller's.
    package var fileMask: Int32?

    package init(_ executable: Executable, arguments: [String], environment: [String]) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }

    /// A started program.
    @frozen package struct Child: ~Copyable {
        package let pid: Int32
        /// Nil for a detached program.
        package let handle: PidFD?
    }

    /// Starts the program; returns once it has been executed.
    ///
    /// - Throws: ``KernelError`` whose call names the step that failed; for `execve` the reason is the program's.
    package func start() throws(KernelError) -> Child {
        let pairs = conflictFreePairs()
        let flat = pairs.flatMap { [$0.from, $0.to] }
        var handle: Int32 = -1
        var failedStep: Int32 = 0
        let pid = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                flat.withUnsafeBufferPointer { flat in
                    withOptionalPath(pathText) { path in
                        withOptionalPaths(directory, mount?.target) { directory, mountTarget in
                            var plan = clinux_spawn_plan()
                            plan.executable = executableNumber
                            plan.path = path
                            plan.arguments = arguments
                            plan.environment = environment
                            plan.descriptors = flat.baseAddress
                            plan.descriptor_count = Int32(truncatingIfNeeded: pairs.count)
                            plan.new_session = newSession ? 1 : 0
                            plan.detached = detached ? 1 : 0
                            plan.death_signal = diesWithParent ? Signals.kill : 0
                            plan.directory = directory
                            plan.private_mounts = hasPrivateMounts ? 1 : 0
                            plan.file_mask = fileMask ?? -1
                            plan.mount = mount?.descriptor ?? -1
                            plan.mount_target = mountTarget
                            return CLinux.clinux_spawn(&plan, &handle, &failedStep)
                        }
                    }
                }
            }
        }
        let code = Errno.last
        guard pid > 0 else { throw KernelError(call: stepName(failedStep), errno: code, subject: subject(failedStep)) }
        return Child(pid: pid, handle: handle >= 0 ? PidFD(owning: OwnedDescriptor(owning: handle)) : nil)
    }

    private var pathText: String? {
        if case .path(let path) = executable { return path }
        return nil
    }

    private var executableNumber: Int32 {
        if case .descriptor(let number) = executable { return number }
        return -1
    }

    /// Pairs in an order in which no target overwrites a later source; the callers' targets are the low numbers.
    private func conflictFreePairs() -> [(from: Int32, to: Int32)] {
        descriptors.sorted { $0.from == $1.to ? true : $0.to < $1.to }
    }

    private func stepName(_ step: Int32) -> String {
        switch step {
        case 2: "dup3"
        case 3: "chdir"
        case 4: "execve"
        case 5: "unshare"
        case 6: "move_mount"
        default: "clone"
        }
    }

    private func subject(_ step: Int32) -> String {
        switch step {
        case 3: directory ?? ""
        case 6: mount?.target ?? ""
        default: pathText ?? arguments.first ?? "program"
        }
    }
}

private func withOptionalPath<Result>(_ path: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let path else { return body(nil) }
    return path.withKernelString { body($0) }
}

private func withOptionalPaths<Result>(
    _ first: String?, _ second: String?, _ body: (UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Result
) -> Result {
    withOptionalPath(first) { first in withOptionalPath(second) { body(first, $0) } }
}

/// Calls `body` with a NULL-terminated array of C strings, valid during the call only.
package func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
    // One block for all the bytes: an environment of 50 lines would otherwise be 50 allocations.
    var storage: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(storage.count)
        storage += string.kernelCString
    }
    return storage.withUnsafeMutableBufferPointer { buffer in
        var pointers: [UnsafeMutablePointer<CChar>?] = offsets.map { offset in buffer.baseAddress.map { $0 + offset } }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { list in
            guard let start = list.baseAddress else { preconditionFailure("the list ends with NULL, so it is never empty") }
            return body(start)
        }
    }
}
