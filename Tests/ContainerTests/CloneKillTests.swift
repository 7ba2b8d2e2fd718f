// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Reliability 3.4: whoever clones, snapshots or restores is killed at any moment, or the disk is full. What is there afterwards is old or
/// new, never torn, and the next command works.
@Suite(.needsRoot) struct CloneKillTests {
    /// Numbers of rounds grow with LXC_TEST_KILLS.
    private static let rounds = ProcessEnvironment.value("LXC_TEST_KILLS").flatMap { Int($0) } ?? 8

    /// A container with a marked file, and enough of others that a copy takes a while.
    private func container(_ fixture: ContainerFixture, _ short: String, _ text: String) throws -> String {
        let name = try fixture.busybox(short, config: ["lxc.net.0.type = empty"])
        let script = "mkdir many; for i in $(seq 1 400); do echo \(text) > many/$i; done; echo \(text) > mark"
        _ = try fixture.run("/bin/sh", ["-ec", "cd \(fixture.rootfs(name)); \(script)"])
        return name
    }

    private func content(_ fixture: ContainerFixture, _ name: String) throws -> Set<String> {
        let all = try fixture.run("/bin/sh", ["-c", "cd \(fixture.rootfs(name)) && cat mark many/* | sort | uniq -c"])
        return Set(all.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") })
    }

    private func killed(_ fixture: ContainerFixture, after delay: UInt32, _ tool: String, _ arguments: [String]) throws {
        let path = fixture.installation.bin + "/lxc-" + tool
        var launch = ProgramLaunch(
            .path(path), arguments: [path, "-P", fixture.lxcpath] + arguments, environment: ProcessEnvironment.lines)
        launch.newSession = true
        let child = try PidFD(try launch.start().pid)
        Pause.microseconds(delay)
        do { try child.send(9) } catch { guard error.errno == .noSuchProcess else { throw error } }
        _ = try child.collect()
    }

    @Test func cloning() throws {
        try withContainers { fixture in
            let old = try container(fixture, "old", "old")
            let new = fixture.name("new")
            var hits = 0
            for round in 0..<Self.rounds {
                try killed(fixture, after: UInt32(round * 60_000 / Self.rounds + 500), "copy", ["-n", old, "-N", new])
                if try fixture.isThere(fixture.folder(new) + "/partial") {
                    hits += 1
                    #expect(try !fixture.succeed("ls", "-1").output.contains(new) || fixture.lxc("start", "-n", new).code != 0)
                }
                if try fixture.isThere(fixture.folder(new)) {
                    // Its helpers end with it; the directory is theirs until then.
                    #expect(try fixture.eventually { try fixture.lxc("destroy", "-n", new).code == 0 })
                }
                #expect(try content(fixture, old) == ["401 old"])
            }
            try fixture.succeed("copy", "-n", old, "-N", new)
            #expect(try content(fixture, new) == ["401 old"])
            print("clones cut short: \(hits) of \(Self.rounds)")
        }
    }

    @Test func restoring() throws {
        try withContainers { fixture in
            let name = try container(fixture, "web", "old")
            try fixture.succeed("snapshot", "-n", name)
            for round in 0..<Self.rounds {
                let command = "cd \(fixture.rootfs(name)) && for i in $(seq 1 400); do echo new > many/$i; done; echo new > mark"
                _ = try fixture.run("/bin/sh", ["-c", command])
                try killed(fixture, after: UInt32(round * 80_000 / Self.rounds + 500), "snapshot", ["-n", name, "-r", "snap0"])
                let found = try content(fixture, name)
                #expect(found == ["401 old"] || found == ["401 new"], "\(found)")
                // Whatever was left is tidied up, and the snapshot is at its place again.
                #expect(try fixture.eventually { try fixture.lxc("snapshot", "-n", name, "-r", "snap0").code == 0 })
                #expect(try content(fixture, name) == ["401 old"])
                #expect(try fixture.succeed("snapshot", "-n", name, "-L").output.hasPrefix("snap0 "))
                #expect(try DirectoryListing.names(in: fixture.lxcpath) == [name])
            }
            try fixture.succeed("start", "-n", name)
        }
    }

    @Test func aSignalUndoesEverything() throws {
        try withContainers { fixture in
            let old = try container(fixture, "old", "old")
            try fixture.append(old, ["lxc.hook.clone = sh -c 'touch \(fixture.lxcpath)/ready; sleep 60'"])
            let clone = try fixture.begin("copy", "-n", old, "-N", fixture.name("new"), "-s")
            #expect(try fixture.eventually { try fixture.isThere(fixture.lxcpath + "/ready") })
            try PidFD(clone.pid).send(15)
            #expect(try clone.wait() == .exited(1))
            #expect(try clone.output.contains("interrupted by signal 15"))
            #expect(try !fixture.isThere(fixture.folder(fixture.name("new"))) && !fixture.isThere(fixture.folder(old) + "/lxc_snapshots"))
        }
    }

    /// The disk becomes full at different places of the copy.
    @Test func fullDisks() throws {
        try withContainers { fixture in
            let old = try container(fixture, "old", "old")
            let disk = fixture.lxcpath + "/disk"
            _ = try fixture.run("/bin/mkdir", [disk])
            let needed =
                try fixture.run("/usr/bin/du", ["-sk", fixture.folder(old)]).output.split(separator: "\t").first.flatMap { Int($0) } ?? 0
            #expect(needed > 500)
            var refused = 0
            let parts = ProcessEnvironment.value("LXC_TEST_FULL_DISKS").flatMap { Int($0) } ?? 8
            for part in 1...parts {
                let size = needed * part / (parts - 1)
                let mounted = try fixture.run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(size)k,mode=0755", "none", disk])
                #expect(mounted.code == 0)
                defer { _ = try? fixture.run("/bin/umount", [disk]) }
                let result = try fixture.lxc("copy", "-n", old, "-N", fixture.name("new"), "-p", disk)
                if result.code != 0 {
                    refused += 1
                    #expect(result.error.contains("no space left on device"), "\(result)")
                    #expect(try DirectoryListing.names(in: disk) == [])
                } else {
                    #expect(try WholeFile.text("\(disk)/\(fixture.name("new"))/rootfs/many/400") == "old\n")
                }
            }
            #expect(refused >= parts / 2)
            #expect(try content(fixture, old) == ["401 old"])
        }
    }
}
