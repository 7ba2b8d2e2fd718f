// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LinuxKernel

/// What `lxc-top` is asked to show, and how.
package struct TopRequest: Sendable, Equatable {
    /// How it looks.
    package enum Layout: Sendable, Equatable { case live, batch, json }

    package var options: CommonOptions
    package var layout = Layout.live
    package var view = TopView()
    /// Between two looks.
    package var delay = Duration.seconds(3)
    /// The most containers that are shown.
    package var most: Int?
    /// How many looks; nil for no end.
    package var count: Int?
}

/// `lxc-top`.
package enum TopCommand: ToolCommand {
    static let delay = Option(
        "delay", "d", .required("SECONDS"), default: "3; with -b 300", help: "Seconds between two looks; may have decimals.")
    static let batch = Option("batch", "b", help: "Print lines of comma-separated values without end, for a file.")
    static let sort = Option(
        "sort", "s", .required("KEY"), default: "n", completes: .words({ TopView.Key.allCases.map { String($0.rawValue) } }),
        help: "Sort by n (name), c (processor), b (block devices), m (memory), s (memory and swap) or k (memory of the kernel).")
    static let reverse = Option("reverse", "r", help: "Sort the other way round: the last name first, or the smallest number.")
    static let most = Option("max", "m", .required("N"), isExtension: true, help: "Show at most N containers.")
    static let count = Option("count", nil, .required("N"), isExtension: true, help: "End after N looks.")

    package static let table = OptionTable(
        tool: "lxc-top",
        synopsis: ["[-d SECONDS] [-s KEY] [-r] [OPTION...]", "-b [-d SECONDS] [OPTION...]", "--format json [-d SECONDS] [OPTION...]"],
        summary: "Shows what running containers use, again and again: processor, block devices, memory, and what they are held up by.",
        groups: [.init(nil, [delay, batch, sort, reverse, most, count, SharedOption.format])],
        operands: Operands(name: .absent),
        notes: [
            "Keys: q ends; n, c, b, m, s, k sort, and the same key again turns the order round, as r does.",
            """
            Pressure is the share of the last ten seconds in which some process waited for a processor or for memory; its bars need a \
            kernel with pressure stall information, and room.
            """,
            "With --format json there is one object a line for each look.",
        ])

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> TopRequest {
        var request = TopRequest(options: common)
        let format = try options.outputFormat()
        request.layout = format == .json ? .json : options.has(batch) ? .batch : .live
        request.delay = .seconds(request.layout == .batch ? 300 : 3)
        if let text = options.value(delay) { request.delay = try duration(text) }
        if let text = options.value(sort) { request.view.key = try key(text) }
        request.view.isReversed = options.has(reverse)
        request.most = try options.integer(most, in: 1...Int(Int32.max))
        request.count = try options.integer(count, in: 1...Int(Int32.max))
        return request
    }

    /// LXC 1.0 called the bytes of block devices "disk", and every word may be written out.
    private static func key(_ text: String) throws(ToolFailure) -> TopView.Key {
        if text == "d" { return .block }
        guard text.count == 1, let first = text.first, let key = TopView.Key(rawValue: first) else {
            throw .usage("\(sort.displayName): \"\(text)\" is not one of n, c, b, m, s, k")
        }
        return key
    }

    /// At least a tenth of a second: a look takes its time too.
    private static func duration(_ text: String) throws(ToolFailure) -> Duration {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts.count == 2 ? parts[1].prefix(3) : ""
        let isNumber = parts.allSatisfy { part in part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard isNumber, let whole = Int64(parts.first ?? ""), whole <= Int64(Int32.max),
            let thousandths = Int64(digits + String(repeating: "0", count: 3 - digits.count))
        else { throw .usage("\(delay.displayName): \"\(text)\" is not a number of seconds") }
        let milliseconds = whole * 1000 + thousandths
        guard milliseconds >= 100 else { throw .usage("\(delay.displayName): \(text) is less than 0.1 seconds") }
        return .milliseconds(milliseconds)
    }

    /// Does it and prints the result.
    package static func run(
        _ request: TopRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        guard request.layout == .live else { return try stream(request, engine, streams) }
        guard StandardStream.input.isTerminal, streams.isTerminal(.output) else {
            throw ToolFailure(
                .notAvailable, "standard input or output is not a terminal", advice: "use -b or --format json for a file or a program")
        }
        var session = TopSession(request, engine)
        return try session.run()
    }

    private static func stream(
        _ request: TopRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        if request.layout == .batch { try streams.print(TopView.batchHeader) }
        var looks = 0
        while true {
            let containers = try engine.usage(request.options)
            let shown = request.most.map { Array(request.view.sorted(containers).prefix($0)) } ?? containers
            let now = Timestamp.milliseconds
            switch request.layout {
            case .json: try streams.print(request.view.json(shown, milliseconds: now))
            case .batch, .live: try streams.print(request.view.batch(shown, milliseconds: now))
            }
            looks += 1
            if let most = request.count, looks >= most { return .success }
            (MonotonicInstant.now + request.delay).sleep()
        }
    }
}
