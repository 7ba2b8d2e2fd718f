// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// How C LXC, as Debian packages it, does under attacks of the table. Nothing is demanded of it: each test prints a line that
/// `scripts/attack-table.sh` puts into its report.
@Suite(.needsRoot, .needsPeerLXC, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct PeerAttackTests {
    private func say(_ row: String, _ result: String) { print("C LXC | \(row) | \(result)") }

    /// Runs a shell line with one of Debian's tools in it.
    private func shell(_ fixture: ContainerFixture, _ line: String) throws -> ToolResult {
        // Registers what the fixture has to tidy up after these tools.
        _ = try fixture.peer("info", "--version")
        return try fixture.run("/bin/bash", ["-c", line])
    }

    @Test("C LXC: links and odd files in the root filesystem") func rootFilesystems() throws {
        var counts: [String: (held: Int, all: Int)] = [:]
        for attack in EscapeTests.attacks {
            try withContainers { fixture in
                let canary = try Canary(fixture)
                let container = try AttackedContainer(fixture, .privileged, hasShippedSettings: false)
                try attack.set(fixture, container, canary)
                let before = try canary.listing(fixture)
                let started = try fixture.peer("start", "-n", container.name).code == 0
                _ = try fixture.peer("stop", "-k", "-n", container.name)
                let isHeld = try canary.listing(fixture) == before && (attack.mayStart || !started)
                let row = String(attack.name.prefix { $0 != " " })
                let count = counts[row] ?? (0, 0)
                counts[row] = (count.held + (isHeld ? 1 : 0), count.all + 1)
            }
        }
        for (row, count) in counts { say(row, "\(count.held) of \(count.all) refused") }
    }

    @Test("C LXC: descriptors, environment, groups and keys of the caller") func callersThings() throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, .privileged, hasShippedSettings: false)
            try container.place("keys")
            let tool = "-P \(fixture.lxcpath) -n \(container.name)"
            let start = try shell(fixture, "exec 8</ 9</etc; SECRET=x exec /usr/bin/lxc-start \(tool)")
            guard start.code == 0 else { return say("E6", "does not start with open descriptors") }
            let pid = try fixture.peer("info", "-n", container.name, "-pH").lines.first ?? ""
            let numbers = try DirectoryListing.names(in: "/proc/\(pid)/fd").filter { (Int($0) ?? 0) > 2 }
            let hasSecret = try WholeFile.text("/proc/\(pid)/environ").contains("SECRET")
            say("E7", "\(numbers.count) descriptors above the standard streams in init")
            say("E10", "init has \(hasSecret ? "the caller's variables" : "nothing of the caller's")")
            let attached = try shell(fixture, "exec 8</ 9</etc; exec /usr/bin/lxc-attach \(tool) -- /bin/sh -c 'ls /proc/$$/fd'")
            say("E6", "\(attached.lines.filter { (Int($0) ?? 0) > 2 && Int($0) != 10 }.count) descriptors in an attached program")
            let groups = try shell(fixture, "exec setpriv --groups 4242,4243 /usr/bin/lxc-attach \(tool) -- grep Groups: /proc/self/status")
            say("K12", "an attached program has \(groups.output.contains("4242") ? "the caller's groups" : "no group of the caller's")")
            let keys = try shell(fixture, "\(fixture.compile("keys")) own peer-key /usr/bin/lxc-attach \(tool) -- /keys look peer-key")
            say("K17", "an attached program \(keys.output.contains("search 0") ? "has" : "does not have") the keys of the caller's session")
            _ = try fixture.peer("stop", "-k", "-n", container.name)
        }
    }

    @Test("C LXC: names that are paths") func names() throws {
        let names = ["..", "a/b", "", ".hidden", String(repeating: "x", count: 256), "new\nline"]
        var refused = 0
        for name in names {
            try withContainers { fixture in
                // A folder deeper, so that what goes up stays in the test's own folder.
                let folder = fixture.lxcpath + "/inner"
                try HostPath.makeDirectories(folder)
                let result = try shell(fixture, "exec /usr/bin/lxc-create -P \(folder) --name='\(name)' -t none -f /dev/null")
                let made = try DirectoryListing.names(in: folder) + DirectoryListing.names(in: fixture.lxcpath)
                refused += result.code != 0 && made == ["inner"] ? 1 : 0
                _ = try fixture.run("/bin/sh", ["-c", "cd \(fixture.lxcpath) && find . -mindepth 1 -delete"])
            }
        }
        say("P15", "\(refused) of \(names.count) refused")
    }

    @Test("C LXC: sysctls of the host") func sysctls() throws {
        try withContainers { fixture in
            let before = try fixture.keep("/proc/sys/kernel/core_pattern")
            let name = try fixture.busybox(
                "sysctl", config: ["lxc.net.0.type = empty", "lxc.sysctl.kernel.core_pattern = attacked-\(fixture.tag)"])
            let start = try fixture.peer("start", "-n", name)
            _ = try fixture.peer("stop", "-k", "-n", name)
            let isChanged = try WholeFile.text("/proc/sys/kernel/core_pattern") != before
            if isChanged { try WholeFile.writeControl("/proc/sys/kernel/core_pattern", before) }
            say("K20", isChanged ? "the host's core_pattern was set" : "the host's core_pattern was not set (status \(start.code))")
        }
    }
}
