// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-snapshot: making, listing, restoring and destroying.
@Suite(.needsRoot) struct SnapshotTests {
    private func container(_ fixture: ContainerFixture, _ short: String) throws -> String {
        try fixture.busybox(short, config: ["lxc.net.0.type = empty"])
    }

    private func mark(_ fixture: ContainerFixture, _ name: String, _ text: String) throws {
        try fixture.succeed("start", "-n", name)
        try fixture.succeed("attach", "-n", name, "--", "/bin/sh", "-c", "echo \(text) > /root/mark; sync")
        try fixture.succeed("stop", "-k", "-n", name)
    }

    private func marked(_ fixture: ContainerFixture, _ name: String) throws -> String {
        try fixture.succeed("start", "-n", name)
        defer { _ = try? fixture.lxc("stop", "-k", "-n", name) }
        return try fixture.succeed("attach", "-n", name, "--", "/bin/cat", "/root/mark").output
    }

    /// The same for a folder, whose snapshots are full copies, and for an overlay, whose snapshots share the layers below.
    @Test(arguments: ["dir", "overlay"]) func thereAndBack(kind: String) throws {
        try withContainers { fixture in
            let base = try container(fixture, "base")
            let name = fixture.name("web")
            if kind == "overlay" {
                try fixture.succeed("copy", "-n", base, "-N", name, "-s")
            } else {
                try fixture.succeed("copy", "-n", base, "-N", name)
            }
            #expect(try fixture.lxc("snapshot", "-n", name, "-L").output == "No snapshots\n")
            try mark(fixture, name, "first")
            try fixture.write(fixture.lxcpath + "/comment", "before the change")
            let made = try fixture.succeed("snapshot", "-n", name, "-c", fixture.lxcpath + "/comment")
            #expect(made.output == "")
            try mark(fixture, name, "second")
            try fixture.succeed("snapshot", "-n", name)

            let folder = fixture.folder(name) + "/snaps"
            let lines = try fixture.succeed("snapshot", "-n", name, "-L").output.split(separator: "\n").map(String.init)
            #expect(lines.count == 2 && lines[0].hasPrefix("snap0 (\(folder)) 20") && lines[1].hasPrefix("snap1"), "\(lines)")
            #expect(lines.allSatisfy { $0.utf8.count == "snap0 (\(folder)) ".utf8.count + 19 })
            #expect(try fixture.succeed("snapshot", "-n", name, "-L", "-C").lines[1] == "before the change")
            let json = try fixture.succeed("snapshot", "-n", name, "-L", "--format", "json").output
            #expect(
                json.hasPrefix(#"{"schema":1,"snapshots":[{"name":"snap0","path":"\#(folder)","created":"20"#)
                    && json.contains(#""comment":"before the change""#))
            #expect(try WholeFile.text("\(folder)/snap0/ts").utf8.count == 19)

            try fixture.succeed("snapshot", "-n", name, "-r", "snap0")
            #expect(try marked(fixture, name) == "first\n")
            #expect(try DirectoryListing.names(in: folder).sorted() == ["snap0", "snap1"])
            #expect(try DirectoryListing.names(in: fixture.lxcpath).allSatisfy { !$0.hasPrefix(".") })
            let other = fixture.name("other")
            try fixture.succeed("snapshot", "-n", name, "-r", "snap1", "-N", other)
            #expect(try marked(fixture, other) == "second\n")
            #expect(try fixture.lxc("info", "-n", other, "-H", "-c", "lxc.uts.name").output == "\(other)\n")

            let refused = try fixture.lxc("destroy", "-n", name)
            #expect(refused.code == 1 && refused.error.contains("\(name) has snapshots"))
            let unknown = try fixture.lxc("snapshot", "-n", name, "-d", "snap7")
            #expect(unknown.code == 1 && unknown.error.contains("\(name) has no snapshot snap7"))
            try fixture.succeed("snapshot", "-n", name, "-d", "snap0")
            // The lowest free number is taken again.
            try fixture.succeed("snapshot", "-n", name)
            #expect(try DirectoryListing.names(in: folder).sorted() == ["snap0", "snap1"])
            try fixture.succeed("snapshot", "-n", name, "-d", "ALL")
            #expect(try !fixture.isThere(folder))
            for name in [other, name, base] { try fixture.succeed("destroy", "-n", name) }
        }
    }

    @Test func whatStandsInTheWay() throws {
        try withContainers { fixture in
            let name = try container(fixture, "busy")
            try fixture.succeed("start", "-n", name)
            let running = try fixture.lxc("snapshot", "-n", name)
            #expect(running.code == 1 && running.error.contains("\(name) is running"))
            #expect(try !fixture.isThere(fixture.folder(name) + "/snaps"))
            try fixture.succeed("stop", "-k", "-n", name)
            try fixture.succeed("snapshot", "-n", name)
            try fixture.succeed("copy", "-n", name, "-N", fixture.name("clone"), "-s")
            let clones = try fixture.lxc("snapshot", "-n", name, "-r", "snap0")
            #expect(clones.code == 1 && clones.error.contains("\(name) has clones"))
            for (words, message) in [
                (["-n", "nothere"], "is not defined"), (["-n", name, "-N", "x"], "-N is for -r"), (["-n", name, "word"], "is too many"),
                (["-n", name, "-c", "/nothere"], "cannot read the comment /nothere"),
            ] {
                let result = try fixture.run(fixture.installation.bin + "/lxc-snapshot", ["-P", fixture.lxcpath] + words)
                #expect(result.code == 1 && result.error.contains(message), "\(result)")
            }
        }
    }

    /// Both sides read what the other has written.
    @Test(.needsPeerLXC) func debiansTools() throws {
        try withContainers { fixture in
            let base = try container(fixture, "base")
            let (ours, theirs) = (fixture.name("ours"), fixture.name("theirs"))
            try fixture.succeed("copy", "-n", base, "-N", ours, "-s")
            try fixture.succeed("snapshot", "-n", ours)
            let listed = try fixture.peer("snapshot", "-n", ours, "-L")
            #expect(try listed.output == fixture.succeed("snapshot", "-n", ours, "-L").output && listed.output.hasPrefix("snap0 ("))
            let refused = try fixture.peer("destroy", "-n", base)
            #expect(refused.code == 1 && refused.error.contains("has clones"))
            let copied = try fixture.peer("copy", "-n", base, "-N", theirs, "-s")
            #expect(copied.code == 0, "\(copied)")
            #expect(try fixture.peer("snapshot", "-n", theirs).code == 0)
            #expect(try fixture.succeed("snapshot", "-n", theirs, "-L").output.hasPrefix("snap0 (\(fixture.folder(theirs))/snaps) 20"))
            try fixture.succeed("start", "-n", theirs)
            try fixture.succeed("stop", "-k", "-n", theirs)
            try fixture.succeed("destroy", "-s", "-n", theirs)
            #expect(try fixture.peer("snapshot", "-n", ours, "-d", "snap0").code == 0)
            #expect(try fixture.peer("destroy", "-n", ours).code == 0)
            #expect(try !fixture.isThere(fixture.folder(base) + "/lxc_snapshots"))
            try fixture.succeed("destroy", "-n", base)
        }
    }
}
