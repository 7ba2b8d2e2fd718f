// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-checkconfig about the configuration of another kernel, a phone's for example.
@Suite(.needsRoot) struct CheckConfigTests {
    private func check(_ fixture: ContainerFixture, config: String) throws -> ToolResult {
        try fixture.write("\(fixture.lxcpath)/.config", config)
        return try fixture.run(
            "\(fixture.installation.bin)/lxc-checkconfig", [], environment: ["CONFIG=\(fixture.lxcpath)/.config"])
    }

    @Test("S2.34 S2.35 S3.08: CONFIG names a kernel's configuration; what it lacks is reported") func anotherKernel() throws {
        try withContainers { fixture in
            let lacking = try check(
                fixture,
                config: """
                    # Linux/arm 3.4.0 Kernel Configuration
                    CONFIG_NAMESPACES=y
                    CONFIG_UTS_NS=y
                    # CONFIG_PID_NS is not set
                    CONFIG_VETH=m
                    CONFIG_CGROUPS=y
                    CONFIG_CGROUP_FREEZER=y

                    """)
            #expect(lacking.code == 0, "\(lacking)")
            for line in [
                "Namespaces: enabled", "Utsname namespace: enabled", "Pid namespace: required", "Network namespace: missing",
                "Cgroups: enabled", "Cgroup device: missing",
            ] { #expect(lacking.lines.contains(line), "\(line)\n\(lacking)") }
            #expect(lacking.output.contains("Veth pair device: enabled"))
            let whole = try check(
                fixture,
                config: "# Linux/arm 3.4.0 Kernel Configuration\n"
                    + ["NAMESPACES", "UTS_NS", "PID_NS", "IPC_NS", "NET_NS", "USER_NS", "CGROUPS"].map { "CONFIG_\($0)=y\n" }.joined())
            for line in ["Pid namespace: enabled", "Ipc namespace: enabled", "Network namespace: enabled"] {
                #expect(whole.lines.contains(line), "\(line)\n\(whole)")
            }
        }
    }
}
