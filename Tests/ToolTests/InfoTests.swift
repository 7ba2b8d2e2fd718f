// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LXCTools
import Testing

@Suite struct InfoTests {
    private static let running: InfoReport = {
        var report = InfoReport(name: "cat-web", state: .running)
        report.pid = 28717
        report.addresses = ["10.0.3.78"]
        var statistics = InfoReport.Statistics()
        statistics.cpuNanoseconds = 8_641_853
        statistics.blockBytes = 0
        statistics.memoryBytes = 1 << 20
        statistics.kernelMemoryBytes = 462_848
        statistics.links = [.init(name: "vethw20utH", sentBytes: 1208, receivedBytes: 1946)]
        report.statistics = statistics
        return report
    }()

    private func info(_ options: String, _ report: InfoReport = running, _ values: [InfoReport.Value] = []) -> ToolRun {
        ToolRun("lxc-info cat-web \(options)") { engine in
            engine.report = report
            engine.report.values = values
        }
    }

    // Bytes of C LXC 5.0.2, from the reference.
    @Test func everything() {
        #expect(
            info("").output == """
                Name:           cat-web
                State:          RUNNING
                PID:            28717
                IP:             10.0.3.78
                CPU use:        0.01 seconds
                BlkIO use:      0 bytes
                Memory use:     1.00 MiB
                KMem use:       452.00 KiB
                Link:           vethw20utH
                 TX bytes:      1.18 KiB
                 RX bytes:      1.90 KiB
                 Total bytes:   3.08 KiB

                """)
    }

    @Test func rawStatisticsKeepTheirLabels() {
        #expect(
            info("-S -H").output == """
                CPU use:        8641853
                BlkIO use:      0
                Memory use:     1048576
                KMem use:       462848
                Link:           vethw20utH
                 TX bytes:      1208
                 RX bytes:      1946
                 Total bytes:   3154

                """)
    }

    @Test(arguments: [
        ("-p -H", "28717\n"), ("-s -H", "RUNNING\n"), ("-i -H", "10.0.3.78\n"), ("-p", "PID:            28717\n"),
        ("-s -p -H", "State:          RUNNING\nPID:            28717\n"), ("-i", "IP:             10.0.3.78\n"), ("-pH", "28717\n"),
    ])
    func chosenLines(options: String, expected: String) { #expect(info(options).output == expected) }

    @Test(arguments: [
        ("", "Name:           cat-web\nState:          STOPPED\n"), ("-p -H", ""), ("-S", ""), ("-i", ""),
        ("-s -p -H", "State:          STOPPED\n"),
    ])
    func aStoppedContainerHasLessToSay(options: String, expected: String) {
        #expect(info(options, InfoReport(name: "cat-web", state: .stopped)).output == expected)
    }

    @Test func keys() {
        let values = [
            InfoReport.Value(key: "lxc.uts.name", text: "web"), .init(key: "lxc.cap.drop", text: "sys_module\nmac_admin\n"),
            .init(key: "lxc.hook.start", text: ""), .init(key: "lxc.foo", text: nil),
        ]
        let run = info("-c lxc.uts.name -c lxc.cap.drop -c lxc.hook.start -c lxc.foo", Self.running, values)
        #expect(run.status == 0)
        #expect(run.output == "lxc.uts.name = web\nlxc.cap.drop = sys_module\nmac_admin\n\nlxc.hook.start =\n")
        #expect(run.errors == "lxc.foo invalid\n")
    }

    @Test(arguments: [("web", "web\n"), ("a\nb\n", "a\nb\n\n"), ("", "\n")]) func aSingleKeyCanBeBare(text: String, expected: String) {
        #expect(info("-c k -H", Self.running, [.init(key: "k", text: text)]).output == expected)
    }

    @Test func limitsThatWereMetAreToldOnlyThen() {
        var report = Self.running
        report.statistics?.memoryKills = 0
        report.statistics?.refusedForks = 0
        #expect(info("", report).output == info("", Self.running).output)
        report.statistics?.memoryKills = 2
        report.statistics?.refusedForks = 31
        let output = info("", report).output
        #expect(output.contains("Memory kills:   2, at the limit of memory\nRefused forks:  31, at the limit of processes\n"), "\(output)")
    }

    @Test func aBareStateAndABareKeyGoTogether() {
        #expect(info("-c k -s -H", Self.running, [.init(key: "k", text: "web")]).output == "RUNNING\nweb\n")
    }

    @Test func json() {
        #expect(
            info("--format json").output
                == #"{"schema":1,"name":"cat-web","state":"RUNNING","pid":28717,"addresses":["10.0.3.78"],"statistics":{"cpu_nanoseconds":8641853,"#
                + #""block_io_bytes":0,"memory_bytes":1048576,"kernel_memory_bytes":462848,"#
                + #""memory_kills":null,"refused_forks":null,"links":[{"name":"vethw20utH","sent_bytes":1208,"received_bytes":1946}]}}"#
                + "\n")
        let values = [InfoReport.Value(key: "k", text: "v"), .init(key: "x", text: nil)]
        #expect(
            info("--format json -c k -c x", Self.running, values).output == #"{"schema":1,"name":"cat-web","config":{"k":"v","x":null}}"#
                + "\n")
        #expect(
            info("--format json -p", InfoReport(name: "cat-web", state: .stopped)).output == #"{"schema":1,"name":"cat-web","pid":null}"#
                + "\n")
    }
}

@Suite struct MonitorTests {
    private static let events = [
        MonitorEvent(name: "cat-web", kind: .state(.starting)), MonitorEvent(name: "cat-db", kind: .state(.running)),
        MonitorEvent(name: "cat-web", kind: .exit(3)),
    ]

    private func monitor(_ words: [String]) -> ToolRun { ToolRun(words: ["lxc-monitor"] + words) { $0.events = Self.events } }

    @Test func lines() {
        #expect(
            monitor([]).output == """
                'cat-web' changed state to [STARTING]
                'cat-db' changed state to [RUNNING]
                'cat-web' exited with status [3]

                """)
    }

    @Test(arguments: [
        (["-n", "cat"], ""), (["-n", "cat-d."], "'cat-db' changed state to [RUNNING]\n"),
        (["cat-db|x"], "'cat-db' changed state to [RUNNING]\n"),
    ])
    func thePatternMatchesTheWholeName(words: [String], expected: String) { #expect(monitor(words).output == expected) }

    @Test func json() {
        #expect(
            monitor(["--format", "json", "cat-web"]).output
                == #"{"schema":1,"name":"cat-web","state":"STARTING"}"# + "\n" + #"{"schema":1,"name":"cat-web","exit_status":3}"# + "\n")
    }

    @Test func aMalformedPatternIsAnError() {
        let run = monitor(["-n", "("])
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("lxc-monitor: \"(\" is not a regular expression: "))
    }

    @Test func quitting() { #expect(monitor(["-Q", "-P", "/a"]).engine.calls == ["quit /a"]) }
}
