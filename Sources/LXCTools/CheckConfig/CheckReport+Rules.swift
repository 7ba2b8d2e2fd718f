// SPDX-License-Identifier: Apache-2.0

extension CheckReport {
    /// A kernel option in question.
    private struct Rule {
        let label: String
        let option: String
        /// The module's name in `/proc/modules`, for an option that may be a module.
        var module: String?
        var otherwise = Verdict.missing
    }

    /// Answers all questions about a kernel and the system that runs.
    package init(_ kernel: KernelConfiguration, _ survey: SystemSurvey) {
        sections = [
            Section(title: "Namespaces", lines: Self.namespaces(kernel, survey)),
            Section(title: "Control groups", lines: Self.controlGroups(kernel, survey)),
            Section(title: "Misc", lines: Self.misc.map { Self.answer($0, kernel, survey) }),
            Section(title: "Checkpoint/Restore", lines: Self.checkpoint(kernel, survey)),
            Section(title: "Foreign programs", lines: Self.foreignPrograms(kernel, survey)),
        ]
    }

    private static func answer(_ rule: Rule, _ kernel: KernelConfiguration, _ survey: SystemSurvey) -> Line {
        switch kernel.build(of: rule.option) {
        case .builtIn: .check(rule.label, .enabled, isLoaded: nil)
        case .module: .check(rule.label, .enabled, isLoaded: rule.module.map(survey.modules.contains))
        case nil: .check(rule.label, rule.otherwise, isLoaded: nil)
        }
    }

    private static func namespaces(_ kernel: KernelConfiguration, _ survey: SystemSurvey) -> [Line] {
        func line(_ label: String, _ option: String, _ otherwise: Verdict) -> Line {
            answer(Rule(label: label, option: option, otherwise: otherwise), kernel, survey)
        }
        var lines = [
            line("Namespaces", "CONFIG_NAMESPACES", .required), line("Utsname namespace", "CONFIG_UTS_NS", .missing),
            line("Ipc namespace", "CONFIG_IPC_NS", .required), line("Pid namespace", "CONFIG_PID_NS", .required),
            line("User namespace", "CONFIG_USER_NS", .missing),
        ]
        if kernel.build(of: "CONFIG_USER_NS") != nil {
            lines += helperWarning("newuidmap", survey.newuidmap) + helperWarning("newgidmap", survey.newgidmap)
        }
        lines.append(line("Network namespace", "CONFIG_NET_NS", .missing))
        // Since 4.7 every mount of devpts is an instance of its own.
        if !kernel.isAtLeast(4, 7) {
            lines.append(line("Multiple /dev/pts instances", "CONFIG_DEVPTS_MULTIPLE_INSTANCES", .required))
        }
        if !survey.namespaceLimits.isEmpty {
            lines.append(.values("Namespace limits", survey.namespaceLimits.map { Pair(name: $0.name, value: $0.value) }))
        }
        return lines
    }

    private static func helperWarning(_ name: String, _ helper: SystemSurvey.Helper) -> [Line] {
        switch helper {
        case .ready: []
        case .absent: [.warning("warning: \(name) is not installed")]
        case .unprivileged: [.warning("warning: \(name) is not setuid root")]
        }
    }

