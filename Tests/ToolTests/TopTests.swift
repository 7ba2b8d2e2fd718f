// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LXCTools
import Testing

@Suite struct TopTests {
    private static func usage(_ name: String, cpu: UInt64? = 0, memory: UInt64? = 0, block: UInt64? = 0) -> ContainerUsage {
        var usage = ContainerUsage(name: name)
        usage.cpuNanoseconds = cpu
        usage.userNanoseconds = cpu.map { $0 / 2 }
        usage.systemNanoseconds = cpu.map { $0 / 4 }
        usage.memoryBytes = memory
        usage.readBytes = block
        usage.writtenBytes = block.map { _ in 0 }
        usage.blockOperations = block.map { $0 / 512 }
        return usage
    }

    private static let three = [
        usage("alpha", cpu: 1_500_000_000, memory: 3 << 20, block: 1024), usage("beta", cpu: 9_000_000_000, memory: 1 << 20, block: 0),
        usage("gamma", cpu: 9_000_000_000, memory: 2 << 30, block: nil),
    ]

    private func top(_ line: String) -> ToolRun { ToolRun("lxc-top \(line)") { $0.uses = Self.three } }

    @Test(arguments: [
        (TopView.Key.name, false, "alpha beta gamma"), (.name, true, "gamma beta alpha"), (.processor, false, "beta gamma alpha"),
        (.processor, true, "alpha gamma beta"), (.memory, false, "gamma alpha beta"), (.block, false, "alpha beta gamma"),
    ])
    func sortsNumbersDownwards(key: TopView.Key, isReversed: Bool, names: String) {
        let view = TopView(key: key, isReversed: isReversed)
        #expect(view.sorted(Self.three).map { $0.name }.joined(separator: " ") == names)
    }

    @Test func theSameKeyAgainTurnsTheOrderRound() {
        var view = TopView()
        view.choose(.processor)
        #expect(view == TopView(key: .processor))
        view.choose(.processor)
        #expect(view == TopView(key: .processor, isReversed: true))
        view.choose(.memory)
        #expect(view == TopView(key: .memory))
    }

    @Test func batchHasTheColumnsOfCLXC() {
        let run = top("-b --count 1 -s c")
        let lines = run.output.split(separator: "\n")
        #expect(
            lines.first
                == "time_ms,container,cpu_nanos,cpu_sys_userhz,cpu_user_userhz,blkio_bytes,blkio_iops,mem_used_bytes,memsw_used_bytes,kernel_mem_used_bytes"
        )
        #expect(
            lines.dropFirst().map { $0.drop { $0 != "," } } == [
                ",beta,9000000000,225,450,0,0,1048576,0,0", ",gamma,9000000000,225,450,0,0,2147483648,0,0",
                ",alpha,1500000000,37,75,1024,2,3145728,0,0",
            ])
        #expect(run.status == 0)
    }

    @Test func jsonIsOneObjectALook() {
        let run = top("--format json --count 2 -d 0.1 -m 1 -s m")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.hasPrefix(#"{"schema":1,"time_ms":"#) })
        let rest = lines.first.map { String($0.drop { $0 != "[" }) } ?? ""
        #expect(
            rest == #"[{"name":"gamma","cpu_nanoseconds":9000000000,"cpu_user_nanoseconds":4500000000,"cpu_system_nanoseconds":2250000000,"#
                + #""read_bytes":null,"written_bytes":null,"block_operations":null,"memory_bytes":2147483648,"memory_swap_bytes":null,"#
                + #""kernel_memory_bytes":null,"cpu_pressure_percent":null,"memory_pressure_percent":null}]}"#)
    }

    @Test(arguments: ["-d x", "-d -1", "-d 0", "-d 0.05", "-d 1.x", "-s x", "-s cc", "-m 0", "--count 0", "-d 99999999999"])
    func wrongWordsAreRefused(words: String) {
        let run = top("-b \(words)")
        #expect(run.status == 1)
        #expect(run.engine.calls == [])
        #expect(run.errors.hasSuffix("lxc-top: could not parse command line\n"))
    }

    @Test func withoutATerminalItSaysWhatElseThereIs() {
        let run = top("")
        #expect(run.status == 1)
        #expect(run.errors == "lxc-top: standard input or output is not a terminal\n  use -b or --format json for a file or a program\n")
    }

    @Test func screensFitTheirTerminal() {
        var many = (10..<60).map { Self.usage("c\($0)") }
        many[3].cpuPressure = 1234
        many[3].memoryPressure = 10_000
        let machine = TopScreen.Pressure(processor: 5, memory: 9996)
        for (width, height) in [(80, 24), (200, 30), (1, 1), (40, 5), (500, 100)] {
            let (heading, rest) = TopScreen(width: width, height: height).lines(TopView(), many, most: nil, machine: machine)
            #expect(heading.count == 2)
            #expect((heading + rest).allSatisfy { $0.count <= width })
            if height >= 5 { #expect(rest.count + 2 <= height) }
        }
        let (heading, rest) = TopScreen(width: 200, height: 9).lines(TopView(), many, most: nil, machine: machine)
        #expect(heading.first?.hasSuffix("Mem                CPU                Mem") == true)
        #expect(rest.count == 7)
        #expect(rest[3].hasSuffix(" [#         ] 12.3% [##########]100.0%"), "\(rest[3])")
        #expect(rest[5].hasPrefix("TOTAL 5 of 50"))
        #expect(rest[6] == "Pressure   CPU [          ]  0.0%   Mem [##########] 99.9%")
        // No room for the second bar, and then for none.
        #expect(TopScreen(width: 125, height: 9).lines(TopView(), many, most: 2, machine: machine).rest.count == 4)
        #expect(TopScreen(width: 130, height: 9).lines(TopView(), many, most: nil, machine: machine).heading[1].hasSuffix("Pressure"))
        #expect(TopScreen(width: 123, height: 9).lines(TopView(), many, most: nil, machine: machine).heading[1].hasSuffix("Used"))
    }

    // As Debian's lxc-top 5.0.2 shows it.
    @Test func linesLookLikeThoseOfCLXC() {
        var busy = Self.usage("t8aa", cpu: 1_840_000_000, memory: 236 << 10)
        busy.userNanoseconds = 1_830_000_000
        busy.systemNanoseconds = 0
        busy.memoryAndSwapBytes = 236 << 10
        busy.kernelMemoryBytes = 80 << 10
        let (heading, rest) = TopScreen(width: 160, height: 24).lines(TopView(), [busy], most: nil, machine: .init())
        #expect(
            heading + rest == [
                "Container                   CPU          CPU          CPU                                BlkIO        Mem      MemSw       KMem",
                "Name                       Used          Sys         User                    Total(Read/Write)       Used       Used       Used",
                "t8aa                       1.84         0.00         1.83         0.00   (  0.00   /  0.00   ) 236.00 KiB 236.00 KiB  80.00 KiB",
                "TOTAL 1 of 1               1.84         0.00         1.83         0.00   (  0.00   /  0.00   ) 236.00 KiB 236.00 KiB  80.00 KiB",
            ])
        let none = TopScreen(width: 160, height: 24).lines(TopView(), [], most: nil, machine: .init()).rest
        #expect(none == ["TOTAL 0 of 0               0.00         0.00         0.00         0.00   (  0.00   /  0.00   )    0.00   "])
    }

    @Test func controlCharactersOfNamesDoNotReachTheTerminal() {
        let screen = TopScreen(width: 80, height: 9).lines(TopView(), [Self.usage("a\u{1B}[31m")], most: nil, machine: .init())
        #expect(screen.rest.first?.hasPrefix("a\\x1b[31m") == true)
        #expect(screen.rest.count == 2)
    }
}

