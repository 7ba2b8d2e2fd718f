// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct OptionScannerTests {
    private static let rows = [
        OptionRow(short: UInt8(ascii: "d"), long: "daemon", argument: .none),
        OptionRow(short: UInt8(ascii: "n"), long: "name", argument: .required),
        OptionRow(short: UInt8(ascii: "e"), long: "elevated", argument: .optional),
        OptionRow(short: nil, long: "share-net", argument: .required),
        OptionRow(short: nil, long: "share-ipc", argument: .required),
        OptionRow(short: UInt8(ascii: "?"), long: nil, argument: .none),
    ]

    private func scan(_ words: [String]) -> ScannedOptions {
        OptionScanner.scan(program: "tool", arguments: words, rows: Self.rows)
    }

    private func listing(_ scanned: ScannedOptions) -> String {
        let given = scanned.occurrences.map { "\($0.row)" + ($0.argument.map { "=\($0)" } ?? "") }
        return (given + ["--"] + scanned.operands).joined(separator: " ")
    }

    @Test(arguments: [
        ("-d -n p1", "0 1=p1 --"),
        ("p1 -d cmd", "0 -- p1 cmd"),
        ("-dnp1", "0 1=p1 --"),
        ("--nam p1 --name=p2", "1=p1 1=p2 --"),
        ("p1 -- -d --foo", "-- p1 -d --foo"),
        ("-eCAP p1", "2=CAP -- p1"),
        ("-e p1", "2 -- p1"),
        ("--elevated=LSM --elev", "2=LSM 2 --"),
        ("--share-n 1", "3=1 --"),
        ("-?", "5 --"),
        ("- -d", "0 -- -"),
        ("", "--"),
    ])
    func readsAsLibcDoes(line: String, expected: String) {
        let scanned = scan(line.split(separator: " ").map(String.init))
        #expect(scanned.fault == nil)
        #expect(listing(scanned) == expected)
    }

    @Test(arguments: [
        ("-x", "tool: invalid option -- 'x'"),
        ("--bogus", "tool: unrecognized option '--bogus'"),
        ("-n", "tool: option requires an argument -- 'n'"),
        ("--name", "tool: option '--name' requires an argument"),
        ("--daemon=1", "tool: option '--daemon' doesn't allow an argument"),
        ("--share 1", "tool: option '--share' is ambiguous; possibilities: '--share-net' '--share-ipc'"),
        ("a b -d -x", "tool: invalid option -- 'x'"),
    ])
    func faultsHaveLibcsWords(line: String, sentence: String) {
        let fault = scan(line.split(separator: " ").map(String.init)).fault ?? ""
        // libc writes to stderr, which other tests of this process write to at the same time.
        #expect(fault.contains(sentence), "\(fault)")
    }

    @Test func keepsWhatCameBeforeAFault() {
        let scanned = scan(["-d", "--bogus", "-n", "x"])
        #expect(scanned.occurrences.map(\.row) == [0])
        #expect(scanned.operands.isEmpty)
    }

    @Test func wordsThatAreNoTextSurvive() {
        let odd = String(kernelBytes: [0x61, 0xFF, 0x62])
        let scanned = scan(["-n", odd, odd])
        #expect(scanned.occurrences.first?.argument?.kernelBytes == [0x61, 0xFF, 0x62])
        #expect(scanned.operands.map(\.kernelBytes) == [[0x61, 0xFF, 0x62]])
    }

    @Test func emptyWordsStay() {
        let scanned = scan(["-n", "", ""])
        #expect(scanned.occurrences.first?.argument == "")
        #expect(scanned.operands == [""])
    }
}

@Suite struct RegularExpressionTests {
    @Test(arguments: [("^w", "web", true), ("^w", "dew", false), ("a|b+", "xbb", true), ("^(web|db)$", "webx", false)])
    func matches(pattern: String, text: String, expected: Bool) throws {
        #expect(try RegularExpression(pattern).matches(text) == expected)
    }

    @Test func malformedPatternsSayWhy() {
        let failure = #expect(throws: RegularExpression.Malformed.self) { _ = try RegularExpression("(") }
        #expect(failure?.pattern == "(")
        #expect(failure?.reason.isEmpty == false)
    }
}