    private static func controlGroups(_ kernel: KernelConfiguration, _ survey: SystemSurvey) -> [Line] {
        func line(_ label: String, _ option: String) -> Line { answer(Rule(label: label, option: option), kernel, survey) }
        let hasNamespace = kernel.isAtLeast(4, 6) && survey.hasCgroupNamespace
        var lines = [
            line("Cgroups", "CONFIG_CGROUPS"), .check("Cgroup namespace", hasNamespace ? .enabled : .missing, isLoaded: nil),
            .list("Cgroup v1 mount points", survey.cgroupMountsVersion1), .list("Cgroup v2 mount points", survey.cgroupMountsVersion2),
        ]
        for name in survey.missingVersion1Controllers { lines.append(.warning("warning: no cgroup v1 hierarchy for \(name) is mounted")) }
        if let hasCloneChildren = survey.hasCloneChildren {
            lines.append(.check("Cgroup v1 clone_children flag", hasCloneChildren ? .enabled : .missing, isLoaded: nil))
        }
        let memory = kernel.isAtLeast(3, 6) ? "CONFIG_MEMCG" : "CONFIG_CGROUP_MEM_RES_CTLR"
        return lines + [
            line("Cgroup device", "CONFIG_CGROUP_DEVICE"), line("Cgroup sched", "CONFIG_CGROUP_SCHED"),
            line("Cgroup cpu account", "CONFIG_CGROUP_CPUACCT"), line("Cgroup memory controller", memory),
            line("Cgroup cpuset", "CONFIG_CPUSETS"),
        ]
    }

    private static let misc = [
        Rule(label: "Veth pair device", option: "CONFIG_VETH", module: "veth"),
        Rule(label: "Macvlan", option: "CONFIG_MACVLAN", module: "macvlan"),
        Rule(label: "Vlan", option: "CONFIG_VLAN_8021Q", module: "8021q"),
        Rule(label: "Bridges", option: "CONFIG_BRIDGE", module: "bridge"),
        Rule(label: "Advanced netfilter", option: "CONFIG_NETFILTER_ADVANCED"),
        named("CONFIG_IP_NF_TARGET_MASQUERADE", "ipt_MASQUERADE"),
        named("CONFIG_IP6_NF_TARGET_MASQUERADE", "ip6t_MASQUERADE"),
        named("CONFIG_NETFILTER_XT_TARGET_CHECKSUM", "xt_CHECKSUM"),
        named("CONFIG_NETFILTER_XT_MATCH_COMMENT", "xt_comment"),
        Rule(label: "FUSE (for use with lxcfs)", option: "CONFIG_FUSE_FS", module: "fuse"),
    ]

    private static let diagnostics = [
        named("CONFIG_FHANDLE"), named("CONFIG_EVENTFD"), named("CONFIG_EPOLL"), named("CONFIG_UNIX_DIAG", "unix_diag"),
        named("CONFIG_INET_DIAG", "inet_diag"), named("CONFIG_PACKET_DIAG", "af_packet_diag"),
        named("CONFIG_NETLINK_DIAG", "netlink_diag"),
    ]

    /// A question whose label is the option itself.
    private static func named(_ option: String, _ module: String? = nil) -> Rule { Rule(label: option, option: option, module: module) }

    private static func checkpoint(_ kernel: KernelConfiguration, _ survey: SystemSurvey) -> [Line] {
        let restore = answer(Rule(label: "checkpoint restore", option: "CONFIG_CHECKPOINT_RESTORE"), kernel, survey)
        // File capabilities are an option only in very old kernels.
        let capabilities: Line =
            kernel.isAtLeast(2, 7)
            ? .check("File capabilities", .enabled, isLoaded: nil)
            : answer(Rule(label: "File capabilities", option: "CONFIG_SECURITY_FILE_CAPABILITIES"), kernel, survey)
        return [restore] + diagnostics.map { answer($0, kernel, survey) } + [capabilities]
    }

    private static func foreignPrograms(_ kernel: KernelConfiguration, _ survey: SystemSurvey) -> [Line] {
        let binfmt = answer(Rule(label: "binfmt_misc", option: "CONFIG_BINFMT_MISC", module: "binfmt_misc"), kernel, survey)
        guard let interpreters = survey.interpreters else { return [binfmt, .text("binfmt_misc is not mounted")] }
        let items = interpreters.map { interpreter in
            let scope = interpreter.flags.contains("F") ? "" : ", needs the interpreter's file inside the container"
            return "\(interpreter.name) by \(interpreter.program)\(interpreter.isEnabled ? "" : ", disabled")\(scope)"
        }
        return [binfmt, .list("Interpreters", items)]
    }
}
