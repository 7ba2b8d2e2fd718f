// SPDX-License-Identifier: Apache-2.0
import LXCTools
import Testing

@Suite struct HelpTextTests {
    static let tables = ToolRegistry.tables + [MonitorDaemonCommand.table]

    /// The long words that help must explain; some tools take two without effect, because C LXC's do.
    static func explained(_ table: OptionTable) -> [(long: String, option: Option)] {
        table.allOptions.compactMap { option in
            guard let long = option.longText,
                !["lxc-autostart", "lxc-ls", "lxc-top", "lxc-unshare"].contains(table.tool) || !["name", "rcfile"].contains(long)
            else {
                return nil
            }
            return (long, option)
        }
    }

    @Test func helpHasTheFamiliarLayout() {
        #expect(
            HelpText.help(FreezeCommand.table) == """
                Usage: lxc-freeze [-n] NAME [OPTION...]

                Freezes a running container: its processes keep their memory but get no
                processor time.

                Options :
                  -n, --name=NAME            Name of the container; the first plain word does
                                             the same.
                      --rcfile=FILE          Read the container's configuration from FILE
                                             instead of its own.

                Common options :
                  -o, --logfile=FILE         Write the log to FILE; errors still appear on the
                                             terminal.
                  -l, --logpriority=LEVEL    Log messages of this level and graver ones.
                                             (default: ERROR)
                  -q, --quiet                Print no messages on standard error.
                  -P, --lxcpath=PATH         Look for containers in PATH instead of the
                                             configured folder.
                  -h, --help                 Print this help and stop.
                      --usage                Print all options in short form and stop.
                      --version              Print the version number and stop.
                      --error-format=FORMAT  Print errors as text or as one JSON object.
                                             (default: text)

                An argument that a long option needs or may have belongs to its short form too.
                The manual page lxc-freeze(1) says more.


                """)
    }

    // The first three lines are what Debian's lxc-freeze 5.0.2 prints, plus our own option.
    @Test func usageHasCLXCsLayout() {
        #expect(
            HelpText.usage(FreezeCommand.table)
                == "Usage: lxc-freeze [-n|--name=NAME] [-h|--help] [-?|--help] [--usage] \n"
                + "\t[--version] [-q|--quiet] [-o|--logfile=LOGFILE] [-l|--logpriority=LOGPRIORITY] \n"
                + "\t[-P|--lxcpath=LXCPATH] [--rcfile=RCFILE] [--error-format=ERROR-FORMAT] \n")
    }

    @Test func usageShowsOptionalArguments() {
        #expect(HelpText.usage(ListCommand.table).contains("[--nesting[=NESTING]]"))
        #expect(HelpText.usage(AttachCommand.table).contains("[-e|--elevated-privileges[=ELEVATED-PRIVILEGES]]"))
    }

    @Test(arguments: tables.indices) func everyOptionIsExplained(index: Int) {
        let table = Self.tables[index]
        let help = HelpText.help(table)
        for (long, option) in Self.explained(table) {
            #expect(help.contains("--\(long)"), "\(table.tool) does not explain --\(long)")
            #expect(option.help.hasSuffix("."), "\(table.tool) --\(long) is not a sentence")
        }
        for line in help.split(separator: "\n") { #expect(line.count <= 80, "\(table.tool): \(line)") }
    }

    @Test(arguments: tables.indices) func spellingsAreUniqueInATool(index: Int) {
        let options = Self.tables[index].allOptions
        let shorts = options.compactMap(\.shortText)
        let longs = options.compactMap(\.longText)
        #expect(Set(shorts).count == shorts.count)
        #expect(Set(longs).count == longs.count)
    }

    @Test(arguments: tables.indices) func manualPagesHoldEveryOption(index: Int) {
        let table = Self.tables[index]
        let page = ManualPage.text(table)
        #expect(page.hasPrefix(".TH \(table.tool.uppercased()) 1"))
        for (long, _) in Self.explained(table) {
            let escaped = String(long.flatMap { $0 == "-" ? ["\\", "-"] : [$0] })
            #expect(page.contains("\\-\\-\(escaped)"), "\(table.tool) manual lacks --\(long)")
        }
        for line in page.split(separator: "\n") where line.hasPrefix(".") {
            let request = line.dropFirst().prefix { $0 != " " }
            #expect([".TH", ".SH", ".B", ".BR", ".br", ".TP", ".PP"].contains(".\(request)"), "stray request: \(line)")
        }
    }
}
