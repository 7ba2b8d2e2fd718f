// SPDX-License-Identifier: Apache-2.0
import LXCConfig

/// The options that most tools share.
package enum SharedOption {
    package static let name = Option(
        "name", "n", .required("NAME"), completes: .container(.all), help: "Name of the container; the first plain word does the same.")
    package static let path = Option(
        "lxcpath", "P", .required("PATH"), completes: .directory, help: "Look for containers in PATH instead of the configured folder.")
    package static let logFile = Option(
        "logfile", "o", .required("FILE"), completes: .file, help: "Write the log to FILE; errors still appear on the terminal.")
    package static let logPriority = Option(
        "logpriority", "l", .required("LEVEL"), default: "ERROR",
        completes: .words({ logLevels }), help: "Log messages of this level and graver ones.")
    package static let quiet = Option("quiet", "q", help: "Print no messages on standard error.")
    package static let rcfile = Option(
        "rcfile", nil, .required("FILE"), completes: .file, help: "Read the container's configuration from FILE instead of its own.")
    package static let help = Option("help", "h", help: "Print this help and stop.")
    package static let questionMark = Option(nil, "?", help: "Print this help and stop with status 1.")
    package static let usage = Option("usage", nil, help: "Print all options in short form and stop.")
    package static let version = Option("version", nil, help: "Print the version number and stop.")
    package static let errorFormat = Option(
        "error-format", nil, .required("FORMAT"), default: "text", completes: .words({ ["text", "json"] }), isExtension: true,
        help: "Print errors as text or as one JSON object.")
    /// The words of `-l`, the gravest first.
    static var logLevels: [String] { LogLevel.allCases.reversed().map { $0.name } }
    /// Of every tool that lists something.
    package static let format = Option(
        "format", nil, .required("FORMAT"), default: "table", completes: .words({ ["table", "json"] }), isExtension: true,
        help: "Print the classic layout (table) or JSON.")
}

/// Layout of a listing.
package enum OutputFormat: String, Sendable { case table, json }

/// Layout of an error.
package enum ErrorFormat: String, Sendable { case text, json }
