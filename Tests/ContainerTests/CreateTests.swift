// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-create: what it makes, and that nothing stays when it fails.
@Suite(.needsRoot) struct CreateTests {
    /// Writes a template of a few shell lines; `$rootfs` and `$path` are set.
    private func template(_ fixture: ContainerFixture, _ lines: String...) throws -> String {
        let head = [
            "#!/bin/sh", "for word; do case $word in --rootfs=*) rootfs=${word#--rootfs=};; --path=*) path=${word#--path=};; esac; done",
        ]
        let path = fixture.lxcpath + "/template.sh"
        try fixture.write(path, (head + lines).joined(separator: "\n") + "\n", mode: 0o755)
        return path
    }

    private func create(_ fixture: ContainerFixture, _ name: String, _ template: String, _ more: String...) throws -> ToolResult {
        try fixture.run(
            fixture.installation.bin + "/lxc-create", ["-P", fixture.lxcpath, "-n", name, "-t", template, "-f", "/dev/null"] + more)
    }

    private func mode(_ path: String) throws -> UInt32 { try FileStatus(of: path).permissions }

    private func isThere(_ path: String) throws -> Bool { try FileStatus.ifPresent(path, followLinks: false) != nil }

    @Test func makesFilesWithTheModesOfCLXC() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("modes")
            #expect(try mode(fixture.folder(name)) == 0o770)
            #expect(try mode(fixture.folder(name) + "/config") == 0o640)
            #expect(try mode(fixture.rootfs(name)) == 0o755)
            #expect(try !isThere(fixture.folder(name) + "/partial"))
            let config = try WholeFile.text(fixture.folder(name) + "/config")
            #expect(config.contains("\nlxc.rootfs.path = dir:\(fixture.rootfs(name))\n"))
            #expect(config.hasPrefix("# "))
        }
    }

    @Test("P15: names may hold blanks and other letters") func namesMayHoldBlanksAndOtherLetters() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("wörd $(touch x)", config: ["lxc.uts.name = plain"])
            try fixture.succeed("start", "-n", name)
            #expect(try fixture.state(name) == "RUNNING")
            #expect(try fixture.lxc("ls", "-1").lines == [name])
            try fixture.succeed("destroy", "-f", "-n", name)
        }
    }

    @Test(arguments: ["..", "a/b", ".hidden", "-n", "a\nb", String(repeating: "x", count: 256)])
    func refusesNamesThatAreNoFolderNames(name: String) throws {
        try withContainers { (fixture: ContainerFixture) throws in
            #expect(try create(fixture, name, "busybox").code == 1)
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    @Test func aTakenNameIsRefusedAndLeftAlone() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("taken")
            let before = try WholeFile.text(fixture.folder(name) + "/config")
            let result = try create(fixture, name, "busybox")
            #expect(result.code == 1)
            #expect(result.error.contains("Container already exists"))
            #expect(try WholeFile.text(fixture.folder(name) + "/config") == before)
        }
    }

    @Test func aFailingTemplateLeavesNothing() throws {
        try withContainers { fixture in
            let script = try template(fixture, "mount -t tmpfs none \"$rootfs\"", "touch \"$rootfs/file\"", "echo broken", "exit 3")
            let result = try create(fixture, fixture.name("fails"), script)
            #expect(result.code == 1)
            #expect(result.output == "broken\n")
            #expect(result.error.contains("ended with status 3"))
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == ["template.sh"])
        }
    }

    @Test func aTemplateThatLeavesABrokenConfigurationFails() throws {
        try withContainers { fixture in
            let script = try template(fixture, "echo lxc.nosuch = 1 >> \"$path/config\"")
            let result = try create(fixture, fixture.name("broken"), script)
            #expect(result.code == 1)
            #expect(result.error.contains("lxc.nosuch"))
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == ["template.sh"])
        }
    }

    @Test func aForeignTemplateMayUseHistoricKeys() throws {
        try withContainers { fixture in
            let name = fixture.name("historic")
            let script = try template(fixture, "echo lxc.utsname = old >> \"$path/config\"")
            #expect(try create(fixture, name, script).code == 0)
            #expect(try fixture.lxc("info", "-n", name, "-c", "lxc.uts.name", "-H").output == "old\n")
        }
    }

    /// The arguments reach the template as they are, and cannot write lines of their own into the configuration.
    @Test func argumentsAreNeitherSplitNorWritten() throws {
        try withContainers { fixture in
            let name = fixture.name("words")
            let script = try template(fixture, "for word; do echo \"[$word]\"; done")
            let result = try create(fixture, name, script, "--", "$(id)", "a\nlxc.uts.name = evil")
            #expect(
                result.lines.prefix(5) == [
                    "[--path=\(fixture.folder(name))]", "[--rootfs=\(fixture.rootfs(name))]", "[--name=\(name)]", "[$(id)]", "[a",
                ])
            #expect(try fixture.lxc("info", "-n", name, "-c", "lxc.uts.name").output == "lxc.uts.name =\n")
        }
    }

    @Test(arguments: [Int32(15), 2])
    func anInterruptedCreationLeavesNothing(signal: Int32) throws {
        try withContainers { fixture in
            let name = fixture.name("interrupted")
            let script = try template(fixture, "sleep 100 & while :; do echo x > \"$rootfs/$$\"; touch \"$path/../ready\"; done")
            let path = fixture.installation.bin + "/lxc-create"
            var launch = ProgramLaunch(
                .path(path), arguments: [path, "-q", "-P", fixture.lxcpath, "-n", name, "-t", script, "-f", "/dev/null"],
                environment: ProcessEnvironment.lines)
            launch.newSession = true
            let child = try PidFD(try launch.start().pid)
            #expect(try fixture.eventually { try isThere(fixture.lxcpath + "/ready") })
            try child.send(signal)
            let hasEnded = child.waitForEnd(milliseconds: 10000)
            let status = try child.collect()
            #expect(hasEnded && status == .exited(1))
            #expect(try !isThere(fixture.folder(name)))
        }
    }

    /// F15: whoever creates a container is killed.
    @Test func aKilledCreationCanBeDestroyedOrRepeated() throws {
        try withContainers { fixture in
            let name = fixture.name("killed")
            let script = try template(fixture, "touch \"$path/../ready\"; exec sleep 100")
            let path = fixture.installation.bin + "/lxc-create"
            for finish in ["destroy", "create"] {
                let child = try PidFD(
                    try ProgramLaunch(
                        .path(path), arguments: [path, "-P", fixture.lxcpath, "-n", name, "-t", script, "-f", "/dev/null"],
                        environment: ProcessEnvironment.lines
                    ).start().pid)
                #expect(try fixture.eventually { try isThere(fixture.lxcpath + "/ready") })
                #expect(try create(fixture, name, "busybox").error.contains("somebody else is creating it"))
                #expect(try fixture.lxc("destroy", "-n", name).error.contains("still being created"))
                try child.send(9)
                _ = try child.collect()
                #expect(try isThere(fixture.folder(name) + "/partial"))
                #expect(try fixture.lxc("start", "-n", name).error.contains("its creation was interrupted"))
                if finish == "create" {
                    let again = try create(fixture, name, "busybox")
                    #expect(again.code == 0)
                    #expect(again.error.contains("interrupted creation"))
                } else {
                    try fixture.succeed("destroy", "-n", name)
                    #expect(try !isThere(fixture.folder(name)))
                }
                try HostPath.remove(fixture.lxcpath + "/ready")
            }
        }
    }

    @Test func randomDigitsAreDrawnOnceAndKept() throws {
        try withContainers { fixture in
            let file = fixture.lxcpath + "/start.conf"
            try fixture.write(file, "lxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:xx:xx:xx\n")
            let name = fixture.name("mac")
            try fixture.succeed("create", "-n", name, "-t", "busybox", "-f", file)
            let first = try fixture.lxc("info", "-n", name, "-c", "lxc.net.0.hwaddr", "-H").output
            #expect(first.hasPrefix("00:16:3e:") && !first.contains("x"))
            #expect(try fixture.lxc("info", "-n", name, "-c", "lxc.net.0.hwaddr", "-H").output == first)
        }
    }

    @Test func withoutATemplateOnlyTheConfigurationIsMade() throws {
        try withContainers { (fixture: ContainerFixture) throws in
            let name = fixture.name("none")
            #expect(try create(fixture, name, "none").code == 0)
            #expect(try DirectoryListing.names(in: fixture.folder(name)) == ["config"])
            #expect(try WholeFile.read(fixture.folder(name) + "/config") == [])
        }
    }

    @Test("S1.54: storage that is not there", arguments: ["lvm", "btrfs,zfs", "nbd"]) func storageThatIsNotThereIsAnError(kind: String)
        throws
    {
        try withContainers { (fixture) throws in
            let result = try create(fixture, fixture.name("storage"), "busybox", "-B", kind)
            #expect(result.code == 1 && result.error.contains("cannot make"), "\(result)")
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }

    @Test("S1.54: folders by all their names", arguments: ["none", "dir", "best", "lvm,dir"]) func folderStorageIsTakenByAllItsNames(
        kind: String
    ) throws {
        try withContainers { (fixture: ContainerFixture) throws in
            let name = fixture.name("storage")
            #expect(try create(fixture, name, "busybox", "-B", kind).code == 0)
            #expect(try isThere(fixture.rootfs(name) + "/bin/busybox"))
        }
    }

    @Test func anotherFolderForTheRootfsIsMadeAndRemoved() throws {
        try withContainers { fixture in
            let name = fixture.name("elsewhere")
            let rootfs = fixture.lxcpath + "/else/where"
            #expect(try create(fixture, name, "busybox", "--dir", rootfs).code == 0)
            #expect(try isThere(rootfs + "/bin/busybox"))
            try fixture.succeed("destroy", "-n", name)
            #expect(try !isThere(rootfs))
        }
    }

    @Test func theHelpOfATemplateMakesNothing() throws {
        try withContainers { fixture in
            let result = try create(fixture, fixture.name("help"), "busybox", "--", "--help")
            #expect(result.code == 0)
            #expect(result.output.contains("--busybox-path"))
            #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
        }
    }
}
