// SPDX-License-Identifier: Apache-2.0
import Gzip
import LXCTools
import Testing

@Suite struct KernelConfigurationTests {
    private static let text = """
        #
        # Automatically generated file; DO NOT EDIT.
        # Linux/x86 6.18.5 Kernel Configuration
        #
        CONFIG_VETH=m
        CONFIG_BRIDGE=y
        # CONFIG_MACVLAN is not set
        CONFIG_DEFAULT_HOSTNAME="CONFIG_FAKE=y"
        CONFIG_HZ=250

        """

    @Test func readsOptionsAndVersion() {
        let kernel = KernelConfiguration(text: Self.text)
        #expect(kernel.build(of: "CONFIG_VETH") == .module)
        #expect(kernel.build(of: "CONFIG_BRIDGE") == .builtIn)
        #expect(kernel.build(of: "CONFIG_MACVLAN") == nil)
        #expect(kernel.build(of: "CONFIG_HZ") == nil)
        #expect(kernel.build(of: "CONFIG_FAKE") == nil)
        #expect(kernel.version?.major == 6 && kernel.version?.minor == 18)
    }

    @Test(arguments: [("# Linux kernel version: 2.6.32-5", 2, 6), ("# Linux/arm64 4.19.0-rc1 Kernel Configuration", 4, 19)])
    func versions(line: String, major: Int, minor: Int) {
        let kernel = KernelConfiguration(text: line + "\n")
        #expect(kernel.version?.major == major && kernel.version?.minor == minor)
        #expect(kernel.isAtLeast(major, minor))
        #expect(!kernel.isAtLeast(major, minor + 1))
        #expect(!kernel.isAtLeast(major + 1, 0))
    }

    @Test func anUnknownVersionIsTheLatest() { #expect(KernelConfiguration(text: "").isAtLeast(99, 0)) }
}

@Suite struct CheckReportTests {
    private func text(_ config: String, _ change: (inout SystemSurvey) -> Void = { _ in }) -> String {
        var survey = SystemSurvey()
        change(&survey)
        return CheckReport(KernelConfiguration(text: config), survey).text(isColored: false)
    }

    // The words for an empty configuration are those of C LXC 5.0.2, except that it forgets the line about cpuset.
    @Test func anEmptyConfiguration() {
        let report = text("")
        #expect(
            report.hasPrefix(
                """
                --- Namespaces ---
                Namespaces: required
                Utsname namespace: missing
                Ipc namespace: required
                Pid namespace: required
                User namespace: missing
                Network namespace: missing

                --- Control groups ---
                Cgroups: missing
                Cgroup namespace: enabled
                Cgroup v1 mount points: \n\
                Cgroup v2 mount points: \n\
                Cgroup device: missing
                Cgroup sched: missing
                Cgroup cpu account: missing
                Cgroup memory controller: missing
                Cgroup cpuset: missing

                --- Misc ---
                Veth pair device: missing
                Macvlan: missing
                Vlan: missing
                Bridges: missing
                Advanced netfilter: missing
                CONFIG_IP_NF_TARGET_MASQUERADE: missing
                CONFIG_IP6_NF_TARGET_MASQUERADE: missing
                CONFIG_NETFILTER_XT_TARGET_CHECKSUM: missing
                CONFIG_NETFILTER_XT_MATCH_COMMENT: missing
                FUSE (for use with lxcfs): missing

                --- Checkpoint/Restore ---
                checkpoint restore: missing
                CONFIG_FHANDLE: missing
                CONFIG_EVENTFD: missing
                CONFIG_EPOLL: missing
                CONFIG_UNIX_DIAG: missing
                CONFIG_INET_DIAG: missing
                CONFIG_PACKET_DIAG: missing
                CONFIG_NETLINK_DIAG: missing
                File capabilities: enabled


                """))
    }

    @Test func modulesSayWhetherTheyAreLoaded() {
        let config = "CONFIG_VETH=m\nCONFIG_BRIDGE=m\nCONFIG_MACVLAN=y\n"
        let report = text(config) { $0.modules = ["veth"] }
        #expect(report.contains("Veth pair device: enabled, loaded\n"))
        #expect(report.contains("Bridges: enabled, not loaded\n"))
        #expect(report.contains("Macvlan: enabled\n"))
    }

