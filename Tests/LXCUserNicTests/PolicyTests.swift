// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Testing

@testable import LXCUserNic

/// `lxc-usernet`, and whom its lines are for.
@Suite struct PolicyTests {
    private let passwd = """
        root:x:0:0::/root:/bin/sh
        lxc:x:1000:1000::/:/bin/sh
        lxcunpriv:x:1001:1001::/:/bin/sh
        second:x:1000:1000::/:/bin/sh
        77:x:1002:1002::/:/bin/sh
        @staff:x:1003:1003::/:/bin/sh
        signed:x:+1004:1004::/:/bin/sh
        blank:x: 1005:1005::/:/bin/sh
        big:x:4294968296:1::/:/bin/sh
        short:x
        :x:1006:1006::/:/bin/sh
        two words:x:1007:1007::/:/bin/sh
        """.kernelBytes
    private let group = "staff:x:50:lxc\nstaffroom:x:51:\nroot:x:0:\nodd:x:-1:\nstaff:x:52:\n".kernelBytes

    private func policy(_ lines: String...) -> UserNetworkPolicy { UserNetworkPolicy(lines.joined(separator: "\n").kernelBytes) }

    private func word(_ text: String) throws -> ExactWord { try #require(ExactWord(text)) }

    private func allowance(user: UInt32, groups: [UInt32] = [], _ lines: String...) throws -> Allowance {
        let policy = UserNetworkPolicy(lines.joined(separator: "\n").kernelBytes)
        let caller = Caller(user: user, group: 999_999, supplementaryGroups: groups)
        let grants = policy.grants(type: try word("veth"), bridge: try word("br1"))
        return try #require(Allowance(caller, grants, passwd: passwd, group: group))
    }

    @Test func linesAreWordsAndComments() throws {
        let read = policy("# nobody", "", " \tlxc   veth\tbr1 10  # ten", "@staff veth none 0", "lxc veth br1 007")
        #expect(read.malformedLines == [])
        #expect(
            read.grants.map { "\($0.owner.text) \($0.type.text) \($0.bridge.text) \($0.limit)" } == [
                "lxc veth br1 10", "@staff veth none 0", "lxc veth br1 7",
            ])
    }

    @Test(arguments: [
        "lxc veth br1", "lxc veth br1 1 1", "lxc veth br1 -1", "lxc veth br1 +1", "lxc veth br1 1.0", "lxc veth br1 0x10",
        "lxc veth br1 1000001", "lxc veth br1 18446744073709551617", "lxc veth br1 99999999999999999999999", "lxc veth br1 ten",
        "lxc veth br1 10\r", "lxc veth br\u{0}1 10", "lxc\u{1b} veth br1 10", "@ veth br1 10", "lxc veth#br1 10", "lxc veth br1 1\u{a0}0",
    ])
    func otherLinesGrantNothing(line: String) {
        let read = policy("root veth br1 1", line, "root veth br1 1")
        #expect(read.malformedLines == [2] && read.grants.count == 2)
    }

    @Test func anyBytesAreRead() {
        for length in [0, 1, 7, 100, 4000] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255) }
            let read = UserNetworkPolicy(bytes)
            #expect(read.grants.count + read.malformedLines.count <= length + 1)
            _ = NicEntry.all(in: bytes)
            _ = AccountFile.name(ofUser: 5, in: bytes)
        }
    }

    /// Unicode calls both spellings of the name equal; they are two users.
    @Test func wordsAreComparedByTheByte() throws {
        #expect(try word("caf\u{e9}") != word("cafe\u{301}"))
        #expect(try word("caf\u{e9}").text == "caf\u{e9}")
        let users = "caf\u{e9}:x:7:7::/:\ncafe\u{301}:x:8:8::/:\n".kernelBytes
        #expect(try AccountFile.name(ofUser: 8, in: users) == word("cafe\u{301}"))
    }

    @Test(arguments: [
        (0, "root"), (1000, "lxc"), (1001, "lxcunpriv"), (1002, "1002"), (1003, "1003"), (1004, "1004"), (1005, "1005"), (1000, "lxc"),
        (1006, "1006"), (1007, "1007"), (4_294_967_294, "4294967294"),
    ])
    func usersHaveTheNameOfTheirFirstLine(user: UInt32, name: String) {
        #expect(AccountFile.name(ofUser: user, in: passwd)?.text == name)
    }

    @Test(arguments: [("staff", 50), ("staffroom", 51), ("sta", nil), ("odd", nil), ("gone", nil), ("1234", 1234), ("99999999999", nil)])
    func groupsHaveTheNumberOfTheirFirstLine(name: String, number: UInt32?) throws {
        #expect(try AccountFile.number(ofGroup: word(name), in: group) == number)
    }

    @Test func linesApplyToTheirUserAndGroup() throws {
        let lines = ["lxc veth br1 1", "lxcunpriv veth br1 2", "@staff veth br1 3", "@staffroom veth br1 4", "staff veth br1 5"]
        func limits(_ user: UInt32, _ groups: [UInt32]) throws -> [Int] {
            try allowance(user: user, groups: groups, lines.joined(separator: "\n")).grants.map { $0.limit }
        }
        #expect(try limits(1000, []) == [1] && limits(1001, []) == [2] && limits(1002, []) == [])
        #expect(try limits(1000, [49, 50]) == [1, 3] && limits(9, [51]) == [4])
        #expect(try limits(9, (0..<65_536).map { 1_000_000 + $0 } + [50]) == [3])
        #expect(try allowance(user: 1002, "77 veth br1 1", "1002 veth br1 2").grants.map { $0.limit } == [2])
        #expect(try allowance(user: 1003, "@staff veth br1 1").grants == [])
        #expect(try allowance(user: 9, groups: [1234], "@1234 veth br1 6").grants.map { $0.limit } == [6])
    }

    @Test func linesAreCountedInTheOrderOfTheFile() throws {
        let allowance = try allowance(user: 1000, groups: [50], "lxc veth br1 1", "lxc veth br1 2", "@staff veth br1 1")
        var entries = NicEntry.all(in: "lxcunpriv veth br1 a\nlxc veth br10 b\nlxc vet br1 c\n".kernelBytes)
        var owners: [String] = []
        while let owner = try allowance.ownerWithRoom(entries, type: word("veth"), bridge: word("br1")) {
            owners.append(owner.text)
            entries += NicEntry.all(in: "\(owner.text) veth br1 x\n".kernelBytes)
        }
        #expect(owners == ["lxc", "lxc", "@staff"])
    }
}
