// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Takes a policy file line by line.
struct SeccompPolicyReader {
    private let file: String
    private var number = 0
    private var version: Int?
    private var isAllowList: Bool?
    private var defaultAction = SeccompPolicy.Action.allow
    private var defaultRule = SeccompPolicy.Action.kill
    private var scope: SeccompPolicy.Scope? = .all
    private var rules: [SeccompPolicy.Rule] = []

    /// More rules than there are calls, several times over: the file is something else.
    private static let mostRules = 16_384
    private static let forcedUnmount = SeccompPolicy.Condition(index: 1, value: 1, comparison: .maskedEqual, mask: 1)
    private static let notPermitted: UInt16 = 13  // EACCES, as C LXC answers a forced unmount

    init(file: String) { self.file = file }

    mutating func take(_ line: Substring) throws(SeccompProblem) {
        number += 1
        let text = Self.trimmed(line)
        if text.isEmpty || line.hasPrefix("#") { return }
        if version == nil { return try takeVersion(text) }
        if isAllowList == nil { return try takeKind(text) }
        if version == 1 { return try takeNumber(text) }
        if text.hasPrefix("[") && text.hasSuffix("]") { return try takeSection(String(text.dropFirst().dropLast())) }
        try takeRule(text)
    }

    func finish() throws(SeccompProblem) -> (SeccompPolicy.Action, [SeccompPolicy.Rule], Bool) {
        guard isAllowList != nil else {
            throw SeccompProblem("it ends before the second line", at: file, hint: "begin with a line \"2\" and a line \"denylist\"")
        }
        return (defaultAction, rules, version == 1)
    }

    private mutating func takeVersion(_ text: Substring) throws(SeccompProblem) {
        guard text == "1" || text == "2" else { throw problem("\(quoted(text)) is no version", hint: "the first line is 1 or 2") }
        version = text == "1" ? 1 : 2
    }

    private mutating func takeKind(_ text: Substring) throws(SeccompProblem) {
        let (word, rest) = Self.firstWord(text)
        let isAllowed: Bool
        switch word {
        case "allowlist", "whitelist": isAllowed = true
        case "denylist", "blacklist": isAllowed = false
        default: throw problem("\(quoted(word)) is no kind of list", hint: "the second line is allowlist or denylist")
        }
        if version == 1 && !isAllowed { throw problem("version 1 has only allow lists", hint: "write 2 in the first line") }
        isAllowList = isAllowed
        (defaultAction, defaultRule) = isAllowed ? (.kill, .allow) : (.allow, .kill)
        // A third word is the action for everything without a rule.
        if !rest.isEmpty { defaultAction = try action(rest).action }
    }

    private mutating func takeNumber(_ text: Substring) throws(SeccompProblem) {
        guard let call = Int32(text), call >= 0 else { throw problem("\(quoted(text)) is not the number of a system call") }
        try add(String(call), .allow, [], .all)
    }

    private mutating func takeSection(_ name: String) throws(SeccompProblem) {
        if name.lowercased() == "all" {
            scope = .all
        } else if let known = SeccompArchitectures.names[name.lowercased()] {
            // Sections for other machines are in every policy that is made for many.
            scope = SeccompArchitectures.ofThisMachine.contains(known) ? .one(known) : nil
        } else {
            throw problem(
                "\(quoted(name)) is no architecture",
                hint: "there are: all \(SeccompArchitectures.names.keys.sorted().joined(separator: " "))")
        }
    }

    private mutating func takeRule(_ text: Substring) throws(SeccompProblem) {
        let (name, rest) = Self.firstWord(text)
        if name == "reject_force_umount" {
            // On every way into the kernel, whatever section it stands in: one that is left out would be the hole.
            return try add("umount2", .errno(Self.notPermitted), [Self.forcedUnmount], .all)
        }
        var (action, conditions) = (defaultRule, rest)
        if !rest.isEmpty && !rest.hasPrefix("[") { (action, conditions) = try self.action(rest) }
        let parsed = try self.conditions(conditions)
        guard let scope else { return }
        try add(String(name), action, parsed, scope)
    }

    private mutating func add(
        _ call: String, _ action: SeccompPolicy.Action, _ conditions: [SeccompPolicy.Condition], _ scope: SeccompPolicy.Scope
    ) throws(SeccompProblem) {
        guard rules.count < Self.mostRules else { throw problem("there are more than \(Self.mostRules) rules") }
        rules.append(.init(call: call, action: action, conditions: conditions, scope: scope, line: number))
    }

