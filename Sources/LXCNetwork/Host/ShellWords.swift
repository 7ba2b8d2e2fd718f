// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Takes the text of a settings file apart into the few statements that such a file may hold.
struct ShellWords {
    struct Statement: Equatable {
        enum Kind: Equatable {
            case assignments([(name: String, value: String)])
            /// `. path`; optional when a test whether the file is there stands before it.
            case source(path: String, isOptional: Bool)

            static func == (one: Self, other: Self) -> Bool {
                switch (one, other) {
                case (.assignments(let one), .assignments(let other)):
                    one.count == other.count && zip(one, other).allSatisfy { $0.name == $1.name && $0.value == $1.value }
                case (.source(let one, let isOptional), .source(let other, let otherIs)): one == other && isOptional == otherIs
                default: false
                }
            }
        }

        var kind: Kind
        var origin: ConfigOrigin
    }

    private let bytes: [UInt8]
    private let file: String
    private var position = 0
    private var line = 1
    /// Variables as they are after the assignments read so far.
    private var variables: [String: Sourced<String>] = [:]

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    /// The next statement; nil at the end. `variables`: what `$NAME` stands for.
    mutating func next(_ variables: [String: Sourced<String>]) throws(HostNetworkFailure) -> Statement? {
        self.variables = variables
        while true {
            skipBlanks()
            guard let byte = current else { return nil }
            if byte != UInt8(ascii: "\n") && byte != UInt8(ascii: ";") { break }
            advance()
        }
        let origin = ConfigOrigin(file: file, line: line)
        var words: [String] = []
        while let word = try word(isFirst: words.isEmpty) {
            // The name is text, its value may come from `$NAME`; only plain words of this form set something.
            if let (name, value) = Self.assignment(word), words.allSatisfy({ Self.assignment($0) != nil || $0 == "export" }) {
                self.variables[name] = Sourced(value, origin)
            }
            words.append(word)
        }
        return Statement(kind: try kind(words, origin), origin: origin)
    }

    // MARK: What the words of one line mean

    private func kind(_ words: [String], _ origin: ConfigOrigin) throws(HostNetworkFailure) -> Statement.Kind {
        if let source = Self.source(words) { return source }
        var assignments: [(name: String, value: String)] = []
        let isExport = words.first == "export"
        for word in isExport ? words.dropFirst() : words[...] {
            if let assignment = Self.assignment(word) {
                assignments.append(assignment)
            } else if !(isExport && Self.isName(word)) {
                throw refusal(words, word, origin)
            }
        }
        return .assignments(assignments)
    }

    /// `. FILE`, `[ -f FILE ] && . FILE`, `[ ! -f FILE ] || . FILE`; nil for other words.
    private static func source(_ words: [String]) -> Statement.Kind? {
        guard words.count >= 2, words[words.count - 2] == "." || words[words.count - 2] == "source" else { return nil }
        let path = words[words.count - 1]
        guard path.hasPrefix("/") else { return nil }
        let kinds = ["-f", "-r", "-e", "-s"]
        switch words.count {
        case 2: return .source(path: path, isOptional: false)
        case 7 where words[0] == "[" && kinds.contains(words[1]) && words[2] == path && words[3] == "]" && words[4] == "&&":
            return .source(path: path, isOptional: true)
        case 8
        where words[0] == "[" && words[1] == "!" && kinds.contains(words[2]) && words[3] == path && words[4] == "]" && words[5] == "||":
            return .source(path: path, isOptional: true)
        default: return nil
        }
    }

    private static func assignment(_ word: String) -> (name: String, value: String)? {
        guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = String(word[..<equals])
        return isName(name) ? (name, String(word[word.utf8.index(after: equals)...])) : nil
    }

