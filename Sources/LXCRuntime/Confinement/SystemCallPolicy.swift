// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCSecurity
import LinuxKernel

/// The filter that `lxc.seccomp.profile` names, for init and for programs that enter the container later.
struct SystemCallPolicy {
    /// Path of the policy file.
    let file: String
    /// `lxc.seccomp.allow_nesting`
    let allowsNesting: Bool
    /// Where the policy is asked for.
    let origin: ConfigOrigin?

    private static let key = "lxc.seccomp.profile"
    /// Policies are some kilobytes; what is larger is another file.
    private static let limit = 1 << 20

    /// Compiles the policy.
    ///
    /// - Returns: The filter; nil when this process has one already and the configuration does not ask for another on top: programs
    ///   inherit that.
    /// - Throws: ``OperationFailure`` when the file cannot be read or is no policy.
    func compile(_ log: LogWriter?) throws(OperationFailure) -> SystemCallFilter? {
        let what = "cannot load the seccomp policy \(file)"
        if !allowsNesting, try attempting(what, { () throws(KernelError) in try ProcessStatus.read().seccompMode ?? 0 != 0 }) {
            log?.info("a system call filter is active already: \(file) is not loaded")
            return nil
        }
        let bytes: [UInt8]
        do { bytes = try RegularFile(file, limit: Self.limit).bytes } catch {
            throw OperationFailure(what, reason: error.reason, key: Self.key, origin: origin)
        }
        return try understanding { () throws(SeccompProblem) in
            let policy = try SeccompPolicy(String(kernelBytes: bytes), file: file)
            return try SeccompCompiler.compile(policy, file: file) { rule in
                log?.info("\(file):\(rule.line): libseccomp knows no system call \(rule.call)")
            }
        }
    }

    private func understanding(_ body: () throws(SeccompProblem) -> SystemCallFilter) throws(OperationFailure) -> SystemCallFilter {
        do { return try body() } catch {
            throw OperationFailure(
                "cannot load the seccomp policy \(error.place)", reason: error.reason, key: Self.key, origin: origin, hint: error.hint)
        }
    }
}

extension SystemCallPolicy {
    /// The policy of a configuration; nil when it has none.
    init?(_ config: ContainerConfig) {
        guard let file = config.security.seccompProfile else { return nil }
        self.init(file: file, allowsNesting: config.security.seccompAllowNesting, origin: config.origin(of: Self.key))
    }
}