@Suite struct UsageTextTests {
    private func text(_ content: String) -> UsageText { UsageText(Array(content.utf8)[...]) }

    @Test(arguments: [("123\n", 123), ("0", 0), ("", nil), ("x1", nil), ("99999999999999999999", nil)] as [(String, UInt64?)])
    func numbers(content: String, value: UInt64?) { #expect(text(content).number == value) }

    @Test func fieldsAreFoundByTheirWholeName() {
        let stat = text("usage_usec_more 1\nusage_usec 25\nuser_usec 7\nbroken\nslab x\n")
        #expect(stat.field("usage_usec") == 25)
        #expect(stat.field("slab") == nil)
        #expect(stat.field("usec") == nil)
        #expect(stat.fields(["usage_usec", "nothing", "user_usec"]) == 32)
        #expect(stat.fields(["nothing"]) == nil)
    }

    @Test func devicesAreAddedUp() {
        let old = text("8:0 Read 100\n8:0 Write 20\n8:0 Sync 120\n8:0 Total 120\n8:16 Read 1\n8:16 Write 2\nTotal 123\n")
        #expect(old.total("Read") == 101)
        #expect(old.total("Write") == 22)
        let new = text("8:0 rbytes=100 wbytes=20 rios=3 wios=4\n8:16 rbytes=1 wbytes=2 rios=5 wios=6 dbytes=9\n")
        #expect(new.total("rbytes=") == 101 && new.total("wbytes=") == 22)
        #expect(new.total("rios=") == 8 && new.total("wios=") == 10)
        #expect(text("").total("Read") == 0)
    }

    @Test(
        arguments: [
            ("some avg10=12.34 avg60=1.00 avg300=0.00 total=5\nfull avg10=1.00\n", 1234), ("some avg10=0.05 avg60=0.00", 5),
            ("some avg10=100.00 avg60=", 10_000), ("full avg10=1.00 avg60=0.00", nil), ("some avg10=", nil), ("some avg10=5 ", nil),
            ("some avg10=200.00 ", nil),
        ] as [(String, UInt64?)])
    func pressures(content: String, hundredths: UInt64?) { #expect(text(content).someOfTenSeconds == hundredths) }
}