    private static func isName(_ word: String) -> Bool {
        guard let first = word.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return word.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private func refusal(_ words: [String], _ word: String, _ origin: ConfigOrigin) -> HostNetworkFailure {
        if let plus = word.firstRange(of: "+="), Self.isName(String(word[..<plus.lowerBound])) {
            let name = word[..<plus.lowerBound]
            return failure("\(name)+= is not understood", origin, "write \(name)=\"${\(name)}\(word[plus.upperBound...])\"")
        }
        return failure("\(quoted(word)) is no NAME=value", origin, "keep only lines of the form NAME=\"value\"")
    }

    private func failure(_ reason: String, _ origin: ConfigOrigin, _ hint: String) -> HostNetworkFailure {
        HostNetworkFailure("cannot read \(origin)", reason: reason, hint: hint)
    }

    // MARK: One word

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func advance() {
        if current == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    /// Goes past blanks, continued lines and a comment; stops at the end of a line.
    private mutating func skipBlanks() {
        while let byte = current {
            if byte == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\n") {
                advance()
                advance()
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") {
                advance()
            } else if byte == UInt8(ascii: "#") {
                while let byte = current, byte != UInt8(ascii: "\n") { advance() }
            } else {
                return
            }
        }
    }

    /// The next word of the statement, without quotes and with the values of its variables; nil at the statement's end.
    private mutating func word(isFirst: Bool) throws(HostNetworkFailure) -> String? {
        skipBlanks()
        let start = ConfigOrigin(file: file, line: line)
        var word: [UInt8] = []
        var hasBegun = false
        while let byte = current {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: ";"):
                return hasBegun ? String(kernelBytes: word) : nil
            case UInt8(ascii: "&"), UInt8(ascii: "|"):
                if hasBegun { return String(kernelBytes: word) }
                return try doubled(byte, start)
            case UInt8(ascii: "'"): word += try singleQuoted(start)
            case UInt8(ascii: "\""): word += try doubleQuoted(start)
            case UInt8(ascii: "\\"):
                advance()
                guard let escaped = current else { throw failure("the file ends after a backslash", start, "remove the backslash") }
                // A continued line vanishes.
                if escaped != UInt8(ascii: "\n") { word.append(escaped) }
                advance()
            case UInt8(ascii: "$"): word += try variable(start)
            default:
                try refuseSpecial(byte, isFirst: word.isEmpty || word.last == UInt8(ascii: "="), start)
                word.append(byte)
                advance()
            }
            hasBegun = true
        }
        return hasBegun ? String(kernelBytes: word) : nil
    }

    /// `&&` or `||`, which only stand before `. FILE`.
    private mutating func doubled(_ byte: UInt8, _ start: ConfigOrigin) throws(HostNetworkFailure) -> String {
        guard position + 1 < bytes.count, bytes[position + 1] == byte else {
            throw failure("commands are not run", start, "put a text with \(Character(Unicode.Scalar(byte))) in it between single quotes")
        }
        advance()
        advance()
        return String(kernelBytes: [byte, byte])
    }

    private func refuseSpecial(_ byte: UInt8, isFirst: Bool, _ start: ConfigOrigin) throws(HostNetworkFailure) {
        let sign = Character(Unicode.Scalar(byte))
        switch byte {
        case UInt8(ascii: "`"): throw failure("commands are not run", start, "write what the command prints instead of the command")
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"):
            throw failure("\"\(sign)\" means something to a shell only", start, "put a text with \(sign) in it between single quotes")
        case UInt8(ascii: "~") where isFirst: throw failure("~ stands for a home folder in a shell only", start, "write the whole path")
        case 0: throw failure("there is a zero byte", start, "write the file as plain text")
        default: return
        }
    }

    private mutating func singleQuoted(_ start: ConfigOrigin) throws(HostNetworkFailure) -> [UInt8] {
        advance()
        var text: [UInt8] = []
        while let byte = current {
            advance()
            if byte == UInt8(ascii: "'") { return text }
            if byte == 0 { try refuseSpecial(byte, isFirst: false, start) }
            text.append(byte)
        }
        throw failure("the quote ' has no end", start, "write another ' where the value ends")
    }

    private mutating func doubleQuoted(_ start: ConfigOrigin) throws(HostNetworkFailure) -> [UInt8] {
        advance()
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                return text
            case UInt8(ascii: "$"): text += try variable(start)
            case UInt8(ascii: "`"), 0: try refuseSpecial(byte, isFirst: false, start)
            case UInt8(ascii: "\\"):
                advance()
                // Between double quotes a backslash is itself, except before what it protects.
                guard let escaped = current else { break }
                if !Array("$`\"\\\n".utf8).contains(escaped) { text.append(byte) }
                if escaped != UInt8(ascii: "\n") { text.append(escaped) }
                advance()
            default:
                text.append(byte)
                advance()
            }
        }
        throw failure("the quote \" has no end", start, "write another \" where the value ends")
    }

    /// `$NAME` or `${NAME}`.
    private mutating func variable(_ start: ConfigOrigin) throws(HostNetworkFailure) -> [UInt8] {
        advance()
        let isBraced = current == UInt8(ascii: "{")
        if isBraced { advance() }
        var name: [UInt8] = []
        while let byte = current, Self.isNameByte(byte) {
            name.append(byte)
            advance()
        }
        let text = String(kernelBytes: name)
        if isBraced {
            guard current == UInt8(ascii: "}") else {
                throw failure("only ${NAME} is understood of what can stand between braces", start, "write the value itself")
            }
            advance()
        } else if name.isEmpty, current == UInt8(ascii: "(") {
            throw failure("commands are not run", start, "write what the command prints instead of the command")
        }
        guard Self.isName(text) else {
            throw failure("$ is followed by no variable's name", start, "put a text with $ in it between single quotes")
        }
        guard let value = variables[text] else {
            throw failure("\(text) is not set before this line", start, "set it first, or write its value instead of $\(text)")
        }
        return value.value.kernelBytes
    }
}
