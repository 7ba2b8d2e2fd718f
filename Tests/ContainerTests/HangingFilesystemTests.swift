// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// K28: a filesystem that never answers hangs whoever touches it, but neither the supervisor nor the tools that end a container.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct HangingFilesystemTests {
    private func expectControl(_ container: AttackedContainer, _ comment: String) throws {
        let limit = Duration.seconds(5)
        let info = try container.lxc("info", "-sH", seconds: 10)
        #expect(info.output == "RUNNING\n" && info.duration < limit, "\(comment): \(info)")
        let list = try container.lxc("ls", "-1", seconds: 10)
        #expect(list.code == 0 && list.duration < limit, "\(comment): \(list)")
    }

    private func expectEnd(_ container: AttackedContainer) throws {
        let stop = try container.lxc("stop", "-k", seconds: 15)
        #expect(stop.code == 0 && stop.duration < .seconds(6), "\(stop)")
    }

    @Test("K28: mounted by the container", arguments: ContainerKind.allCases)
    func inside(kind: ContainerKind) throws {
        try withContainers { fixture in
            // The host's own file may be closed to others.
            let device = fixture.lxcpath + "/fuse"
            #expect(try fixture.run("/bin/mknod", ["-m", "666", device, "c", "10", "229"]).code == 0)
            let container = try AttackedContainer(fixture, kind, config: ["lxc.mount.entry = \(device) dev/fuse none bind,create=file 0 0"])
            try container.place("hangfs")
            try container.succeed("start")
            let attack = "mkdir -p /hang; (/hangfs /hang 0 > /hung 2>&1 &); sleep 0.5; (ls /hang &) > /dev/null 2>&1; cat /hung"
            let begun = try container.inside(attack)
            #expect(begun.output == "ready\n", "\(begun)")
            try expectControl(container, "a folder")
            #expect(try container.inside("echo attached").output == "attached\n")
            // Whole places that tools look at.
            for place in ["/dev", "/etc", "/proc"] {
                let over = try container.inside("(/hangfs \(place) 0 > /hung2 2>&1 &); sleep 0.3; cat /hung2")
                #expect(over.output == "ready\n", "\(over)")
                try expectControl(container, place)
            }
            try expectEnd(container)
        }
    }

    @Test(
        "K28: below the root filesystem, or as the source of a mount", arguments: ["rootfs/mnt", "source", "source with owners"],
        ContainerKind.allCases)
    func outside(place: String, kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            let isSource = place != "rootfs/mnt"
            let folder = isSource ? fixture.lxcpath + "/source" : container.rootfs + "/mnt"
            try HostPath.makeDirectories(folder)
            if isSource {
                let options = place == "source" ? "bind" : "bind,idmap=container"
                try container.append(["lxc.mount.entry = \(folder)/sub mnt none \(options) 0 0"])
            }
            let attacker = container.rootWords(try fixture.compile("hangfs"), folder, "0")
            let hang = try fixture.background(attacker[0], Array(attacker.dropFirst()))
            fixture.atEnd(folder) {
                try hang.stop()
                _ = try container.root("/bin/umount", "-l", folder)
            }
            let words = container.words(
                "start", ["-n", container.name, "-F", "--", "/bin/sh", "-c", "echo ready; ls /mnt & exec sleep 1000"])
            let start = try BackgroundProgram(words[0], Array(words.dropFirst()), environment: ProcessEnvironment.lines)
            fixture.atEnd("start") { try start.stop() }
            if kind == .user && place == "source with owners" {
                // Only root may map them, and the kernel says so before it looks.
                #expect(try start.wait(seconds: 10).shellCode == 1)
                return
            }
            if isSource {
                // The start itself hangs; it can be ended.
                #expect(try !fixture.eventually(seconds: 1) { try container.lxc("info", "-sH", seconds: 10).output == "RUNNING\n" })
            } else {
                #expect(try fixture.eventually { try container.lxc("info", "-sH", seconds: 10).output == "RUNNING\n" })
                try expectControl(container, place)
            }
            try expectEnd(container)
            try start.wait(seconds: 10)
        }
    }
}
