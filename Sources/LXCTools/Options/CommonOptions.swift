// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// What the shared options of a tool ask for, checked.
package struct CommonOptions: Sendable, Equatable {
    /// `-P`, in order; empty means the configured folder.
    package var paths: [String] = []
    /// `-o`.
    package var logFile: String?
    /// `-l`.
    package var logLevel: LogLevel?
    /// `-q`.
    package var isQuiet = false
    /// `--rcfile`.
    package var rcfile: String?
    /// `--error-format`.
    package var errorFormat = ErrorFormat.text

    package init() {}

    /// Reads the shared options of a command line.
    ///
    /// - Throws: ``ToolFailure`` for an unknown log level, an unknown error layout or too many `-P`.
    package init(_ options: ParsedOptions, of table: OptionTable) throws(ToolFailure) {
        errorFormat = try options.choice(SharedOption.errorFormat, [ErrorFormat.text, .json]) ?? .text
        guard table.shared != .helpOnly else { return }
        paths = options.values(SharedOption.path)
        if table.shared == .standard && paths.count > 1 {
            throw ToolFailure(.badOptions, "This command only accepts 1 -P,--lxcpath arguments")
        }
        if paths.contains("") { throw .usage("-P/--lxcpath: the path is empty") }
        logFile = options.value(SharedOption.logFile)
        logLevel = try Self.level(options.value(SharedOption.logPriority))
        isQuiet = options.has(SharedOption.quiet)
        // A tool with its own -f/--rcfile has the same long name, so one question answers both.
        rcfile = options.given.last { $0.option.long.isSame(as: "rcfile") }?.argument
    }

    private static func level(_ text: String?) throws(ToolFailure) -> LogLevel? {
        guard let text else { return nil }
        if let level = LogLevel(word: text) { return level }
        // "-logfile=x" is read as "-l ogfile=x", a slip that old guides contain.
        let slip = text.hasPrefix("ogfile") || text.hasPrefix("ogpriority")
        throw .usage(
            "-l/--logpriority: \"\(text)\" is not a log level",
            advice: slip
                ? "write --l\(text) with two dashes"
                : "use one of \(SharedOption.logLevels.joined(separator: " "))")
    }
}
