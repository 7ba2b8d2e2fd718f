// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Testing

@testable import LXCSecurity

@Suite struct SeccompPolicyTests {
    private func policy(_ lines: String...) throws -> SeccompPolicy { try SeccompPolicy(lines.joined(separator: "\n"), file: "/p") }

    private func problem(_ lines: String...) -> SeccompProblem? {
        do { _ = try SeccompPolicy(lines.joined(separator: "\n"), file: "/p") } catch { return error }
        return nil
    }

    @Test(arguments: ["allowlist", "whitelist"]) func versionOneIsNumbers(word: String) throws {
        let policy = try policy("1", word, "# comment", "0", "", "231")
        #expect(policy.isNumeric && policy.defaultAction == .kill)
        #expect(policy.rules.map { $0.call } == ["0", "231"] && policy.rules.allSatisfy { $0.action == .allow })
    }

    @Test func actionsAndTheirDefaults() throws {
        let denying = try policy("2", "denylist", "mount", "umount2 errno 13", "reboot trap", "swapon allow")
        #expect(denying.defaultAction == .allow)
        #expect(denying.rules.map { $0.action } == [.kill, .errno(13), .trap, .allow])
        let allowing = try policy("2", "allowlist errno 38", "read", "write kill")
        #expect(allowing.defaultAction == .errno(38))
        #expect(allowing.rules.map { $0.action } == [.allow, .kill])
        #expect(try policy("2", "blacklist notify").notifies)
        #expect(try policy("2", "denylist", "mknod notify").notifies)
    }

    @Test func conditions() throws {
        let rules = try policy(
            "2", "denylist", "socket errno 97 [0,16,==] [2,0x3,SCMP_CMP_GE]", "clone errno 1 [0,0x10000000,&=,0x7E020000]",
            "personality [0,010,!=]", "kill [1,9,<], [0,1,<=], [2,3,>]", "ioctl kill [1,0x5412,&=]"
        ).rules
        #expect(
            rules[0].conditions == [
                .init(index: 0, value: 16, comparison: .equal, mask: 16), .init(index: 2, value: 3, comparison: .greaterOrEqual, mask: 3),
            ])
        #expect(rules[1].conditions == [.init(index: 0, value: 0x1000_0000, comparison: .maskedEqual, mask: 0x7E02_0000)])
        #expect(rules[2].conditions == [.init(index: 0, value: 8, comparison: .notEqual, mask: 8)])
        #expect(rules[2].action == .kill)
        #expect(rules[3].conditions.map { $0.comparison } == [.less, .lessOrEqual, .greater])
        #expect(rules[4].conditions == [.init(index: 1, value: 0x5412, comparison: .maskedEqual, mask: 0x5412)])
    }

    @Test func sections() throws {
        let rules = try policy(
            "2", "denylist", "a", "[x86]", "b", "[X86_64]", "c", "[arm64]", "reject_force_umount", "d", "[s390x]", "e", "[all]", "f"
        ).rules
        #if arch(x86_64)
            #expect(rules.map { $0.call } == ["a", "b", "c", "umount2", "f"])
            #expect(rules.map { $0.scope } == [.all, .one("x86"), .one("x86_64"), .all, .all])
            #expect(rules.map { $0.line } == [3, 5, 7, 9, 14])
        #endif
    }

    @Test(
        arguments: [
            (["3"], "/p:1", "no version"), (["2", "greylist"], "/p:2", "no kind of list"), (["2"], "/p", "ends before"),
            ([""], "/p", "ends before"),
            (["1", "denylist"], "/p:2", "only allow lists"), (["1", "allowlist", "read"], "/p:3", "not the number"),
            (["1", "allowlist", "-1"], "/p:3", "not the number"), (["2", "denylist", "[vax]"], "/p:3", "no architecture"),
            (["2", "denylist", "read maybe"], "/p:3", "no action"), (["2", "denylist", "read errno"], "/p:3", "no error number"),
            (["2", "denylist", "read errno 4096"], "/p:3", "no error number"),
            (["2", "denylist", "read kill [6,1,==]"], "/p:3", "no condition"),
            (["2", "denylist", "read kill [0,x,==]"], "/p:3", "no condition"),
            (["2", "denylist", "read kill [0,1,~]"], "/p:3", "no comparison"),
            (["2", "denylist", "read kill [0,1"], "/p:3", "no condition"),
            (["2", "denylist", "read kill [0,1,==,z]"], "/p:3", "not a number"),
            (["2", "denylist", "read [0,1,==][0,1,==][0,1,==][0,1,==][0,1,==][0,1,==][0,1,==]"], "/p:3", "six arguments"),
        ] as [([String], String, String)])
    func refusals(lines: [String], place: String, words: String) {
        let problem = #expect(throws: SeccompProblem.self) { try SeccompPolicy(lines.joined(separator: "\n"), file: "/p") }
        #expect(problem?.place == place && problem?.reason.contains(words) == true, "\(String(describing: problem))")
    }

    @Test func aFloodOfRulesEnds() {
        let lines = "2\ndenylist\n" + String(repeating: "read errno 1\n", count: 100_000)
        #expect(throws: SeccompProblem.self) { try SeccompPolicy(lines, file: "/p") }
    }

    @Test func compilesForEveryWayIntoTheKernel() throws {
        var skipped: [String] = []
        let policy = try policy("2", "denylist", "kexec_load errno 1", "no_such_call errno 1", "kexec_load errno 1", "reject_force_umount")
        let program = try SeccompCompiler.compile(policy, file: "/p") { skipped.append($0.call) }.program
        #expect(program.count.isMultiple(of: 8) && program.count > 80)
        #expect(skipped == ["no_such_call"])
    }

    @Test func aRuleThatSaysWhatHappensAnywayIsNone() throws {
        let policy = try policy("2", "allowlist allow", "read", "write errno 1")
        #expect(try !SeccompCompiler.compile(policy, file: "/p").program.isEmpty)
    }

    @Test(
        arguments: [
            (["denylist", "mknod notify"], nil), (["denylist notify", "sendmsg allow"], nil),
            (["allowlist", "sendmsg", "mknod notify"], nil),
            (["denylist notify"], "/p"), (["allowlist", "mknod notify"], "/p"),
            (["denylist", "mknod notify", "sendmsg notify [0,1,==]"], "/p:4"),
            (["denylist", "mknod notify", "sendmsg errno 1"], "/p:4"), (["allowlist", "mknod notify", "sendmsg allow [0,1,==]"], "/p:4"),
        ] as [([String], String?)])
    func theListenerMustBeSent(lines: [String], place: String?) throws {
        let policy = try SeccompPolicy((["2"] + lines).joined(separator: "\n"), file: "/p")
        do throws(SeccompProblem) {
            let filter = try SeccompCompiler.compile(policy, file: "/p")
            #expect(filter.notifies && place == nil)
        } catch {
            #expect(error.place == place && error.hint == "allow sendmsg")
        }
    }
}
