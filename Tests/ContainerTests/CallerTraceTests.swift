// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Nothing that the caller of a tool has goes along into a container: descriptors, environment, groups, capabilities, keys.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct CallerTraceTests {
    /// Runs one of our tools from a shell that has all that must not go along.
    ///
    /// - Parameters:
    ///   - container: The container.
    ///   - tool: The tool's short name.
    ///   - arguments: Its words.
    /// - Returns: What it did.
    /// - Throws: ``FixtureFailure`` when it did not end.
    private func burdened(_ container: AttackedContainer, _ tool: String, _ arguments: [String]) throws -> ToolResult {
        let words = container.words(tool, ["-n", container.name] + arguments)
        let quoted = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
        let script = "exec 7</ 8</etc/shadow 9</proc 11</dev; export SECRET_TOKEN=burden; exec \(quoted)"
        // A user's own rights are given by setpriv(1) in the words already.
        let rights =
            container.kind == .user ? [] : ["--groups", "4242,4243", "--inh-caps", "+chown,+net_raw", "--ambient-caps", "+net_raw"]
        return try container.fixture.run("/usr/bin/setpriv", rights + ["/bin/bash", "-c", script])
    }

    private static let look = """
        grep -E '^(Groups|CapInh|CapAmb|Seccomp|NoNewPrivs):' /proc/self/status
        for f in 3 4 5 6 7 8 9 11 12; do [ -e /proc/$$/fd/$f ] && readlink /proc/$$/fd/$f; done
        tr '\\0' '\\n' < /proc/$$/environ | grep -c SECRET
        """

    private func expectNothing(_ lines: [Substring], _ comment: String) {
        for line in lines {
            let words = line.split(whereSeparator: { $0.isWhitespace }).map(String.init)
            switch words.first {
            case "Groups:": #expect(words.count == 1, "\(comment): \(line)")
            case "CapInh:", "CapAmb:": #expect(words.last == "0000000000000000", "\(comment): \(line)")
            case "Seccomp:": #expect(words.last == "2", "\(comment): \(line)")
            case "NoNewPrivs:": #expect(words.last == "1", "\(comment): \(line)")
            default: #expect(line == "0", "\(comment): \(line)")
            }
        }
        #expect(lines.count == 6, "\(comment): \(lines)")
    }

    @Test("E6, E7, E10, K12, K13, K14: of init", arguments: ContainerKind.allCases)
    func nothingReachesInit(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, config: ["lxc.no_new_privs = 1", "lxc.hook.start = /look hook"])
            let script = "#!/bin/sh\nexec > /seen-$1 2>/dev/null\n\(Self.look)\n[ $1 = hook ] || exec sleep 1000\nexit 0\n"
            try fixture.write(container.rootfs + "/look", script, mode: 0o755)
            _ = try fixture.run("/bin/chmod", ["777", container.rootfs])
            let started = try burdened(container, "start", ["--", "/look", "init"])
            #expect(started.code == 0, "\(started)")
            for process in kind == .user ? ["init"] : ["hook", "init"] {
                let file = container.rootfs + "/seen-\(process)"
                // It is not there before the program has begun.
                #expect(try fixture.eventually { ((try? WholeFile.text(file)) ?? "").split(separator: "\n").count >= 6 })
                expectNothing(try WholeFile.text(file).split(separator: "\n"), process)
            }
        }
    }

    @Test("E6, E7, K12, K13, K14: of an attached program", arguments: ContainerKind.allCases)
    func nothingReachesAnAttachedProgram(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, config: ["lxc.no_new_privs = 1"])
            try container.succeed("start")
            // E10: lxc-attach keeps the environment unless it is told otherwise, as its manual says.
            let attached = try burdened(container, "attach", ["--clear-env", "--", "/bin/sh", "-c", Self.look])
            expectNothing(attached.output.split(separator: "\n"), "\(attached)")
        }
    }

    @Test("K12: init has the groups that are configured", arguments: [ContainerKind.privileged, .mapped])
    func configuredGroupsOnly(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, config: ["lxc.init.groups = 55"])
            try container.succeed("start")
            #expect(try container.initStatus().groups == [kind == .mapped ? 100055 : 55])
        }
    }

    @Test("K17: keys of the caller's session are out of reach", arguments: ContainerKind.allCases, ["start", "attach"])
    func sessionKeys(kind: ContainerKind, tool: String) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind)
            try container.place("keys")
            let key = "key-\(fixture.tag)"
            let attacker = try fixture.compile("keys")
            if tool == "attach" { try container.succeed("start") }
            _ = try fixture.run("/bin/chmod", ["777", container.rootfs])
            let look = ["/bin/sh", "-c", "/keys look \(key) > /seen"]
            let words = container.words(tool, ["-n", container.name] + (tool == "start" ? ["-F"] : []) + ["--"] + look)
            let result = try fixture.run(attacker, ["own", key] + words)
            #expect(result.code == 0, "\(result)")
            let seen = try WholeFile.text(container.rootfs + "/seen").split(separator: "\n")
            for way in ["search", "request"] {
                let answer = seen.first { $0.hasPrefix(way + " ") }
                #expect(answer != nil && answer != "\(way) 0", "\(seen)")
            }
            // The kernel shows the names of a user's keys to that user, which root of this kind is.
            if kind != .privileged { #expect(seen.contains("listed 0"), "\(seen)") }
            // The attack works where nothing stands in its way.
            let proof = try fixture.run(attacker, ["own", key, attacker, "look", key])
            #expect(proof.lines.prefix(2) == ["search 0", "request 0"], "\(proof)")
        }
    }

    @Test("K17: a container with ids of its own fills no quota but its own", arguments: [ContainerKind.mapped, .user])
    func quotaOfKeys(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind)
            try container.place("keys")
            try container.succeed("start")
            #expect(try container.inside("/keys fill").output == "filled 122\n")  // EDQUOT
            let key = "key-\(fixture.tag)"
            let attacker = try fixture.compile("keys")
            let proof = try fixture.run(attacker, ["own", key, attacker, "look", key])
            #expect(proof.lines.first == "search 0", "\(proof)")
            #expect(try container.inside("true").code == 0)
        }
    }
}
