// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Texts of failures, for people (at most five lines) and for programs (one JSON object on one line).
package enum ErrorPrinter {
    /// The text for standard error. The tool is named as in `lxc-start`; the container is the one it worked on, if it got that far.
    package static func text(_ failure: ToolFailure, tool: String, container: String?, format: ErrorFormat) -> String {
        switch format {
        case .text: plain(failure, tool, container)
        case .json: json(failure, tool, container).text + "\n"
        }
    }

    /// One line for people, for a tool that goes on with other containers.
    static func line(_ failure: ToolFailure, tool: String, container: String) -> String {
        var line = "\(tool): \(container): \(failure.message)"
        if let reason = failure.reason { line += ": \(reason)" }
        if let origin = failure.origin { line += " (asked for by \(place(origin)))" }
        return printable(line) + "\n"
    }

    private static func plain(_ failure: ToolFailure, _ tool: String, _ container: String?) -> String {
        var first = failure.message
        if failure.namesTool { first = container.map { "\(tool): \($0): \(first)" } ?? "\(tool): \(first)" }
        if let reason = failure.reason { first += ": \(reason)" }
        var lines = [first]
        if let origin = failure.origin { lines.append("  asked for by \(place(origin))") }
        if let advice = failure.advice { lines += advice.split(separator: "\n").map { "  \($0)" } }
        if failure.code == .usage { lines = Array(lines.prefix(4)) + ["\(tool): could not parse command line"] }
        return lines.prefix(5).map { printable($0) + "\n" }.joined()
    }

    private static func place(_ origin: ToolFailure.Origin) -> String {
        guard let file = origin.file else { return origin.setting }
        return "\(origin.setting) at \(file)" + (origin.line.map { ":\($0)" } ?? "")
    }

    private static func json(_ failure: ToolFailure, _ tool: String, _ container: String?) -> JSONValue {
        var fields: [JSONValue.Member] = [
            .init("tool", .string(tool)), .init("code", .string(failure.code.word)), .init("message", .string(failure.message)),
        ]
        if let container { fields.append(.init("container", .string(container))) }
        if let reason = failure.reason { fields.append(.init("reason", .string(reason))) }
        if let origin = failure.origin {
            var place: [JSONValue.Member] = [.init("setting", .string(origin.setting))]
            if let file = origin.file { place.append(.init("file", .string(file))) }
            if let line = origin.line { place.append(.init("line", .integer(Int64(clamping: line)))) }
            fields.append(.init("origin", .object(place)))
        }
        if let advice = failure.advice { fields.append(.init("advice", .string(advice))) }
        fields.append(.init("status", .integer(Int64(failure.exit.rawValue))))
        return .document([.init("error", .object(fields))])
    }

    /// A line without control characters: names and file contents must not drive the reader's terminal.
    static func printable(_ line: String) -> String { line.printable }
}
