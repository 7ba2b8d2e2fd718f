// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-top on a terminal and for programs, with containers under load.
@Suite(.needsRoot, .serialized) struct TopTests {
    /// Containers that use a lot of processor time, some, and little, in an order that is not that of their names.
    private func withLoad(_ body: (ContainerFixture, [String]) throws -> Void) throws {
        try withContainers { fixture in
            let first = try fixture.busybox("b-busy", config: ["lxc.net.0.type = empty"])
            let work = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep"
            var names: [String] = []
            for (short, command) in [
                ("b-busy", "while :; do :; done"), ("c-some", "while :; do \(work) 0.2; done"), ("a-idle", "sleep 1000"),
            ] {
                let name =
                    short == "b-busy"
                    ? first
                    : try fixture.bare(
                        short,
                        config: [
                            "lxc.uts.name = \(short)", "lxc.net.0.type = empty", "lxc.rootfs.path = dir:\(fixture.rootfs(first))",
                        ])
                try fixture.succeed("start", "-n", name, "--", "/bin/sh", "-c", command)
                names.append(name)
            }
            Pause.milliseconds(1500)
            try body(fixture, names)
        }
    }

    /// lxc-top on a terminal of that size; `before` and `after` it the terminal's mode is shown, and its status.
    private func session(_ fixture: ContainerFixture, _ options: String, columns: Int = 200, rows: Int = 12) throws -> TerminalSession {
        let top = "exec \(fixture.installation.bin)/lxc-top -P \(fixture.lxcpath) -d 0.3 \(options)"
        let script = """
            trap : INT QUIT; stty cols \(columns) rows \(rows); echo "before $(stty -g)."
            sh -c 'echo $$ > \(fixture.lxcpath)/pid; \(top)'; echo "status $?"; echo "after $(stty -g)."
            """
        let session = try TerminalSession("/bin/sh", ["-c", script], environment: ProcessEnvironment.lines + ["TERM=xterm"])
        fixture.atEnd("terminal session of lxc-top") { try session.end() }
        return session
    }

