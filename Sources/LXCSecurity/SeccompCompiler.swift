// SPDX-License-Identifier: Apache-2.0
import CSeccomp
package import LinuxKernel

/// Makes the kernel's program out of a policy, with libseccomp.
///
/// Source: seccomp_rule_add(3), seccomp_merge(3), seccomp_export_bpf(3).
package enum SeccompCompiler {
    /// Compiles a policy for every way in which programs of this machine call the kernel.
    ///
    /// - Parameters:
    ///   - policy: What is allowed.
    ///   - file: Its path, for errors.
    ///   - skipped: Called with each line whose system call no architecture has.
    /// - Returns: The filter.
    /// - Throws: ``SeccompProblem`` when libseccomp does not take a rule, or the filter would stop who loads it.
    package static func compile(
        _ policy: SeccompPolicy, file: String, skipped: (SeccompPolicy.Rule) -> Void = { _ in }
    ) throws(SeccompProblem) -> SystemCallFilter {
        let architectures = policy.isNumeric ? Array(SeccompArchitectures.ofThisMachine.prefix(1)) : SeccompArchitectures.ofThisMachine
        if policy.notifies { try checkThatListenerCanBeSent(policy, architectures.first ?? "", file) }
        guard let first = architectures.first else { throw SeccompProblem("this machine has no system call filters", at: file) }
        // One filter for each, since a rule may be for one of them alone; merging is what joins them.
        let filter = try Filter(first, policy.defaultAction, file)
        var known = Set<Int>()
        try filter.add(policy, first, file, &known)
        for architecture in architectures.dropFirst() {
            let other = try Filter(architecture, policy.defaultAction, file)
            try other.add(policy, architecture, file, &known)
            try filter.merge(other, file)
        }
        for (index, rule) in policy.rules.enumerated() where !known.contains(index) && rule.scope == .all { skipped(rule) }
        return SystemCallFilter(program: try filter.program(file), notifies: policy.notifies)
    }

    /// Who loads the filter sends away the descriptor on which other calls wait. If that call waited on it too, it would do so for ever.
    private static func checkThatListenerCanBeSent(
        _ policy: SeccompPolicy, _ architecture: String, _ file: String
    ) throws(SeccompProblem) {
        let rules = policy.rules.filter { $0.call == "sendmsg" && ($0.scope == .all || $0.scope == .one(architecture)) }
        let isAllowed = rules.isEmpty ? policy.defaultAction == .allow : rules.contains { $0.action == .allow && $0.conditions.isEmpty }
        if isAllowed && rules.allSatisfy({ $0.action == .allow }) { return }
        throw SeccompProblem(
            "it does not allow sendmsg, by which other calls come before the program that decides (action notify)",
            at: rules.first.map { "\(file):\($0.line)" } ?? file, hint: "allow sendmsg")
    }

    /// libseccomp's filter for one architecture.
    private final class Filter {
        private var context: scmp_filter_ctx?

        init(_ architecture: String, _ action: SeccompPolicy.Action, _ file: String) throws(SeccompProblem) {
            guard let context = seccomp_init(action.number) else { throw SeccompProblem("libseccomp refuses the default action", at: file) }
            self.context = context
            let token = architecture.withKernelString { seccomp_arch_resolve_name($0) }
            // The machine's own is in every new filter.
            if token != seccomp_arch_native() {
                guard seccomp_arch_add(context, token) == 0, seccomp_arch_remove(context, seccomp_arch_native()) == 0 else {
                    throw SeccompProblem("libseccomp does not know the architecture \(architecture)", at: file)
                }
            }
        }

        deinit {
            if let context { seccomp_release(context) }
        }

        func add(
            _ policy: SeccompPolicy, _ architecture: String, _ file: String, _ known: inout Set<Int>
        ) throws(SeccompProblem) {
            for (index, rule) in policy.rules.enumerated() where rule.scope == .all || rule.scope == .one(architecture) {
                // The machine's own number, which libseccomp translates; negative ones stand for calls that only others have.
                let number = policy.isNumeric ? Int32(rule.call) ?? -1 : rule.call.withKernelString { seccomp_syscall_resolve_name($0) }
                // -1: unknown to this version of libseccomp.
                if number == -1 { continue }
                known.insert(index)
                // What happens anyway is no rule.
                if rule.action == policy.defaultAction { continue }
                try add(rule, number, file)
            }
        }

        private func add(_ rule: SeccompPolicy.Rule, _ number: Int32, _ file: String) throws(SeccompProblem) {
            let conditions = rule.conditions.map { condition in
                let isMasked = condition.comparison == .maskedEqual
                return cseccomp_comparison(
                    condition.index, condition.comparison.rawValue, isMasked ? condition.mask : condition.value,
                    isMasked ? condition.value : 0)
            }
            let status = conditions.withUnsafeBufferPointer {
                seccomp_rule_add_array(context, rule.action.number, number, UInt32($0.count), $0.baseAddress)
            }
            // EDOM: the architecture has no such call. EEXIST: the rule stands there twice.
            let harmless = [Errno.argumentOutOfDomain.rawValue, Errno.fileExists.rawValue]
            guard status == 0 || harmless.contains(-status) else {
                let refusal = KernelError(call: "seccomp_rule_add_array", errno: Errno(rawValue: -status), subject: rule.call)
                throw SeccompProblem("the rule for \(rule.call) is refused: \(refusal.reason)", at: "\(file):\(rule.line)")
            }
        }

        func merge(_ other: Filter, _ file: String) throws(SeccompProblem) {
            guard seccomp_merge(context, other.context) == 0 else { throw SeccompProblem("its parts cannot be joined", at: file) }
            // It belongs to this one now.
            other.context = nil
        }

        func program(_ file: String) throws(SeccompProblem) -> [UInt8] {
            do throws(KernelError) {
                let memory = try MemoryFile.empty("seccomp")
                let status = seccomp_export_bpf(context, memory.number)
                guard status == 0 else { throw KernelError(call: "seccomp_export_bpf", errno: Errno(rawValue: -status), subject: file) }
                return try MemoryFile.content(of: memory)
            } catch {
                throw SeccompProblem("it cannot be compiled: \(error.reason)", at: file)
            }
        }
    }
}

extension SeccompPolicy.Action {
    /// libseccomp's number.
    fileprivate var number: UInt32 {
        switch self {
        case .kill: cseccomp_kill()
        case .allow: cseccomp_allow()
        case .trap: cseccomp_trap()
        case .errno(let code): cseccomp_errno(UInt32(code))
        case .notify: cseccomp_notify()
        }
    }
}
