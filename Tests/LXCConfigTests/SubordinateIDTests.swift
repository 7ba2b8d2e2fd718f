// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Testing

@Suite struct SubordinateIDTests {
    private func file(_ text: String) -> SubordinateIDFile { SubordinateIDFile(Array(text.utf8)) }

    private func word(_ text: String) throws -> ExactWord {
        let word = ExactWord(text)
        return try #require(word)
    }

    @Test func givesTheLinesOfAUser() throws {
        let name = try word("ann")
        let file = file("ann:100000:65536\nanna:165536:10\n1000:200000:5\nann:300000:1\n")
        #expect(
            file.ranges(name: name, number: 1000) == [
                .init(first: 100000, count: 65536), .init(first: 200000, count: 5), .init(first: 300000, count: 1),
            ])
        #expect(file.ranges(name: nil, number: 1000) == [.init(first: 200000, count: 5)])
        #expect(file.ranges(name: ExactWord("an"), number: 7).isEmpty)
    }

    @Test(arguments: [
        "ann:100000", "ann:100000:0", "ann:-1:5", "ann:1:5:6", "ann:4294967295:1", "ann:4294967290:10", ":1:5", "ann: 1:5", "ann:1:+5",
        "ann:99999999999:1", "ann:1:99999999999",
    ])
    func takesNothingFromALineThatIsNotOne(line: String) throws {
        #expect(file(line).ranges(name: try word("ann"), number: 1).isEmpty)
    }

    @Test func findsFreeIDs() {
        #expect(file("").free(65536) == .init(first: 100000, count: 65536))
        #expect(file("a:100000:65536\nb:50:5\n").free(65536) == .init(first: 165536, count: 65536))
        #expect(file("a:4294900000:60000\n").free(65536) == nil)
    }

    @Test func findsAccounts() throws {
        let passwd = Array("root:x:0:0:root:/root:/bin/sh\nann:x:1000:1001:Ann,,,:/home/ann:/bin/sh\nbad:x:1:\n".utf8)
        let ann = try #require(AccountFile.user(named: try word("ann"), in: passwd))
        #expect(ann.user == 1000 && ann.group == 1001 && ann.home == "/home/ann")
        for name in ["an", "anne", "bad", "1000"] { #expect(AccountFile.user(named: try word(name), in: passwd) == nil) }
        let group = Array("g:x:5:ann,bob\nh:x:6:\n".utf8)
        #expect(AccountFile.members(ofGroup: try word("g"), in: group).map { String(kernelBytes: $0) } == ["ann", "bob"])
        #expect(AccountFile.members(ofGroup: try word("h"), in: group).isEmpty)
    }
}
