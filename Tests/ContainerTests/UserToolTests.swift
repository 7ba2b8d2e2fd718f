// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-usernsexec, lxc-unshare and lxc-checkconfig --user, as their users meet them.
@Suite(.enabled("needs root and the package uidmap") { ProcessControl.effectiveUser == 0 }) struct UserToolTests {
    private let user = UserWorld.first

    private func words(_ text: String) -> [[String]] {
        text.split(separator: "\n").map { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init) }
    }

    @Test func mapsAllIDsOfTheCaller() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            let script = "id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map; grep Groups: /proc/self/status; exit 5"
            let result = try world.lxc(user, "usernsexec", "--", "sh", "-c", script)
            let map = ["0", "100000", "65536"]
            #expect(words(result.output) == [["0"], ["0"], map, map, ["Groups:"]])
            #expect(result.code == 5)
            let own = try world.succeed(user, "usernsexec", "-s", "-u", "65536", "--", "cat", "/proc/self/uid_map")
            #expect(words(own.output) == [map, ["65536", "\(user.number)", "1"]])
        }
    }

    @Test func mapsWhatIsAskedForAndAllowed() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            let own = "u:10:\(user.number):1"
            let given = try world.succeed(
                user, "usernsexec", "-m", "b:0:100000:10", "-m", own, "-u", "3", "-g", "4", "--", "sh", "-c",
                "id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map")
            #expect(
                words(given.output) == [
                    ["3"], ["4"], ["0", "100000", "10"], ["10", "\(user.number)", "1"], ["0", "100000", "10"],
                ])
            // Ids of others, of root above all, are for nobody.
            for map in ["u:0:0:1", "b:0:165536:10", "u:0:99999:2"] {
                let refused = try world.lxc(user, "usernsexec", "-m", map, "--", "true")
                #expect(refused.code == 1 && refused.error.contains("cannot write the id maps"), "\(refused)")
            }
            for map in ["x:0:1:1", "u:0:1", "u:0:1:0", "u:-1:5:1", "b:0:100000:4294967295", "u:0:+1:1", ""] {
                #expect(try world.lxc(user, "usernsexec", "-m", map, "--", "true").code == 1)
            }
            let poor = try world.lxc(UserWorld.poor, "usernsexec", "--", "true")
            #expect(poor.code == 1 && poor.error.contains("Failed to find subuid or subgid allocation"))
        }
    }

    @Test func endsAsTheCommandEnds() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            #expect(try world.lxc(user, "usernsexec", "--", "/nonexistent").code == 1)
            let killed = try world.run(as: user, "/bin/sh", "-c", "lxc-usernsexec -- sh -c 'kill -TERM $$'; echo $?")
            #expect(killed.output == "143\n")
        }
    }

    @Test func unsharesNamespaces() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            let script = "id -u; hostname; echo $$; cat /proc/1/comm; exit 4"
            let result = try world.lxc(user, "unshare", "-s", "USER|UTSNAME|MOUNT|PID|IPC", "-M", "-H", "inside", "--", "sh", "-c", script)
            #expect(result.output == "0\ninside\n1\nsh\n", "\(result)")
            #expect(result.code == 4)
            #expect(try world.lxc(user, "unshare", "-s", "USER", "-u", "7", "--", "id", "-u").output == "7\n")
            #expect(try world.lxc(user, "unshare", "-s", "UTSNAME", "--", "true").code == 1)
            #expect(try world.root("/sbin/ip", "link", "add", "moves", "type", "veth", "peer", "name", "stays").code == 0)
            let moved = try world.rootTool("unshare", "-s", "NETWORK", "-i", "moves", "--", "ip", "-o", "link", "show", "moves")
            #expect(moved.code == 0 && moved.output.contains("moves"), "\(moved)")
            for (words, complaint) in [
                (["-s", "MOUNT", "-i", "moves", "--", "true"], "-i <interfacename> needs -s NETWORK option"),
                (["-s", "MOUNT", "-H", "x", "--", "true"], "-H <hostname> needs -s UTSNAME option"),
                (["-s", "PID", "-M", "--", "true"], "-M needs -s MOUNT option"),
                (["-s", "MOUNT"], "A command to execute in the new namespace is required"),
                (["--", "true"], "A namespace to execute command is required"), (["-s", "FOO", "--", "true"], "\"FOO\""),
            ] {
                let refused = try fixture.run(fixture.installation.bin + "/lxc-unshare", words)
                #expect(refused.code == 1 && refused.error.contains(complaint), "\(refused)")
            }
        }
    }

    @Test func preparesAUserOnRequestOnly() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture, hasOwnEtc: true)
            let poor = UserWorld.poor
            let shown = try world.rootTool("checkconfig", "--user", poor.name, "--bridge", "br1")
            #expect(
                shown.code == 1 && shown.output.contains("add to /etc/subuid: poor:231072:65536")
                    && shown.output.contains("Nothing was changed"))
            #expect(try world.root("/bin/grep", "-c", "poor", "/etc/subuid").output == "0\n")
            #expect(try world.lxc(poor, "checkconfig", "--user", poor.name, "--bridge", "br1", "--prepare").code == 1)
            let done = try world.rootTool("checkconfig", "--user", poor.name, "--bridge", "br1", "--prepare")
            #expect(done.code == 0 && done.output.contains("poor can have containers"), "\(done)")
            #expect(try world.root("/bin/cat", "/etc/subgid").output.hasSuffix("poor:231072:65536\n"))
            let again = try world.lxc(poor, "checkconfig", "--user", poor.name, "--bridge", "br1", "--format", "json")
            #expect(again.output.contains("\"ready\":true") && again.code == 0)
            try world.succeed(poor, "create", "-n", "web", "-t", "busybox")
            try world.succeed(poor, "start", "-n", "web")
            #expect(try world.succeed(poor, "attach", "-n", "web", "--", "ip", "link", "show", "eth0").output.contains("UP"))
            try world.succeed(poor, "stop", "-k", "-n", "web")
            try world.succeed(poor, "destroy", "-n", "web")
        }
    }

    /// A folder in the home may lead anywhere; what is made there is made with the user's rights.
    @Test func isNotLedOutOfTheHomeByLinks() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            let canary = fixture.lxcpath + "/canary"
            #expect(try fixture.run("/bin/mkdir", ["-m", "700", canary]).code == 0)
            #expect(try world.run(as: user, "/bin/ln", "-s", canary, world.home(of: user) + "/.config").code == 0)
            let result = try world.rootTool("checkconfig", "--user", user.name, "--bridge", "br1", "--prepare")
            #expect(result.code == 1, "\(result)")
            #expect(try DirectoryListing.names(in: canary).isEmpty)
        }
    }
}
