// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

/// One page of `Documentation/guide`, as the test reads it.
///
/// - A block ```` ```console ```` has commands: `# ` begins one of root, `$ ` one of the user alice, `> ` is its next line. What follows is
///   the expected output of both streams; a line `...` stands for any lines, `*` for any text within a line, and a last line
///   `(exit status 1)` for a status other than 0.
/// - A block ```` ```lxc NAME ```` is added to the configuration of the container NAME; without a name it is only parsed.
/// - A block ```` ```console not-run: REASON ```` is for readers; the reason is printed.
/// - Every other block is text.
struct GuideChapter {
    /// What is done for a part of a block.
    enum Action: Equatable {
        /// A command line, and whose it is.
        case command(String, asUser: Bool)
        /// Lines of a container's configuration.
        case configuration(String, container: String?)
        /// Nothing.
        case skip(reason: String)
    }

    struct Step {
        let line: Int
        var action: Action
        var expected: [String] = []
        var status: Int32 = 0
    }

    let path: String
    let steps: [Step]

    /// Reads a page; a block that it does not understand is a ``FixtureFailure``, so that no command is left out silently.
    init(path: String) throws {
        try self.init(path: path, text: WholeFile.text(path))
    }

    init(path: String, text: String) throws {
        self.path = path
        var steps: [Step] = []
        var block: (kind: String, words: String, line: Int, lines: [String])?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).enumerated() {
            if var open = block {
                if line.hasPrefix("```") {
                    steps += try Self.steps(of: open, path)
                    block = nil
                } else {
                    open.lines.append(line)
                    block = open
                }
            } else if line.hasPrefix("```") {
                let words = line.dropFirst(3).split(separator: " ", maxSplits: 1).map(String.init)
                block = (words.first ?? "", words.count > 1 ? words[1] : "", index + 1, [])
            }
        }
        if let block { throw FixtureFailure("\(path):\(block.line): the block has no end") }
        self.steps = steps
    }

    private static func steps(
        of block: (kind: String, words: String, line: Int, lines: [String]), _ path: String
    ) throws -> [Step] {
        switch block.kind {
        case "console" where block.words.hasPrefix("not-run: "):
            return [Step(line: block.line, action: .skip(reason: String(block.words.dropFirst("not-run: ".count))))]
        case "console" where block.words.isEmpty:
            return try commands(block.lines, from: block.line + 1, path)
        case "lxc":
            let container = block.words.isEmpty ? nil : block.words
            let text = block.lines.joined(separator: "\n") + "\n"
            return [Step(line: block.line, action: .configuration(text, container: container))]
        case "text", "python", "swift", "c", "sh": return []
        default: throw FixtureFailure("\(path):\(block.line): a block of an unknown kind: \(block.kind) \(block.words)")
        }
    }

    private static func commands(_ lines: [String], from first: Int, _ path: String) throws -> [Step] {
        var steps: [Step] = []
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("# ") || line.hasPrefix("$ ") {
                let command = Action.command(String(line.dropFirst(2)), asUser: line.hasPrefix("$"))
                steps.append(Step(line: first + index, action: command))
                continue
            }
            guard var step = steps.popLast() else { throw FixtureFailure("\(path):\(first + index): output without a command") }
            if (line.hasPrefix("> ") || line == ">"), step.expected.isEmpty, case .command(let text, let asUser) = step.action {
                step.action = .command(text + "\n" + line.dropFirst(2), asUser: asUser)
            } else if line.hasPrefix("(exit status "), let status = Int32(line.dropFirst("(exit status ".count).dropLast()) {
                step.status = status
            } else {
                step.expected.append(line)
            }
            steps.append(step)
        }
        return steps
    }

    // MARK: Comparing

    /// Whether lines are what the guide says.
    static func matches(_ lines: ArraySlice<String>, _ expected: ArraySlice<String>) -> Bool {
        guard let pattern = expected.first else { return lines.isEmpty }
        if pattern == "..." {
            return (lines.startIndex...lines.endIndex).contains { matches(lines[$0...], expected.dropFirst()) }
        }
        guard let line = lines.first, matches(line: trimmed(line), trimmed(pattern)) else { return false }
        return matches(lines.dropFirst(), expected.dropFirst())
    }

    /// Whether a line is as a pattern says, in which `*` stands for any text.
    static func matches(line: Substring, _ pattern: Substring) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return line == pattern }
        guard line.hasPrefix(pattern[..<star]) else { return false }
        let rest = line.dropFirst(pattern[..<star].count)
        let after = pattern[pattern.index(after: star)...]
        return rest.indices.contains { matches(line: rest[$0...], after) } || matches(line: rest[rest.endIndex...], after)
    }

    /// The widths of a table's columns depend on what is in them: several blanks are one, and those at the end none.
    private static func trimmed(_ line: String) -> Substring {
        let words = line.split(separator: " ").joined(separator: " ")
        return (line.hasPrefix(" ") ? " " + words : words)[...]
    }
}