    /// The lines of the screen that was drawn last but one, which is complete.
    private func screen(_ session: TerminalSession) -> [String] {
        let frames = session.transcript.split(separator: "\u{1B}[H")
        guard frames.count >= 2 else { return [] }
        return frames[frames.count - 2].split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }).map {
            $0.split(separator: "\u{1B}").map { part in
                // What is left of a control sequence ends with its letter.
                part.first == "[" ? String(part.drop { !$0.isLetter }.dropFirst()) : String(part)
            }.joined()
        }
    }

    private func shown(_ session: TerminalSession, _ names: [String]) -> [String] {
        screen(session).compactMap { line in names.first { line.hasPrefix($0.prefix(18)) } }
    }

    /// The two lines that the shell shows around lxc-top.
    private func expectRestored(_ session: TerminalSession, status: Int32) throws {
        try session.expect("\u{1B}[?25h\u{1B}[?1049l")
        try session.expect("status \(status)\r\n")
        try session.expect("after ")
        _ = try session.wait()
        func mode(_ word: String) -> Substring? {
            session.transcript.firstRange(of: word + " ").map { session.transcript[$0.upperBound...].prefix { $0 != "." } }
        }
        #expect(mode("before") != nil && mode("before") == mode("after"), "\(session.transcript)")
    }

    @Test func theBusiestComesFirstAndKeysSort() throws {
        try withLoad { fixture, names in
            let session = try session(fixture, "-s c")
            func shows(_ order: [Int]) throws {
                let isThere = try fixture.eventually {
                    try session.expect("\u{1B}[H")
                    return shown(session, names) == order.map { names[$0] }
                }
                #expect(isThere, "\(screen(session))")
            }
            try shows([0, 1, 2])
            print("lxc-top, sorted by processor time:\n" + screen(session).joined(separator: "\n"))
            let lines = screen(session)
            #expect(lines.first?.hasPrefix("Container                   CPU          CPU          CPU") == true)
            #expect(lines.dropFirst().first?.hasPrefix("Name                       Used          Sys         User") == true)
            #expect(lines.contains { $0.hasPrefix("TOTAL 3 of 3 ") })
            // Two busy containers and this test wait for each other.
            if try FileStatus.ifPresent("/proc/pressure/cpu") != nil {
                #expect(lines.first?.hasSuffix("Mem                CPU                Mem") == true, "\(lines)")
                #expect(lines.last?.hasPrefix("Pressure   CPU [") == true)
            }
            try session.type("c")
            try shows([2, 1, 0])
            try session.type("n")
            try shows([2, 0, 1])
            try session.type("r")
            try shows([1, 0, 2])
            try session.type("q")
            try expectRestored(session, status: 0)
        }
    }

    @Test(arguments: [1, 2, 3, 15] as [Int32]) func signalsGiveTheTerminalBack(signal: Int32) throws {
        try withContainers { fixture in
            let session = try session(fixture, "")
            try session.expect("TOTAL 0 of 0")
            switch signal {
            case 2: try session.type("\u{3}")
            case 3: try session.type("\u{1C}")
            default:
                let text = try WholeFile.text(fixture.lxcpath + "/pid")
                try ProcessControl.send(signal, to: #require(Int32(text.filter { $0.isNumber })))
            }
            try expectRestored(session, status: 128 + signal)
        }
    }

    @Test func aStoppedProgramGivesTheTerminalBackAndTakesItAgain() throws {
        try withContainers { fixture in
            let session = try session(fixture, "")
            try session.expect("TOTAL 0 of 0")
            let pid = try #require(Int32(try WholeFile.text(fixture.lxcpath + "/pid").filter { $0.isNumber }))
            try ProcessControl.send(20, to: pid)
            try session.expect("\u{1B}[?25h\u{1B}[?1049l")
            #expect(try fixture.eventually { try WholeFile.text("/proc/\(pid)/stat").holds(") T ") })
            try ProcessControl.send(18, to: pid)
            try session.expect("\u{1B}[?1049h\u{1B}[?25l")
            try session.expect("TOTAL 0 of 0")
            try session.type("q")
            try expectRestored(session, status: 0)
        }
    }

    @Test func theWidthIsFollowed() throws {
        try withLoad { fixture, names in
            let session = try session(fixture, "", columns: 60, rows: 5)
            let hasCome = try fixture.eventually {
                try session.expect("\u{1B}[H")
                return screen(session).contains { $0.hasPrefix("TOTAL") }
            }
            #expect(hasCome)
            let lines = screen(session)
            #expect(lines.allSatisfy { $0.count <= 60 }, "\(lines)")
            #expect(lines.count <= 5, "\(lines)")
            try session.type("q")
            try expectRestored(session, status: 0)
        }
    }

    /// A number of the object of a container.
    private func number(_ line: Substring, _ name: String, _ member: String) -> UInt64? {
        guard let place = line.firstRange(of: "{\"name\":\"\(name)\"") else { return nil }
        let object = line[place.lowerBound...].prefix { $0 != "}" }
        return object.firstRange(of: "\"\(member)\":").flatMap { UInt64(object[$0.upperBound...].prefix { $0.isNumber }) }
    }

    @Test func numbersAreThoseOfTheCgroups() throws {
        try withLoad { fixture, names in
            let result = try fixture.succeed("top", "--format", "json", "--count", "2", "-d", "0.5", "-s", "c")
            let lines = result.output.split(separator: "\n")
            #expect(lines.count == 2)
            guard lines.count == 2 else { return }
            for line in lines { #expect(line.hasPrefix("{\"schema\":1,\"time_ms\":")) }
            #expect(
                lines[1].firstRange(of: names[0]).map { $0.lowerBound } ?? "".endIndex < lines[1].firstRange(of: names[1])?.lowerBound
                    ?? lines[1].startIndex)
            let before = number(lines[0], names[0], "cpu_nanoseconds") ?? 0
            let after = number(lines[1], names[0], "cpu_nanoseconds") ?? 0
            // At least a tenth of one processor, and no more than all of one.
            #expect(after > before + 50_000_000 && after < before + 2_000_000_000, "\(lines)")
            let idle = number(lines[1], names[2], "cpu_nanoseconds") ?? .max
            #expect(idle < after)
            let info = try fixture.succeed("info", "-n", names[2], "-SH").lines
            if let memory = info.first(where: { $0.hasPrefix("Memory use:") }).flatMap({ UInt64($0.split(separator: " ").last ?? "") }) {
                let shown = number(lines[1], names[2], "memory_bytes") ?? 0
                #expect(shown > memory / 3 && shown < memory * 3 + (1 << 20), "\(shown) and \(memory)")
            }
            let batch = try fixture.succeed("top", "-b", "--count", "1").lines
            #expect(batch.count == 4)
            #expect(batch.dropFirst().allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 10 })
        }
    }

    @Test func containersComeAndGoWhileItRuns() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("again", config: ["lxc.net.0.type = empty"])
            let program = try fixture.begin("top", "--format", "json", "-d", "0.1")
            func last() throws -> Substring { try program.output.split(separator: "\n").last ?? "" }
            #expect(try fixture.eventually { try last().hasSuffix("\"containers\":[]}") })
            for _ in 0..<2 {
                try fixture.succeed("start", "-n", name)
                #expect(try fixture.eventually { try number(last(), name, "cpu_nanoseconds") ?? 0 > 0 })
                try fixture.succeed("stop", "-k", "-n", name)
                #expect(try fixture.eventually { try last().hasSuffix("\"containers\":[]}") })
            }
            // Anew between two looks: the cgroups have the same names and are others.
            let rest = try fixture.begin("top", "--format", "json", "-d", "0.6")
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.eventually { try number(rest.lines.last?[...] ?? "", name, "cpu_nanoseconds") ?? 0 > 0 })
            try fixture.succeed("stop", "-k", "-n", name)
            try fixture.succeed("start", "-n", name)
            let count = try rest.lines.count
            #expect(try fixture.eventually { try rest.lines.count >= count + 2 })
            #expect(try number(rest.lines.last?[...] ?? "", name, "cpu_nanoseconds") ?? 0 > 0)
        }
    }
}
