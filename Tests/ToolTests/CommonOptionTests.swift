// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCTools
import Testing

@Suite struct CommonOptionTests {
    @Test(arguments: ["lxc-start --help", "lxc-start -h", "lxc-start p1 --hel", "lxc-start --help --bogus"])
    func helpIsNoFailureButGoesToStandardError(line: String) {
        let run = ToolRun(line)
        #expect(run.status == 0)
        #expect(run.output.isEmpty)
        #expect(run.errors == HelpText.help(StartCommand.table))
        #expect(run.engine.calls.isEmpty)
    }

    @Test func questionMarkIsAFailure() {
        let run = ToolRun("lxc-start -?")
        #expect(run.status == 1)
        #expect(run.errors == HelpText.help(StartCommand.table))
    }

    @Test func usageAndVersion() {
        let usage = ToolRun("lxc-stop --usage")
        #expect(usage.status == 0 && usage.output.isEmpty)
        #expect(usage.errors == HelpText.usage(StopCommand.table))
        let version = ToolRun("lxc-stop --version")
        #expect(version.status == 0 && version.errors.isEmpty)
        #expect(version.output == "\(ToolVersion.text)\n")
    }

    @Test(arguments: [
        ("lxc-start --bogus", "lxc-start: unrecognized option '--bogus'\n"),
        ("/usr/bin/lxc-start -n", "/usr/bin/lxc-start: option requires an argument -- 'n'\n"),
    ])
    func anOptionThatDoesNotFitShowsTheUsage(line: String, complaint: String) {
        let run = ToolRun(line)
        #expect(run.status == 1)
        #expect(run.errors == complaint + HelpText.usage(StartCommand.table))
    }

    @Test func aMissingNameHasCLXCsWords() {
        let run = ToolRun("lxc-start")
        #expect(run.status == 1)
        #expect(run.errors == "lxc-start: No container name specified\n")
    }

    @Test(arguments: [
        "lxc-freeze -n web", "lxc-freeze --name web", "lxc-freeze --name=web", "lxc-freeze web", "lxc-freeze web -P /x", "lxc-freeze -nweb",
    ])
    func theNameHasManyForms(line: String) {
        let run = ToolRun(line)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(run.engine.calls == ["freeze web"])
    }

    @Test(arguments: [["lxc-freeze", ""], ["lxc-freeze", "a/b"], ["lxc-freeze", ".."], ["lxc-freeze", "-n", "/etc"]])
    func aNameIsOneFolder(words: [String]) {
        let run = ToolRun(words: words)
        #expect(run.status == 1)
        #expect(run.engine.calls.isEmpty)
        #expect(run.errors.hasSuffix("lxc-freeze: could not parse command line\n"))
    }

    @Test func sharedOptionsReachTheEngine() {
        let run = ToolRun("lxc-start p1 -P /srv/lxc -o /tmp/log -l debug -q -f /tmp/rc")
        let options = run.engine.started?.target.options
        #expect(options?.paths == ["/srv/lxc"])
        #expect(options?.logFile == "/tmp/log")
        #expect(options?.logLevel == .debug)
        #expect(options?.isQuiet == true)
        #expect(options?.rcfile == "/tmp/rc")
    }

    @Test func everyToolButMonitorTakesOnePath() {
        let run = ToolRun("lxc-freeze p1 -P /a -P /b")
        #expect(run.status == 1)
        #expect(run.errors == "lxc-freeze: p1: This command only accepts 1 -P,--lxcpath arguments\n")
        #expect(ToolRun("lxc-monitor -P /a -P /b").engine.calls == ["monitor /a /b"])
    }

    @Test func anOldSlipOfTheDashIsExplained() {
        let run = ToolRun("lxc-start -n p1 -logfile=x.log")
        #expect(run.status == 1)
        #expect(
            run.errors == """
                lxc-start: p1: -l/--logpriority: "ogfile=x.log" is not a log level
                  write --logfile=x.log with two dashes
                lxc-start: could not parse command line

                """)
    }

    @Test func quietHidesFailuresButNotTheStatus() {
        let run = ToolRun("lxc-freeze p1 -q") { $0.failure = .notRunning("p1") }
        #expect(run.status == 1)
        #expect(run.errors.isEmpty)
    }

    @Test func extraWordsAreNoticed() {
        let run = ToolRun("lxc-freeze web other")
        #expect(run.status == 0)
        #expect(run.errors == "lxc-freeze: ignoring the extra word \"other\"\n")
    }

    @Test(arguments: ["lxc-console p1 --e ^b", "lxc-console p1 --esc ^b"])
    func ourOwnOptionsBreakNoAbbreviation(line: String) {
        #expect(ToolRun(line).engine.console?.escape == 2)
    }
}

