// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCTools
import Testing

@Suite struct AutostartTests {
    private static func candidate(
        _ name: String, order: Int = 0, delay: Int = 0, groups: [String] = [], auto: Bool = true, runs: Bool = false
    ) -> AutostartCandidate {
        var candidate = AutostartCandidate(name: name)
        candidate.isRunning = runs
        candidate.settings.auto = auto
        candidate.settings.order = order
        candidate.settings.delay = delay
        candidate.settings.groups = groups
        return candidate
    }

    /// The containers with which Debian's lxc-autostart 5.0.2 was watched.
    private static let watched = [
        candidate("a1", order: 5, delay: 2), candidate("a2", order: 1), candidate("a3", order: 9, groups: ["onboot"]),
        candidate("a4", groups: ["onboot", "web"]), candidate("a5", groups: ["web"], auto: false), candidate("a6", order: 5),
        candidate("a7", auto: false),
    ]

    private func autostart(_ words: [String], _ candidates: [AutostartCandidate] = watched, _ more: (RecordingEngine) -> Void = { _ in })
        -> ToolRun
    {
        ToolRun(words: ["lxc-autostart"] + words) {
            $0.candidates = candidates
            more($0)
        }
    }

    // Names as Debian's prints them, joined; its leading comma is left out, for it forgets the groups after it.
    @Test(arguments: [
        (["-L"], "a2 a1 a6"), (["-L", "-a"], "a4 a2 a1 a6 a3"), (["-L", "-A"], "a7 a2 a1 a6"), (["-L", "-I"], "a7 a2 a1 a6"),
        (["-L", "-a", "-A"], "a4 a5 a7 a2 a1 a6 a3"), (["-L", "-g", "onboot"], "a4 a3"), (["-L", "-g", "onboot,"], "a4 a3 a2 a1 a6"),
        (["-L", "-g", "web,onboot"], "a4 a3"), (["-L", "-g", "onboot", "-g", ""], "a4 a3 a2 a1 a6"), (["-L", "-g", ""], "a2 a1 a6"),
        (["-L", "-g", "onboot,,web"], "a4 a3 a2 a1 a6"), (["-L", "-a", "-g", "web"], "a4 a2 a1 a6 a3"), (["-L", "-g", "web,web"], "a4"),
        (["-L", "-g", "nothing"], ""), (["-L", "-g", ",onboot"], "a2 a1 a6 a4 a3"),
    ])
    func choosesAndOrdersAsDebians(words: [String], names: String) {
        let run = autostart(words + ["--order-rule", "lowest-first"])
        #expect(run.output == names.split(separator: " ").map { "\($0) \($0 == "a1" ? 2 : 0)\n" }.joined())
        #expect(run.status == 0)
    }

    @Test func theHighestOrderComesFirstUnlessToldOtherwise() {
        #expect(autostart(["-L", "-a"]).output == "a3 0\na1 2\na6 0\na2 0\na4 0\n")
        #expect(autostart(["-L", "-a"]) { $0.values = [.startOrderRule: "lowest-first"] }.output.hasPrefix("a4 0\na2 0\n"))
        let given = autostart(["-L", "-a", "--order-rule=highest-first"]) { $0.values = [.startOrderRule: "lowest-first"] }
        #expect(given.output.hasPrefix("a3 0\n"))
    }

    @Test func sameOrderStartsTogetherAndADelayHoldsTheNextUp() {
        let all = [
            Self.candidate("a", order: 2), Self.candidate("b", order: 2, delay: 3), Self.candidate("c", order: 2),
            Self.candidate("d", order: 2), Self.candidate("e", order: 1, delay: 9),
        ]
        let run = autostart([], all)
        #expect(run.engine.calls == ["candidates", "start a", "start b", "pause 3", "start c+d", "start e"])
        #expect(run.status == 0 && run.errors == "" && run.output == "")
    }

    @Test func groupsComeOneAfterTheOther() {
        let all = [
            Self.candidate("a", groups: ["one"]), Self.candidate("b"), Self.candidate("c", groups: ["two", "one"]), Self.candidate("d"),
        ]
        #expect(autostart(["-g", "two,one,"], all).engine.calls == ["candidates", "start c", "start a", "start b+d"])
    }

