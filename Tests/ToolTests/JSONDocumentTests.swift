// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LXCTools
import LinuxKernel
import Testing

/// Documentation/json.md says what the tools print, all of it and nothing else.
@Suite struct JSONDocumentTests {
    /// The tables of the document: of each section the types of the members.
    private static func document() throws -> [String: [String: Set<String>]] {
        let checkout = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        var sections: [String: [String: Set<String>]] = [:]
        var section = ""
        for line in try WholeFile.text("/\(checkout)/Documentation/json.md").split(separator: "\n") {
            if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { cell in
                String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            guard cells.count == 5, cells[1].hasPrefix("`") else { continue }
            let types = cells[2].split(separator: ",").map { String($0.filter { $0 != " " }) }
            sections[section, default: [:]][String(cells[1].dropFirst().dropLast())] = Set(types)
        }
        return sections
    }

    private static let failure = ToolFailure(
        .startFailed, "cannot mount /dev/snd", reason: "no such file", origin: .init(setting: "lxc.mount.entry", file: "/f", line: 3),
        advice: "add optional")

    private static func usage(_ isKnown: Bool) -> ContainerUsage {
        var usage = ContainerUsage(name: "web")
        guard isKnown else { return usage }
        usage.cpuNanoseconds = 1
        usage.userNanoseconds = 1
        usage.systemNanoseconds = 1
        usage.readBytes = 1
        usage.writtenBytes = 1
        usage.blockOperations = 1
        usage.memoryBytes = 1
        usage.memoryAndSwapBytes = 1
        usage.kernelMemoryBytes = 1
        usage.cpuPressure = 1234
        usage.memoryPressure = 0
        return usage
    }

    private static func row(_ isKnown: Bool) -> ListRow {
        var row = ListRow(name: isKnown ? "web" : "db")
        row.state = isKnown ? .running : .stopped
        guard isKnown else { return row }
        row.pid = 1
        row.memoryBytes = 1
        row.swapBytes = 1
        row.groups = ["a"]
        row.interfaces = ["eth0"]
        row.ipv4 = ["10.0.3.1"]
        row.ipv6 = ["fd00::1"]
        return row
    }

    private static func report(_ isKnown: Bool) -> InfoReport {
        var report = InfoReport(name: "web", state: .running)
        report.addresses = ["10.0.3.1"]
        report.values = [.init(key: "lxc.x", text: isKnown ? "a" : nil)]
        report.pid = isKnown ? 1 : nil
        var statistics = InfoReport.Statistics()
        statistics.links = [.init(name: "veth1", sentBytes: isKnown ? 1 : nil, receivedBytes: isKnown ? 1 : nil)]
        if isKnown {
            statistics.cpuNanoseconds = 1
            statistics.blockBytes = 1
            statistics.memoryBytes = 1
            statistics.kernelMemoryBytes = 1
            statistics.memoryKills = 1
            statistics.refusedForks = 1
        }
        report.statistics = statistics
        return report
    }

    /// The section, the paths whose members have names that are not fixed, and what the tool prints with everything and with nothing known.
    private static let samples: [(section: String, maps: Set<String>, texts: [String])] = [
        (
            "lxc-ls", [],
            [
                ToolRun("lxc-ls --nesting --format json") { engine in
                    engine.listed = [ListedContainer(name: "web"), ListedContainer(name: "db")]
                    engine.rows = ["web": row(true), "db": row(false)]
                    var inner = row(true)
                    inner.parents = ["web"]
                    engine.nested = ["web": [inner]]
                }.output, ToolRun("lxc-ls --format json").output,
            ]
        ),
        (
            "lxc-info", ["config"],
            [true, false].map { isKnown in
                ToolRun("lxc-info web -s -p -i -S -c lxc.x --format json") { $0.report = report(isKnown) }.output
            } + [ToolRun("lxc-info web --format json").output]
        ),
        (
            "lxc-snapshot -L", [],
            [
                ToolRun("lxc-snapshot -n u3 -L --format json") {
                    $0.snapshotRows = [
                        SnapshotRow(name: "snap0", folder: "/x", time: "2014:08:12 09:51:11", comment: "text"),
                        SnapshotRow(name: "snap1", folder: "/x", time: "", comment: nil),
                    ]
                }.output
            ]
        ),
        (
            "lxc-autostart -L", [],
            [
                ToolRun("lxc-autostart -L -a -A --format json") {
                    var candidate = AutostartCandidate(name: "web")
                    candidate.settings.groups = ["a"]
                    $0.candidates = [candidate]
                }.output
            ]
        ),
        ("lxc-config", ["items"], [ToolRun("lxc-config -l --format json") { $0.values = [.containerPath: "/x"] }.output]),
        ("lxc-top", [], [true, false].map { isKnown in ToolRun("lxc-top --format json --count 1") { $0.uses = [usage(isKnown)] }.output }),
        (
            "lxc-monitor", [],
            ToolRun("lxc-monitor --format json") {
                $0.events = [MonitorEvent(name: "web", kind: .state(.running)), MonitorEvent(name: "web", kind: .exit(3))]
            }.output.split(separator: "\n").map(String.init)
        ),
        ("Errors", [], [ToolRun("lxc-start p1 --error-format json") { $0.failure = failure }.errors]),
    ]

    /// Objects and lists have no rows of their own, unless they can be null.
    private static func isTabled(_ path: String, _ types: Set<String>, _ documented: [String: Set<String>]) -> Bool {
        documented[path] != nil || types.isDisjoint(with: ["object", "array"]) || types.contains("null")
    }

    @Test(arguments: samples.indices) func everyMemberIsDocumentedAndEveryDocumentedOneComes(index: Int) throws {
        let sample = Self.samples[index]
        let documented = try #require(try Self.document()[sample.section], "there is no section \(sample.section)")
        var shape = JSONShape()
        for text in sample.texts {
            #expect(text.hasSuffix("\n") != (sample.section == "lxc-monitor"))
            #expect(text.hasPrefix(#"{"schema":1,"#), "\(text)")
            try shape.add(text, maps: sample.maps)
        }
        let printed = shape.types.filter { Self.isTabled($0.key, $0.value, documented) }
        #expect(Set(printed.keys) == Set(documented.keys), "\(sample.section)")
        for (path, types) in printed { #expect(types == documented[path], "\(sample.section): \(path)") }
    }

    /// What depends on the machine prints nothing that is not documented.
    @Test(
        arguments: [
            ("lxc-checkconfig", "lxc-checkconfig --format json", ["sections[].lines[].values"]),
            ("lxc-checkconfig --user", "lxc-checkconfig --user nobody --format json", []),
            ("lxc-net status", "lxc-net status --format json", []),
        ] as [(String, String, Set<String>)])
    func nothingElseIsPrinted(section: String, line: String, maps: Set<String>) throws {
        let run = ToolRun(line)
        let text = try #require(run.output.isEmpty ? nil : run.output, "\(run.errors)")
        #expect(text.hasPrefix(#"{"schema":1,"#), "\(text)")
        var shape = JSONShape()
        try shape.add(text, maps: maps)
        let documented = try #require(try Self.document()[section])
        for (path, types) in shape.types where Self.isTabled(path, types, documented) {
            #expect(types.isSubset(of: documented[path] ?? []), "\(section): \(path) is \(types)")
        }
    }

    @Test(arguments: [
        "lxc-ls", "lxc-info", "lxc-snapshot", "lxc-autostart", "lxc-config", "lxc-checkconfig", "lxc-top", "lxc-monitor", "lxc-net",
    ])
    func theOptionIsThere(tool: String) throws {
        let table = try #require(ToolRegistry.tables.first { $0.tool == tool })
        #expect(table.hasOwnOption(long: "format"))
    }

    @Test func theVersionIsTheDocuments() throws {
        let text = try WholeFile.text("/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Documentation/json.md")
        #expect(text.contains("the version of this description: **\(JSONValue.schema)**"))
    }
}
