// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCTestSupport
import LinuxKernel
import Testing

@testable import LXCUserNic

/// The list of all devices, their names, and the words of a request.
@Suite struct DatabaseTests {
    @Test func linesComeBackAsTheyWere() {
        let text = "lxc veth br1 veth1000_abcd\n@staff veth none veth1001_XYZ0\n"
        let entries = NicEntry.all(in: text.kernelBytes)
        #expect(entries.count == 2 && NicEntry.text(of: entries) == text.kernelBytes)
        #expect(NicEntry.text(of: []) == [])
    }

    @Test(arguments: ["lxc", "lxc veth br1", "lxc veth br1 v x", "lxc veth br1 \u{0}", "\u{7f} veth br1 v", " ", "\r"])
    func otherLinesAreDropped(line: String) {
        #expect(NicEntry.all(in: "\(line)\nlxc veth br1 v\n\(line)".kernelBytes).map { $0.interface.text } == ["v"])
    }

    @Test func namesSayWhose() throws {
        for user: UInt32 in [0, 1, 1000, 65_536, 999_999, 1_000_000, 1_679_616, 100_000_000, .max] {
            let name = HostInterfaceName.random(for: user)
            #expect((9...15).contains(name.utf8.count), "\(name)")
            let word = try #require(ExactWord(name))
            for other: UInt32 in [0, 1, 10, 100, 1000, 65_536, 999_999, 1_000_000, 1_679_616, 100_000_000, .max] {
                #expect(HostInterfaceName.isOf(other, word) == (other == user), "\(name) and \(other)")
            }
        }
        #expect(HostInterfaceName.random(for: 1000).hasPrefix("veth1000_") && HostInterfaceName.random(for: 1000).utf8.count == 13)
    }

    @Test(arguments: [
        ["create", "p", "n", "12", "veth", "br1"], ["create", "p", "n", "/x", "veth", "br1", "eth0"], ["12", "veth", "br1"],
        ["12", "veth", "br1", "eth0"], ["delete", "p", "n", "/proc/1/ns/net", "veth", "br1", "veth1"],
    ])
    func requests(words: [String]) { #expect(UserNicRequest(words) != nil) }

    @Test(arguments: [
        [], ["create"], ["create", "p", "n", "12", "veth"], ["create", "p", "n", "0", "veth", "br1"],
        ["create", "p", "n", "-1", "veth", "br1"],
        ["create", "p", "n", "2147483648", "veth", "br1"], ["create", "p", "n", "x", "veth", "br1"],
        ["create", "p", "n", "", "veth", "br1"],
        ["create", "p", "n", "12", "ve th", "br1"], ["create", "p", "n", "12", "veth", "br\n1"], ["create", "p", "n", "12", "veth", ""],
        ["create", "p", "n", "12", "veth", "br1", "a", "b"], ["delete", "p", "n", "12", "veth", "br1", "x"],
        ["delete", "p", "n", "/x", "veth", "br1"], ["delete", "p", "n", "/x", "veth", "br1", "a b"], ["/x", "veth", "br1", "eth0"],
        ["12", "veth"], ["12", "veth", "br1", "a", "b"], ["--help"],
    ])
    func noRequests(words: [String]) { #expect(UserNicRequest(words) == nil) }

    @Test func aFolderThatOthersWriteToIsRefused() throws {
        try withContainers { fixture in
            let folder = fixture.lxcpath + "/run"
            try HostPath.makeDirectories(folder)
            try HostPath.changePermissions(folder, to: 0o777)
            let refused = #expect(throws: UserNicFailure.self) { _ = try NicDatabase.locked(in: folder) }
            #expect(refused?.message.contains("only root can write to") == true)
            try HostPath.changePermissions(folder, to: 0o755)
            let database = try NicDatabase.locked(in: folder)
            let entry = try #require(NicEntry.all(in: "lxc veth br1 v\nlxc veth br1 w\n".kernelBytes).first)
            try database.replace(with: [entry])
            #expect(try database.entries { (_) throws(KernelError) in true } == [entry])
            #expect(try database.entries { (_) throws(KernelError) in false } == [])
            #expect(throws: UserNicFailure.self) {
                _ = try database.entries { (_) throws(KernelError) in throw KernelError(call: "x", errno: .ioError, subject: "y") }
            }
        }
    }
}
