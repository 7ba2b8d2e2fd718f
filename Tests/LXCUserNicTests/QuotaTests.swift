// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Netlink
import Testing

/// N5 and N6: nobody gets more than the policy says, however many ask at a time and whatever ends them.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct QuotaTests {
    /// N5: the group is the last of none, one, or as many as the kernel allows.
    @Test(arguments: [(0, 2), (1, 2), (65_535, 2), (65_536, 2)]) func manyGroups(count: Int, allowed: Int) throws {
        try withUserNicWorld(policy: ["@netters veth br1 \(allowed)"]) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let codes = try (0..<3).map { _ in try world.create(as: UserNicWorld.first, pid, options: ["-g", "\(count)"]).code }
            #expect(codes == [0, 0, 1])
            #expect(try world.database().allSatisfy { $0.hasPrefix("@netters veth br1 veth41001_") })
        }
    }

    @Test func withoutTheGroupThereIsNothing() throws {
        try withUserNicWorld(policy: ["@netters veth br1 2", "@gone veth br1 2", "@ veth br1 2", "netters veth br1 2"]) { world in
            let pid = try world.container(of: UserNicWorld.first)
            // The launcher's option comes last, so the group of both is replaced.
            let refused = try world.create(as: UserNicWorld.first, pid, options: ["-g", "3", "-G", "1000001"])
            #expect(refused.code == 1 && refused.error.contains("has no line for you"), "\(refused)")
            #expect(try world.devices().isEmpty)
        }
    }

    /// Watched with C LXC 7.0: lines of different owners add up, of one owner's the largest counts, and a group shares.
    @Test func linesAreCountedAsCLXCCounts() throws {
        try withUserNicWorld(policy: ["lxc veth br1 1", "lxc veth br1 2", "@netters veth br1 2"]) { world in
            let first = try world.container(of: UserNicWorld.first)
            let second = try world.container(of: UserNicWorld.second)
            #expect(try (0..<4).map { _ in try world.create(as: UserNicWorld.first, first).code } == [0, 0, 0, 0])
            let reached = try world.create(as: UserNicWorld.first, first)
            #expect(reached.code == 1 && reached.error.contains("Quota reached"), "\(reached)")
            #expect(try world.create(as: UserNicWorld.second, second).code == 1)
            #expect(try world.database().map { $0.split(separator: " ")[0] } == ["lxc", "lxc", "@netters", "@netters"])
        }
    }

    /// A container that ends takes its device along; the line goes when somebody counts.
    @Test func staleLinesAreDropped() throws {
        try withUserNicWorld(policy: ["lxc veth br1 1"]) { world in
            let broken = "broken\n\nlxc veth br1\nlxc veth br1 vethgone extra\nlxc veth br1 vethgone"
            try world.root("/bin/mkdir", "-p", world.fixture.installation.run)
            try world.write(world.databasePath, broken, mode: 0o600)
            let pid = try world.container(of: UserNicWorld.first)
            #expect(try world.create(as: UserNicWorld.first, pid).code == 0)
            #expect(try world.create(as: UserNicWorld.first, pid).code == 1)
            try ProcessControl.send(Signals.kill, to: pid)
            #expect(try world.fixture.eventually { try world.devices().isEmpty })
            let next = try world.container(of: UserNicWorld.first)
            #expect(try world.create(as: UserNicWorld.first, next).code == 0)
            #expect(try world.database().count == 1)
        }
    }

    /// N6: 100 requests of each of two users at the same time.
    @Test func manyAtATimeGetExactlyTheQuota() throws {
        try withUserNicWorld(policy: ["lxc veth br1 10", "lxcunpriv veth br1 10"]) { world in
            let crowd = try start(world, count: 100)
            let codes = try crowd.map { try $0.wait(seconds: 60).shellCode }
            #expect(codes.filter { $0 == 0 }.count == 20, "\(codes)")
            try expectWhole(world, exactly: 10)
        }
    }

    /// N6: requests are killed wherever they are; afterwards the list can be parsed, covers every device, and the next requests bring
    /// everybody to the quota and no further.
    @Test func killedRequestsDoNotCount() throws {
        try withUserNicWorld(policy: ["lxc veth br1 10", "lxcunpriv veth br1 10"]) { world in
            for round in 0..<4 {
                let crowd = try start(world, count: 20)
                Pause.milliseconds(UInt32(5 + 20 * round))
                for request in crowd { try request.kill() }
                for request in crowd { _ = try request.wait() }
                try expectWhole(world, exactly: nil)
            }
            for request in try start(world, count: 12) { _ = try request.wait(seconds: 60) }
            try expectWhole(world, exactly: 10)
            let left = try DirectoryListing.names(in: world.outside(world.fixture.installation.run)).filter { $0.hasPrefix("nics") }
            #expect(left == ["nics", "nics.lock"])
        }
    }

    /// N6: without room for the list no device is made, and the old list stays whole.
    @Test func fullFilesystem() throws {
        try withUserNicWorld(policy: ["lxc veth br1 10"]) { world in
            let pid = try world.container(of: UserNicWorld.first)
            #expect(try world.create(as: UserNicWorld.first, pid).code == 0)
            let before = try world.database()
            let run = world.fixture.installation.run
            try world.root("/bin/mount", "-o", "remount,size=64k", "/\(DirectoryHandle.split(run).parent)")
            try world.root("/bin/sh", "-c", "dd if=/dev/zero of=\(run)/full bs=4k 2> /dev/null || :")
            for _ in 0..<5 {
                let refused = try world.create(as: UserNicWorld.first, pid)
                #expect(refused.code == 1 && refused.error.contains("no space left on device"), "\(refused)")
            }
            #expect(try world.database() == before && world.devices().count == 1)
            try world.root("/bin/rm", "\(run)/full")
            #expect(try world.create(as: UserNicWorld.first, pid).code == 0)
            #expect(try world.database().count == 2 && world.devices().count == 2)
        }
    }

    /// Requests of both users, all started before the first is waited for.
    private func start(_ world: UserNicWorld, count: Int) throws -> [BackgroundProgram] {
        let users = [UserNicWorld.first, UserNicWorld.second]
        let pids = try users.map { try world.container(of: $0) }
        return try (0..<count * users.count).map { index in
            let which = index % users.count
            let words = [world.program, "create", "p", "n", "\(pids[which])", "veth", "br1"]
            return try BackgroundProgram("/usr/bin/nsenter", world.command(as: users[which], words), environment: [])
        }
    }

    /// Every line of the list has four words, every device has a line, and nobody has more than ten devices.
    private func expectWhole(_ world: UserNicWorld, exactly count: Int?) throws {
        let lines = try world.database().map { $0.split(separator: " ", omittingEmptySubsequences: false).map(String.init) }
        #expect(lines.allSatisfy { $0.count == 4 && $0[1] == "veth" && $0[2] == "br1" })
        let devices = try world.devices().map { $0.name }
        #expect(Set(devices).isSubset(of: lines.map { $0.last ?? "" }))
        for user in [UserNicWorld.first, UserNicWorld.second] {
            let own = devices.filter { $0.hasPrefix("veth\(user)_") }.count
            #expect(count.map { own == $0 } ?? (own <= 10), "user \(user) has \(own)")
        }
    }
}