    /// The action at the start of a text, and what follows it.
    private func action(_ text: Substring) throws(SeccompProblem) -> (action: SeccompPolicy.Action, rest: Substring) {
        let (word, rest) = Self.firstWord(text)
        switch word.lowercased() {
        case "kill": return (.kill, rest)
        case "allow": return (.allow, rest)
        case "trap": return (.trap, rest)
        case "notify": return (.notify, rest)
        case "errno":
            let (number, after) = Self.firstWord(rest)
            guard let code = UInt16(number), code <= 4095 else {
                throw problem("\(quoted(number)) is no error number", hint: "write errno and a number from 0 to 4095")
            }
            return (.errno(code), after)
        default: throw problem("\(quoted(word)) is no action", hint: "there are: allow errno kill notify trap")
        }
    }

    /// `[INDEX,VALUE,OPERATION[,MASK]] ...`
    private func conditions(_ text: Substring) throws(SeccompProblem) -> [SeccompPolicy.Condition] {
        var rest = Self.trimmed(text)
        var conditions: [SeccompPolicy.Condition] = []
        while !rest.isEmpty {
            guard rest.hasPrefix("["), let end = rest.firstIndex(of: "]") else {
                throw problem("\(quoted(rest)) is no condition", hint: "write [INDEX,VALUE,OPERATION] or [INDEX,VALUE,OPERATION,MASK]")
            }
            conditions.append(try condition(rest[rest.index(after: rest.startIndex)..<end]))
            // C LXC's own examples separate conditions with blanks, some people do with commas.
            rest = Self.trimmed(rest[rest.index(after: end)...].drop { $0 == "," })
        }
        guard conditions.count <= 6 else { throw problem("a call has only six arguments") }
        return conditions
    }

    private func condition(_ text: Substring) throws(SeccompProblem) -> SeccompPolicy.Condition {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed($0) }
        guard fields.count == 3 || fields.count == 4, let index = UInt32(fields[0]), index < 6, let value = Self.integer(fields[1]) else {
            throw problem(
                "\(quoted("[\(text)]")) is no condition",
                hint: "write [INDEX,VALUE,OPERATION] or [INDEX,VALUE,OPERATION,MASK], INDEX 0 to 5")
        }
        guard let comparison = SeccompPolicy.Condition.Comparison(fields[2]) else {
            throw problem("\(quoted(fields[2])) is no comparison", hint: "there are: == != < <= > >= &=")
        }
        let mask = fields.count == 4 ? Self.integer(fields[3]) : value
        guard let mask else { throw problem("\(quoted(fields[3])) is not a number") }
        return .init(index: index, value: value, comparison: comparison, mask: mask)
    }

    private func problem(_ reason: String, hint: String? = nil) -> SeccompProblem {
        SeccompProblem(reason, at: "\(file):\(number)", hint: hint)
    }

    private func quoted(_ text: some StringProtocol) -> String { "\"\(String(text).prefix(60))\"" }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text.drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" || last == "\r" { rest.removeLast() }
        return rest
    }

    private static func firstWord(_ text: Substring) -> (word: Substring, rest: Substring) {
        let word = text.prefix { $0 != " " && $0 != "\t" }
        return (word, trimmed(text[word.endIndex...]))
    }

    /// As strtoull(3) reads it: decimal, hexadecimal with 0x, octal with 0.
    private static func integer(_ text: Substring) -> UInt64? {
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0") && text.utf8.count > 1 { return UInt64(text.dropFirst(), radix: 8) }
        return UInt64(text)
    }
}

extension SeccompPolicy.Condition.Comparison {
    /// Reads a sign, or libseccomp's name.
    init?(_ text: Substring) {
        switch text {
        case "!=", "SCMP_CMP_NE": self = .notEqual
        case "<", "SCMP_CMP_LT": self = .less
        case "<=", "SCMP_CMP_LE": self = .lessOrEqual
        case "==", "SCMP_CMP_EQ": self = .equal
        case ">=", "SCMP_CMP_GE": self = .greaterOrEqual
        case ">", "SCMP_CMP_GT": self = .greater
        case "&=", "SCMP_CMP_MASKED_EQ": self = .maskedEqual
        default: return nil
        }
    }
}
