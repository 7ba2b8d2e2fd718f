// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// P4, P6, P8: names in the root filesystem change between the moment they are looked at and the moment they are used.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct MountRaceTests {
    struct Race: Sendable, CustomTestStringConvertible {
        let name: String
        /// Shell commands in the root filesystem that make both names; `$C` is the canary's path.
        let prepare: String
        /// Pairs of names that are exchanged all the time.
        let swapped: [String]
        let config: [String]
        /// What a container that starts must find among its mounts; an extended regular expression.
        let proof: String
        var testDescription: String { name }
    }

    static let races = [
        Race(
            name: "P4 the target", prepare: "mkdir mnt/a; ln -s $C/dev mnt/b", swapped: ["mnt/a", "mnt/b"],
            config: ["lxc.mount.entry = /usr mnt/a none bind 0 0"], proof: " /mnt/[ab] "),
        Race(
            name: "P4 a folder above the target", prepare: "mkdir -p mnt/a/dev; ln -s $C mnt/b", swapped: ["mnt/a", "mnt/b"],
            config: ["lxc.mount.entry = /usr mnt/a/dev none bind 0 0"], proof: " /mnt/[ab]/dev "),
        Race(
            name: "P8 a folder above a target that is made", prepare: "mkdir mnt/a; ln -s $C mnt/b", swapped: ["mnt/a", "mnt/b"],
            config: ["lxc.mount.entry = /usr mnt/a/new/deep none bind,create=dir 0 0"], proof: " /mnt/[ab]/new/deep "),
        Race(
            name: "P4 a new filesystem on proc", prepare: "ln -s $C/dev proc2", swapped: ["proc", "proc2"], config: [],
            proof: " /proc2? .* - proc "),
        Race(
            name: "P6 console", prepare: "rm -rf dev; mkdir -p dev/pts; : > dev/console; ln -s $C/secret dev/console2",
            swapped: ["dev/console", "dev/console2"], config: ["lxc.autodev = 0", "lxc.mount.entry =", "lxc.tty.max = 0"],
            proof: " /dev/console2? .* - devpts "),
        Race(
            name: "P6 devpts", prepare: "rm -rf dev; mkdir -p dev/pts; : > dev/console; ln -s $C/dev/pts dev/pts2",
            swapped: ["dev/pts", "dev/pts2"], config: ["lxc.autodev = 0", "lxc.mount.entry =", "lxc.tty.max = 0"],
            proof: " /dev/pts2? .* - devpts "),
    ]

    /// A mount hook looks for a mount outside while the host's tree can still be seen; the payload looks for the mount inside.
    @Test("P4, P6, P8: nothing lands outside", arguments: races, ContainerKind.allCases)
    func nothingLandsOutside(race: Race, kind: ContainerKind) throws {
        try withContainers { fixture in
            let canary = try Canary(fixture)
            let (log, ran) = (fixture.lxcpath + "/escaped", fixture.lxcpath + "/ran")
            for file in [log, ran] { try fixture.write(file, "", mode: 0o666) }
            let hook = "lxc.hook.mount = sh -c 'if grep \(canary.path) /proc/self/mountinfo >> \(log); then exit 1; fi; echo ran >> \(ran)'"
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false, config: [hook] + race.config)
            let rootfs = container.rootfs
            let prepared = try fixture.run("/bin/sh", ["-ec", "C=\(canary.path); cd \(rootfs); \(race.prepare)"])
            #expect(prepared.code == 0, "\(prepared)")
            try container.own(canary)
            // proc may be away just now, so the list of mounts comes from a proc of the payload's own, which only root of the host gets.
            let look = "mkdir -p /run/p; mount -t proc p /run/p && grep -Eq '\(race.proof)' /run/p/self/mountinfo || exit 7"
            try fixture.write(rootfs + "/look", "#!/bin/sh\n\(kind == .privileged ? look : "exit 0")\n", mode: 0o755)
            let before = try canary.listing(fixture)
            let attacker = try fixture.attack("swap", race.swapped.map { rootfs + "/" + $0 })
            let rounds = RaceRounds.count(few: kind == .privileged ? 15 : 8, many: 5000)
            var done = 0
            // Longer, if need be, until one start got as far as its mount hook.
            while try done < rounds || (FileStatus(of: ran).size == 0 && done < 40 * rounds) {
                done += 1
                let result = try container.lxc("start", "-F", "--", "/look")
                // Refused because a link was in the way, or started with everything in its place.
                #expect(result.code == 0 || result.code == 1, "\(result)")
            }
            #expect(attacker.isRunning)
            try attacker.stop()
            // A mount that landed on the canary is in the log.
            #expect(try FileStatus(of: ran).size > 0)
            #expect(try WholeFile.text(log) == "")
            #expect(try canary.listing(fixture) == before)
        }
    }
}
