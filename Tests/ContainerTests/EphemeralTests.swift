// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-copy -e: copies that are gone when they stop.
@Suite(.needsRoot) struct EphemeralTests {
    @Test func itGoesWhenItStops() throws {
        try withContainers { fixture in
            let old = try fixture.busybox("base", config: ["lxc.net.0.type = empty"])
            let made = try fixture.succeed("copy", "-n", old, "-e")
            let words = made.output.split(separator: " ").map(String.init)
            #expect(words.count == 6 && words[0] == "Created" && Array(words[2...]) == ["as", "clone", "of", "\(old)\n"], "\(made)")
            let name = words[1]
            #expect(name.hasPrefix("\(old)_") && name.utf8.count == old.utf8.count + 7)
            #expect(try fixture.state(name) == "RUNNING")
            try fixture.succeed("attach", "-n", name, "--", "/bin/touch", "/root/file")
            try fixture.succeed("stop", "-k", "-n", name)
            #expect(try fixture.eventually { try !fixture.isThere(fixture.folder(name)) })
            #expect(try !fixture.isThere(fixture.rootfs(old) + "/root/file"))
            // Its entry in the list of the original holds nothing up, and goes with the next one.
            try fixture.succeed("copy", "-n", old, "-N", fixture.name("next"), "-s")
            #expect(try WholeFile.text(fixture.folder(old) + "/lxc_snapshots") == "\(fixture.lxcpath)\n\(fixture.name("next"))\n")
        }
    }

    @Test func dataCanBeKept() throws {
        try withContainers { fixture in
            let old = try fixture.busybox("base", config: ["lxc.net.0.type = empty"])
            let name = fixture.name("kept")
            try fixture.succeed("copy", "-n", old, "-N", name, "-e", "-D")
            try fixture.succeed("attach", "-n", name, "--", "/bin/touch", "/root/file")
            try fixture.succeed("stop", "-k", "-n", name)
            #expect(try fixture.isThere(fixture.folder(name) + "/overlay/delta/root/file"))
        }
    }

    @Test func changesCanStayInMemory() throws {
        try withContainers { fixture in
            let old = try fixture.busybox("base", config: ["lxc.net.0.type = empty"])
            let name = fixture.name("memory")
            try fixture.succeed("copy", "-n", old, "-N", name, "-e", "-t")
            try fixture.succeed("attach", "-n", name, "--", "/bin/touch", "/root/file")
            #expect(try !fixture.isThere(fixture.folder(name) + "/overlay/delta/root"))
            #expect(try fixture.succeed("attach", "-n", name, "--", "/bin/ls", "/root").output == "file\n")
            try fixture.succeed("stop", "-k", "-n", name)
            #expect(try fixture.eventually { try !fixture.isThere(fixture.folder(name)) })
        }
    }

    @Test func foldersOfTheHost() throws {
        try withContainers { fixture in
            let old = try fixture.busybox("base", config: ["lxc.net.0.type = empty"])
            let (name, data) = (fixture.name("mounts"), fixture.lxcpath + "/some data")
            try fixture.write(data + "/file", "of the host\n")
            try fixture.succeed(
                "copy", "-n", old, "-N", name, "-e", "-m", "bind=\(data):/srv/a:ro,overlay=\(data):/srv/b", "-m", "bind=\(data):/srv/c")
            let run = try fixture.succeed(
                "attach", "-n", name, "--", "/bin/sh", "-c",
                "cat /srv/a/file /srv/b/file; touch /srv/a/no 2> /dev/null && echo wrong; echo changed > /srv/b/file; touch /srv/c/yes; cat /srv/b/file"
            )
            #expect(run.output == "of the host\nof the host\nchanged\n")
            #expect(try DirectoryListing.names(in: data).sorted() == ["file", "yes"])
            #expect(try WholeFile.text(data + "/file") == "of the host\n")
            try fixture.succeed("stop", "-k", "-n", name)
            #expect(try fixture.eventually { try !fixture.isThere(fixture.folder(name)) })
            #expect(try DirectoryListing.names(in: data).sorted() == ["file", "yes"])
        }
    }

    @Test func aFailedStartLeavesNothing() throws {
        try withContainers { fixture in
            let old = try fixture.busybox("base", config: ["lxc.net.0.type = empty", "lxc.mount.entry = /nothere srv none bind 0 0"])
            let result = try fixture.lxc("copy", "-n", old, "-N", fixture.name("failed"), "-e")
            #expect(result.code == 1 && result.error.contains("/nothere"))
            #expect(try !fixture.isThere(fixture.folder(fixture.name("failed"))))
        }
    }

    /// The historic tool: a command in a copy whose changes are in memory, and nothing of it left.
    @Test func startEphemeral() throws {
        try withContainers { fixture in
            let old = try fixture.busybox("base", config: ["lxc.net.0.type = empty"])
            let tool = fixture.installation.bin + "/lxc-start-ephemeral"
            let run = try fixture.run(
                tool, ["-P", fixture.lxcpath, "-o", old, "--", "/bin/sh", "-c", "hostname; touch /root/file; exit 7"])
            #expect(run.code == 7 && run.output.hasPrefix("\(old)-") && run.output.utf8.count == old.utf8.count + 8, "\(run)")
            #expect(try fixture.eventually { try DirectoryListing.names(in: fixture.lxcpath) == [old] })
            let named = fixture.name("named")
            let background = try fixture.run(tool, ["-P", fixture.lxcpath, "-o", old, "-n", named, "-d", "-b", fixture.lxcpath])
            #expect(background.code == 0 && background.output.contains("lxc-console -P \(fixture.lxcpath) -n \(named)\n"))
            #expect(background.output.hasSuffix(" - No address could be found\n"))
            #expect(
                try fixture.succeed("attach", "-n", named, "--", "/bin/ls", "\(fixture.lxcpath)/\(old)").output
                    == "config\nlxc_snapshots\nrootfs\n")
            try fixture.succeed("stop", "-k", "-n", named)
            #expect(try fixture.eventually { try DirectoryListing.names(in: fixture.lxcpath) == [old] })
        }
    }
}
