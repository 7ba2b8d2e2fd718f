// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Testing

@testable import LXCNetwork

/// Settings files as a shell would read them, and those that only a shell can read.
@Suite struct HostSysconfigFileTests {
    private func variables(_ text: String) throws -> [String: String] {
        var file = SysconfigFile(["OLD": Sourced("before")])
        try file.read(text.kernelBytes, file: "f")
        return file.variables.mapValues { $0.value }
    }

    static let readable: [(text: String, name: String, value: String)] = [
        ("A=b", "A", "b"), ("A=\"b c\"", "A", "b c"), ("A='b $c'", "A", "b $c"), ("export A=b", "A", "b"), ("A=", "A", ""),
        ("A=b # comment", "A", "b"), ("A=b#c", "A", "b#c"), ("# A=c\nA=b\n", "A", "b"), ("A=1\nA=2", "A", "2"), ("A=1; B=2", "B", "2"),
        ("A=1 B=2", "B", "2"), ("A=1\nB=\"${A}2\"", "B", "12"), ("A=1 B=$A", "B", "1"), ("A=$OLD-x", "A", "before-x"),
        ("A='${OLD}'", "A", "${OLD}"), ("A=\"x\"'y'z", "A", "xyz"), ("A=a\\ b", "A", "a b"), ("A=\"a\\\"b\\$c\\d\"", "A", "a\"b$c\\d"),
        ("A=1 \\\n  B=2", "B", "2"), ("A=\"1\n2\"", "A", "1\n2"), ("  A=1\t\r\n", "A", "1"), ("A=x=y", "A", "x=y"),
        ("export OLD", "OLD", "before"),
        ("A=a~b", "A", "a~b"), ("A=ü", "A", "ü"), ("A=\u{301}", "A", "\u{301}"),
    ]

    @Test(arguments: readable) func valuesAreThoseOfAShell(_ sample: (text: String, name: String, value: String)) throws {
        #expect(try variables(sample.text)[sample.name] == sample.value)
    }

    static let refused: [(text: String, line: Int, hint: String)] = [
        ("A=$(hostname)", 1, "write what the command prints instead of the command"),
        ("A=1\nB=`id`", 2, "write what the command prints instead of the command"),
        ("\nA=\"$(id)\"", 2, "write what the command prints instead of the command"),
        ("\n\nrm -rf /", 3, "keep only lines of the form NAME=\"value\""),
        ("if true; then", 1, "keep only lines of the form NAME=\"value\""),
        ("A=1 id", 1, "keep only lines of the form NAME=\"value\""),
        ("A=$NOTHING", 1, "set it first, or write its value instead of $NOTHING"),
        ("A=${OLD:-x}", 1, "write the value itself"), ("A=${OLD", 1, "write the value itself"),
        ("A=\"x", 1, "write another \" where the value ends"), ("A=1\nA='x\n\n", 2, "write another ' where the value ends"),
        ("A=~/x", 1, "write the whole path"), ("A=x>/etc/passwd", 1, "put a text with > in it between single quotes"),
        ("A=1 & B=2", 1, "put a text with & in it between single quotes"), ("A=1 && B=2", 1, "keep only lines of the form NAME=\"value\""),
        ("A+=x", 1, "write A=\"${A}x\""), ("1A=x", 1, "keep only lines of the form NAME=\"value\""),
        ("A=(a b)", 1, "put a text with ( in it between single quotes"), ("A=$", 1, "put a text with $ in it between single quotes"),
        ("A=\u{0}", 1, "write the file as plain text"), ("A=\\", 1, "remove the backslash"),
        (". relative", 1, "keep only lines of the form NAME=\"value\""),
        ("[ -f /a ] && . /b", 1, "keep only lines of the form NAME=\"value\""),
    ]

    @Test(arguments: refused) func whatOnlyAShellCanDoIsRefusedWithItsLine(_ sample: (text: String, line: Int, hint: String)) throws {
        let failure = #expect(throws: HostNetworkFailure.self) { try variables(sample.text) }
        #expect(failure?.what == "cannot read f:\(sample.line)")
        #expect(failure?.hint == sample.hint)
    }

    /// Any bytes at all are read or refused, and end.
    @Test func randomBytesNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("A=1$\"'\\{}()`#;&|.[]! \n\t~\u{0}xé".utf8) + [0xFF, 0xEE, 0x80]
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...40)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            var file = SysconfigFile()
            do { try file.read(bytes, file: "f") } catch { #expect(!error.reason.isEmpty) }
        }
    }

    @Test func filesReadEachOther() throws {
        let folder = "/tmp/lxc-sysconfig-\(ProcessControl.pid)"
        try HostPath.makeDirectories(folder)
        defer { #expect(throws: Never.self) { try TreeRemoval.remove(folder) } }
        try AtomicFile.write(folder + "/a", "A=1\nB=1\n[ ! -f \(folder)/b ] || . \(folder)/b\nC=$B\n".kernelBytes, mode: 0o644)
        try AtomicFile.write(folder + "/b", "B=2 # \(folder)\n[ -f \(folder)/none ] && . \(folder)/none\n".kernelBytes, mode: 0o644)
        try AtomicFile.write(folder + "/loop", ". \(folder)/loop\n".kernelBytes, mode: 0o644)
        var file = SysconfigFile()
        try file.read(folder + "/a")
        #expect(file.variables.mapValues { $0.value } == ["A": "1", "B": "2", "C": "2"])
        #expect(file.variables["B"]?.origin.description == "\(folder)/b:1")
        #expect(file.files == [folder + "/a", folder + "/b"])
        try file.read(folder + "/missing")
        let loop = #expect(throws: HostNetworkFailure.self) { try file.read(folder + "/loop") }
        #expect(loop?.reason == "files read each other more than 8 levels deep")
    }
}
