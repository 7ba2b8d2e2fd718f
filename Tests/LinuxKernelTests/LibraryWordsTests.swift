// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import LinuxKernel

/// What users read is what glibc says, although the installed programs are linked with musl.
@Suite struct LibraryWordsTests {
    @Test(arguments: 1...133) func errorsHaveTheUsualWords(number: Int32) {
        #expect(ErrnoWords.text(number) == String(cString: strerror(number)))
    }

    private static let rows = [
        OptionRow(short: UInt8(ascii: "n"), long: "name", argument: .required), OptionRow(short: nil, long: "nest", argument: .optional),
        OptionRow(short: UInt8(ascii: "q"), long: "quiet", argument: .none), OptionRow(short: nil, long: "quick", argument: .none),
    ]

    /// The sentences are those that a C program with these options printed (glibc 2.36).
    @Test(arguments: [
        (["--foo=3"], "unrecognized option '--foo=3'"), (["--n=3"], "option '--n=3' is ambiguous; possibilities: '--name' '--nest'"),
        (["--qui"], "option '--qui' is ambiguous; possibilities: '--quiet' '--quick'"),
        (["--quiet=4"], "option '--quiet' doesn't allow an argument"), (["x", "--name"], "option '--name' requires an argument"),
        (["-x"], "invalid option -- 'x'"), (["-n"], "option requires an argument -- 'n'"), (["-n", "a", "-qZ"], "invalid option -- 'Z'"),
        (["--=3"], "option '--=3' is ambiguous; possibilities: '--name' '--nest' '--quiet' '--quick'"),
        (["--ne", "-q", "--na", "v", "-:"], "invalid option -- ':'"),
    ])
    func faultsHaveTheUsualWords(words: [String], sentence: String) {
        let scanned = OptionScanner.scan(program: "prog", arguments: words, rows: Self.rows)
        #expect(scanned.fault == "prog: " + sentence)
    }
}