    @Test func mountsLimitsAndWarnings() {
        let report = text("CONFIG_USER_NS=y\n") {
            $0.cgroupMountsVersion1 = ["/sys/fs/cgroup/cpu"]
            $0.cgroupMountsVersion2 = ["/sys/fs/cgroup/uni\u{1B}fied"]
            $0.missingVersion1Controllers = ["freezer"]
            $0.hasCloneChildren = true
            $0.namespaceLimits = [("max_pid_namespaces", "7")]
            $0.newuidmap = .absent
            $0.newgidmap = .unprivileged
            $0.interpreters = [.init(name: "qemu-arm", isEnabled: true, program: "/usr/bin/qemu-arm-static", flags: "OC")]
        }
        #expect(
            report.contains("Cgroup v1 mount points: \n - /sys/fs/cgroup/cpu\nCgroup v2 mount points: \n - /sys/fs/cgroup/uni\\x1bfied\n"))
        #expect(report.contains("warning: no cgroup v1 hierarchy for freezer is mounted\nCgroup v1 clone_children flag: enabled\n"))
        #expect(report.contains("Namespace limits:\n  max_pid_namespaces: 7\n"))
        #expect(report.contains("User namespace: enabled\nwarning: newuidmap is not installed\nwarning: newgidmap is not setuid root\n"))
        #expect(report.contains(" - qemu-arm by /usr/bin/qemu-arm-static, needs the interpreter's file inside the container\n"))
    }

    @Test func oldKernelsAreAskedOtherQuestions() {
        let old = text("# Linux/x86 2.6.32 Kernel Configuration\nCONFIG_CGROUP_MEM_RES_CTLR=y\n")
        #expect(old.contains("Multiple /dev/pts instances: required\n"))
        #expect(old.contains("Cgroup namespace: missing\n"))
        #expect(old.contains("Cgroup memory controller: enabled\n"))
        #expect(old.contains("File capabilities: missing\n"))
    }

    @Test func coloursOnlyOnATerminal() {
        let report = CheckReport(KernelConfiguration(text: "CONFIG_UTS_NS=y\n"), SystemSurvey())
        let colored = report.text(isColored: true)
        #expect(colored.contains("Namespaces: \u{1B}[1;31mrequired\u{1B}[0;39m\n"))
        #expect(colored.contains("Utsname namespace: \u{1B}[1;32menabled\u{1B}[0;39m\n"))
        #expect(colored.contains("Network namespace: \u{1B}[1;33mmissing\u{1B}[0;39m\n"))
        #expect(!report.text(isColored: false).contains("\u{1B}"))
    }

    @Test func json() {
        let text = CheckReport(KernelConfiguration(text: "CONFIG_VETH=m\n"), SystemSurvey()).json.text
        #expect(text.contains(#"{"label":"Veth pair device","status":"enabled","loaded":false}"#))
        #expect(text.contains(#"{"label":"Namespaces","status":"required"}"#))
        #expect(text.contains(#"{"label":"Cgroup v1 mount points","items":[]}"#))
    }
}

@Suite struct GzipContentTests {
    /// `printf 'CONFIG_VETH=y\n' | gzip -n9`.
    private static let packed: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x73, 0xF6, 0xF7, 0x73, 0xF3, 0x74, 0x8F, 0x0F, 0x73, 0x0D, 0xF1, 0xB0,
        0xAD, 0xE4, 0x02, 0x00, 0x16, 0xF8, 0x53, 0x7B, 0x0E, 0x00, 0x00, 0x00,
    ]

    @Test func unpacks() throws {
        #expect(GzipContent.isGzip(Self.packed))
        #expect(try GzipContent.unpack(Self.packed, limit: 100) == Array("CONFIG_VETH=y\n".utf8))
    }

    @Test func refusesMoreThanTheLimit() {
        #expect(throws: GzipContent.Problem.tooLarge) { try GzipContent.unpack(Self.packed, limit: 5) }
    }

    @Test func refusesDamage() {
        for length in 0..<Self.packed.count {
            #expect(throws: GzipContent.Problem.malformed) { try GzipContent.unpack(Array(Self.packed.prefix(length)), limit: 100) }
        }
        var wrong = Self.packed
        wrong[15] ^= 0xFF
        #expect(throws: GzipContent.Problem.self) { try GzipContent.unpack(wrong, limit: 100) }
    }
}
