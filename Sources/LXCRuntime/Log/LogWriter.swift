// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// Messages in C LXC's log format, to a file and (errors) to standard error.
///
/// A line: `PREFIX NAME YYYYMMDDhhmmss.mmm LEVEL    category - file:function:line - message`.
package final class LogWriter {
    /// First word of a line: the program that the user called.
    package let prefix: String
    package let name: String?
    package let level: LogLevel
    private let file: SharedDescriptor?

    /// `file`: open for appending; nil when no log file is wanted.
    package init(prefix: String, name: String?, level: LogLevel, file: SharedDescriptor?) {
        self.prefix = prefix
        self.name = name
        self.level = level
        self.file = file
    }

    /// Opens a log file, made with mode 0640 when it is missing.
    package static func open(_ path: String) throws(KernelError) -> SharedDescriptor {
        SharedDescriptor(try OwnedDescriptor(opening: path, [.writeOnly, .create, .append, .noControllingTerminal], mode: 0o640))
    }

    /// Whether a message of this level would be written anywhere; saves making its text.
    package func wants(_ level: LogLevel) -> Bool { file != nil && level >= self.level }

    /// Writes one message; the place in the source is filled in by the compiler.
    package func log(
        _ level: LogLevel, _ message: @autoclosure () -> String, file source: StaticString = #fileID, function: StaticString = #function,
        line: Int = #line
    ) {
        guard wants(level), let file else { return }
        let (category, sourceFile) = Self.place(source)
        let plainFunction = "\(function)".prefix { $0 != "(" }
        let head = prefix + (name.map { " " + $0 } ?? "") + " " + Timestamp.logText() + " " + Self.padded(level.name, 8)
        // One write per line: O_APPEND then keeps lines of several processes whole.
        for text in message().split(separator: "\n", omittingEmptySubsequences: true) {
            let line = "\(head) \(category) - \(sourceFile):\(plainFunction):\(line) - \(text)\n"
            // A full disk must not stop a container; there is nowhere else to report it.
            do { try file.owned.writeAll(line.kernelBytes) } catch { return }
        }
    }

    /// Each step, for those who follow the program.
    package func trace(
        _ message: @autoclosure () -> String, file: StaticString = #fileID, function: StaticString = #function, line: Int = #line
    ) {
        log(.trace, message(), file: file, function: function, line: line)
    }

    /// What helps to understand a failure afterwards.
    package func debug(
        _ message: @autoclosure () -> String, file: StaticString = #fileID, function: StaticString = #function, line: Int = #line
    ) {
        log(.debug, message(), file: file, function: function, line: line)
    }

    /// What happened, when all is well.
    package func info(
        _ message: @autoclosure () -> String, file: StaticString = #fileID, function: StaticString = #function, line: Int = #line
    ) {
        log(.info, message(), file: file, function: function, line: line)
    }

    /// What went wrong without stopping the work.
    package func warn(
        _ message: @autoclosure () -> String, file: StaticString = #fileID, function: StaticString = #function, line: Int = #line
    ) {
        log(.warn, message(), file: file, function: function, line: line)
    }

    /// What went wrong and stopped the work.
    package func error(
        _ message: @autoclosure () -> String, file: StaticString = #fileID, function: StaticString = #function, line: Int = #line
    ) {
        log(.error, message(), file: file, function: function, line: line)
    }

    /// Logs every line of a failure as an error.
    package func failure(_ failure: OperationFailure, file: StaticString = #fileID, function: StaticString = #function, line: Int = #line) {
        log(.error, failure.lines.joined(separator: "\n"), file: file, function: function, line: line)
    }

    /// `LXCRuntime/Supervisor.swift` becomes the category `supervisor` and the file `Supervisor.swift`.
    private static func place(_ source: StaticString) -> (category: String, file: String) {
        let file = "\(source)".split(separator: "/").last.map(String.init) ?? "\(source)"
        let category = file.hasSuffix(".swift") ? String(file.dropLast(6)) : file
        return (category.lowercased(), file)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}