    @Test(arguments: [
        (["-s"], "shutdown", " in 60"), (["-s", "-t", "5"], "shutdown", " in 5"), (["-s", "-t", "-1"], "shutdown", ""),
        (["-k", "-t", "5"], "kill", ""), (["-r", "-t", "7"], "reboot", " in 7"), (["-k", "-s", "-r"], "shutdown", " in 60"),
        (["-r", "-k"], "kill", ""),
    ])
    func onlyWhatRunsIsStopped(words: [String], action: String, time: String) {
        let all = [
            Self.candidate("a", order: 1, runs: true), Self.candidate("b", order: 3, runs: true), Self.candidate("c", order: 2),
            Self.candidate("d", order: 1, runs: true),
        ]
        // What was started first stops last; a reboot goes the way of a start.
        let order = action == "reboot" ? ["b", "a+d"] : ["d+a", "b"]
        #expect(autostart(words, all).engine.calls == ["candidates"] + order.map { "\(action) \($0)\(time)" })
    }

    @Test func delaysHoldForRebootsButNotForStops() {
        let all = [Self.candidate("a", delay: 4, runs: true), Self.candidate("b", runs: true)]
        #expect(autostart(["-r"], all).engine.calls == ["candidates", "reboot a in 60", "pause 4", "reboot b in 60"])
        #expect(autostart(["-k"], all).engine.calls == ["candidates", "kill b+a"])
    }

    @Test func listsOfStopsHaveNoDelays() {
        #expect(autostart(["-L", "-k"], [Self.candidate("a", delay: 4, runs: true)]).output == "a\n")
    }

    @Test func everyFailureHasALineAndTheStatusTellsHowMany() {
        let all = [Self.candidate("a", delay: 1), Self.candidate("b"), Self.candidate("c")]
        let reason = ToolFailure(
            .startFailed, "cannot mount x", reason: "no such file",
            origin: .init(setting: "lxc.mount.entry", file: "/f", line: 3), advice: "make it")
        let some = autostart([], all) { $0.failures = ["a": reason, "c": reason] }
        #expect(
            some.errors == """
                lxc-autostart: a: cannot mount x: no such file (asked for by lxc.mount.entry at /f:3)
                lxc-autostart: c: cannot mount x: no such file (asked for by lxc.mount.entry at /f:3)
                lxc-autostart: 2 of 3 containers could not be started

                """)
        #expect(some.status == 2)
        // Nobody waits for one that did not start.
        #expect(some.engine.calls == ["candidates", "start a", "start b+c"])
        #expect(autostart([], all) { $0.failures = ["a": reason, "b": reason, "c": reason] }.status == 1)
        #expect(autostart(["-q"], all) { $0.failures = ["a": reason] }.errors == "")
        let json = autostart(["--error-format", "json"], all) { $0.failures = ["a": reason] }
        #expect(json.errors.hasPrefix(#"{"schema":1,"error":{"tool":"lxc-autostart","code":"start-failed""#))
        #expect(json.errors.split(separator: "\n").count == 1)
        #expect(autostart([], []).status == 0)
    }

    @Test func aConfigurationThatCannotBeReadIsAFailure() {
        var broken = AutostartCandidate(name: "broken")
        broken.failure = ToolFailure(.badConfiguration, "cannot read it")
        let run = autostart([], [Self.candidate("a"), broken])
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("lxc-autostart: broken: cannot read it\n"))
        #expect(run.engine.calls == ["candidates", "start a"])
        #expect(autostart(["-L"], [Self.candidate("a"), broken]).status == 2)
        // The machine goes down: what runs is stopped, whatever became of its configuration.
        broken.isRunning = true
        let stop = autostart(["-s", "-a", "-A"], [broken])
        #expect(stop.engine.calls == ["candidates", "shutdown broken in 60"])
        #expect(stop.status == 0)
    }

    @Test func remarksOnTheCommandLine() {
        #expect(autostart(["-L", "-a", "-g", "x"]).errors == "lxc-autostart: -a chooses all groups, so -g says nothing more\n")
        #expect(autostart(["-L", "-g", "web", "-g", "web"]).errors == "lxc-autostart: the group \"web\" is named twice\n")
        #expect(autostart(["-L", "-t", "x"]).status == 1)
        #expect(autostart(["-L", "--order-rule", "up"]).status == 1)
    }

    @Test func jsonHasEverythingThatDecides() {
        #expect(
            autostart(["-L", "--format", "json", "-g", "onboot"]).output
                == #"{"schema":1,"containers":[{"name":"a3","order":9,"delay":0,"groups":["onboot"],"autostart":true},"#
                + #"{"name":"a4","order":0,"delay":0,"groups":["onboot","web"],"autostart":true}]}"# + "\n")
        #expect(autostart(["-L", "--format", "json"], []).output == #"{"schema":1,"containers":[]}"# + "\n")
    }

    @Test(arguments: ["", "begin", "start stop"]) func theBootHelperExplainsItself(words: String) {
        let run = ToolRun("lxc-containers \(words)")
        #expect(run.status == 2)
        #expect(run.output == "Usage: lxc-containers {start|stop|restart|reload|force-reload}\n")
    }
}