@Suite struct ErrorFormatTests {
    private static let failure = ToolFailure(
        .startFailed, "cannot mount /dev/snd on dev/snd", reason: "no such file or directory",
        origin: .init(setting: "lxc.mount.entry", file: "/var/lib/lxc/p1/config", line: 14),
        advice: "add \"optional\" to its options to start without it")

    @Test func textSaysWhatWhyWhereAndWhatToDo() {
        let run = ToolRun("lxc-start p1") { $0.failure = Self.failure }
        #expect(run.status == 1)
        #expect(
            run.errors == """
                lxc-start: p1: cannot mount /dev/snd on dev/snd: no such file or directory
                  asked for by lxc.mount.entry at /var/lib/lxc/p1/config:14
                  add "optional" to its options to start without it

                """)
    }

    @Test func jsonHoldsTheSame() {
        let run = ToolRun("lxc-start p1 --error-format json") { $0.failure = Self.failure }
        #expect(
            run.errors == #"{"schema":1,"error":{"tool":"lxc-start","code":"start-failed","message":"cannot mount /dev/snd on dev/snd","#
                + #""container":"p1","reason":"no such file or directory","#
                + #""origin":{"setting":"lxc.mount.entry","file":"/var/lib/lxc/p1/config","line":14},"#
                + #""advice":"add \"optional\" to its options to start without it","status":1}}"# + "\n")
    }

    @Test func libcsComplaintsAreJSONToo() {
        let run = ToolRun("lxc-start --error-format=json --bogus")
        #expect(run.status == 1)
        #expect(
            run.errors
                == #"{"schema":1,"error":{"tool":"lxc-start","code":"usage","message":"unrecognized option '--bogus'","status":1}}"# + "\n")
    }

    @Test func textHasAtMostFiveLinesAndNoControlCharacters() {
        let failure = ToolFailure(
            .usage, "bad \u{1B}[2J name\nforged line", reason: "\u{9B}31m", advice: "1\n2\n3\n4\n5\n6")
        let text = ErrorPrinter.text(failure, tool: "lxc-x", container: nil, format: .text)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == 5)
        #expect(lines.first == "lxc-x: bad \\x1b[2J name\\x0aforged line: \\x9b31m")
        #expect(lines.last == "lxc-x: could not parse command line")
    }

    @Test func someAnswersNameNoTool() {
        let run = ToolRun("lxc-info nosuch") { $0.failure = .doesNotExist("nosuch") }
        #expect(run.status == 1)
        #expect(run.errors == "nosuch doesn't exist\n")
    }

    @Test func alreadyRunningIsSaidButNoFailure() {
        let run = ToolRun("lxc-start p1") { $0.failure = .alreadyRunning }
        #expect(run.status == 0)
        #expect(run.errors == "lxc-start: p1: Container is already running\n")
    }
}

@Suite struct MulticallTests {
    @Test(arguments: [
        ["lxc-freeze", "p1"], ["/usr/bin/lxc-freeze", "p1"], ["lxc", "freeze", "p1"], ["/opt/bin/lxc", "freeze", "-n", "p1"],
    ])
    func theNameOrTheFirstWordChoosesTheTool(words: [String]) {
        #expect(ToolRun(words: words).engine.calls == ["freeze p1"])
    }

    @Test func complaintsNameTheTool() {
        #expect(ToolRun("lxc freeze -x").errors.hasPrefix("lxc-freeze: invalid option -- 'x'\n"))
    }

    @Test(arguments: [("lxc", 1), ("lxc --help", 0), ("lxc nosuch", 1), ("lxc --version", 0)])
    func withoutAToolItExplainsItself(line: String, status: Int32) { #expect(ToolRun(line).status == status) }

    @Test(arguments: ToolRegistry.names) func everyToolIsReachable(tool: String) {
        #expect(ToolRun("\(tool) --version").output == "\(ToolVersion.text)\n")
    }
}
