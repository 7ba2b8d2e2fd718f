// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// lxc-autostart and lxc-containers with real containers.
@Suite(.needsRoot) struct AutostartTests {
    /// Containers that note the moment of their start (in hundredths of a second) in the file `started` of the lxcpath.
    private struct Scene {
        let fixture: ContainerFixture
        private let base: String

        init(_ fixture: ContainerFixture) throws {
            self.fixture = fixture
            base = try fixture.busybox("base")
            try HostPath.rename(fixture.folder(base) + "/config", to: fixture.folder(base) + "/kept")
        }

        /// All have the base's root filesystem; the init ends when it is asked to, unless it is stubborn.
        func add(_ short: String, _ config: [String] = [], isStubborn: Bool = false) throws {
            let name = try fixture.bare(
                short,
                config: [
                    "lxc.uts.name = \(short)", "lxc.net.0.type = empty", "lxc.rootfs.path = dir:\(fixture.rootfs(base))",
                    "lxc.signal.halt = SIGUSR1", "lxc.signal.reboot = SIGTERM", "lxc.start.auto = 1",
                    "lxc.init.cmd = /bin/sh /\(isStubborn ? "stubborn" : "init")",
                    "lxc.hook.start-host = /bin/sh -c 'read up idle < /proc/uptime; echo \(short) $up >> \(fixture.lxcpath)/started'",
                ] + config)
            _ = name
            let obedient = "trap 'exit 0' USR1; trap 'exec /bin/reboot -f' TERM; while :; do sleep 1000 & wait $!; done\n"
            try fixture.write(fixture.rootfs(base) + "/init", obedient)
            try fixture.write(fixture.rootfs(base) + "/stubborn", "trap '' USR1 TERM; while :; do sleep 1000 & wait $!; done\n")
        }

        /// Names in the order of their starts, with the seconds since the machine's.
        func starts() throws -> [(name: String, moment: Double)] {
            guard try FileStatus.ifPresent(fixture.lxcpath + "/started") != nil else { return [] }
            return try WholeFile.text(fixture.lxcpath + "/started").split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                return words.count == 2 ? (String(words[0]), Double(words[1]) ?? 0) : nil
            }
        }

        func running() throws -> [String] {
            try fixture.lxc("ls", "--active", "-1").lines.filter { !$0.isEmpty }.map { String($0.prefix { $0 != "-" }) }
        }
    }

    private func withScene(_ body: (Scene, ContainerFixture) throws -> Void) throws {
        try withContainers { fixture in try body(try Scene(fixture), fixture) }
    }

    @Test("S1.22 S1.23 S1.24: order, delay and groups are kept") func orderDelayAndGroupsAreKept() throws {
        try withScene { scene, fixture in
            try scene.add("low", ["lxc.start.order = -1"])
            try scene.add("high", ["lxc.start.order = 7", "lxc.start.delay = 1"])
            try scene.add("mid1", ["lxc.start.order = 3"])
            try scene.add("mid2", ["lxc.start.order = 3"])
            try scene.add("boot", ["lxc.group = onboot"])
            try scene.add("manual", ["lxc.start.auto = 0", "lxc.start.order = 9"])
            try scene.add("other", ["lxc.group = other"])
            let result = try fixture.succeed("autostart", "-g", "onboot,")
            #expect(result.error == "" && result.output == "")
            let starts = try scene.starts()
            let names = starts.map { $0.name }
            #expect(names.first == "boot" && names.dropFirst().first == "high" && names.last == "low", "\(names)")
            #expect(Set(names) == ["boot", "high", "mid1", "mid2", "low"])
            let moments = Dictionary(uniqueKeysWithValues: starts.map { ($0.name, $0.moment) })
            let pause = min(moments["mid1"] ?? 0, moments["mid2"] ?? 0) - (moments["high"] ?? 0)
            #expect(pause >= 0.98 && pause < 3, "\(starts)")
            // Those with the same order do not wait for each other.
            #expect(abs((moments["mid1"] ?? 0) - (moments["mid2"] ?? 9)) < 0.5, "\(starts)")
            #expect(try scene.running() == ["boot", "high", "low", "mid1", "mid2"])
            // What runs is left alone.
            try fixture.succeed("autostart", "-g", "onboot,")
            #expect(try scene.starts().count == starts.count)
        }
    }

    @Test func containersOfOneOrderStartSideBySide() throws {
        try withScene { scene, fixture in
            for number in 1...4 { try scene.add("slow\(number)", ["lxc.hook.pre-start = /bin/sh -c 'sleep 1'"]) }
            let result = try fixture.succeed("autostart")
            // One after the other it would be four seconds.
            #expect(result.duration < .milliseconds(3500), "\(result.duration)")
            #expect(try scene.running().count == 4)
        }
    }

    @Test func killsWorkSideBySide() throws {
        try withScene { scene, fixture in
            for number in 1...4 { try scene.add("slow\(number)", ["lxc.hook.post-stop = /bin/sh -c 'sleep 1'"]) }
            try fixture.succeed("autostart")
            let result = try fixture.succeed("autostart", "-k")
            #expect(result.duration > .milliseconds(950) && result.duration < .milliseconds(3500), "\(result.duration)")
            #expect(try scene.running() == [])
            #expect(try fixture.lxc("autostart", "-k").code == 0)
        }
    }

    @Test func shutdownAsksAllAtOnceAndKillsWhatStays() throws {
        try withScene { scene, fixture in
            try scene.add("good1")
            try scene.add("good2")
            try scene.add("bad1", isStubborn: true)
            try scene.add("bad2", isStubborn: true)
            try fixture.succeed("autostart")
            // Their shells must have come to their traps.
            Pause.milliseconds(300)
            let result = try fixture.succeed("autostart", "-s", "-t", "2")
            #expect(result.duration > .milliseconds(1950) && result.duration < .milliseconds(3800), "\(result.duration)")
            #expect(try scene.running() == [])
        }
    }

    @Test func rebootAndKill() throws {
        try withScene { scene, fixture in
            try scene.add("one")
            try scene.add("two", ["lxc.start.auto = 0"])
            try scene.add("three", isStubborn: true)
            try fixture.succeed("autostart", "-A")
            Pause.milliseconds(300)
            #expect(try Set(scene.starts().map { $0.name }) == ["one", "two", "three"])
            let reboot = try fixture.lxc("autostart", "-r", "-t", "2")
            #expect(reboot.code == 2)
            #expect(reboot.error.contains("three") && reboot.error.contains("did not reboot within 2 seconds"), "\(reboot)")
            #expect(reboot.error.hasSuffix("lxc-autostart: 1 of 2 containers could not be rebooted\n"))
            #expect(try scene.starts().map { $0.name }.filter { $0 == "one" }.count == 2)
            try fixture.succeed("autostart", "-k")
            #expect(try scene.running() == ["two"])
            try fixture.succeed("autostart", "-k", "-A", "-a")
            #expect(try scene.running() == [])
        }
    }

    @Test func aFailureIsToldAndTheOthersStart() throws {
        try withScene { scene, fixture in
            try scene.add("good")
            try scene.add("broken", ["lxc.nonsense = 1"])
            try scene.add("failing", ["lxc.mount.entry = /no/such/thing mnt none bind 0 0"])
            let result = try fixture.lxc("autostart")
            #expect(result.code == 2)
            let lines = result.error.split(separator: "\n")
            #expect(lines.count == 3, "\(result)")
            #expect(lines.contains { $0.hasPrefix("lxc-autostart: \(fixture.name("broken")): ") && $0.contains("lxc.nonsense") })
            #expect(lines.contains { $0.hasPrefix("lxc-autostart: \(fixture.name("failing")): ") && $0.contains("/no/such/thing") })
            #expect(lines.last == "lxc-autostart: 2 of 3 containers could not be started")
            #expect(try scene.running() == ["good"])
            #expect(try fixture.lxc("stop", "-k", "-n", fixture.name("good")).code == 0)
            try fixture.write(fixture.folder(fixture.name("good")) + "/config", "lxc.nonsense = 2\n")
            #expect(try fixture.lxc("autostart").code == 1)
        }
    }

    @Test(.needsPeerLXC) func listsWhatDebiansLists() throws {
        try withScene { scene, fixture in
            try scene.add("a", ["lxc.start.order = 5", "lxc.start.delay = 2"])
            try scene.add("b", ["lxc.start.order = 1"])
            try scene.add("c", ["lxc.group = onboot", "lxc.start.order = 9"])
            try scene.add("d", ["lxc.group = onboot", "lxc.group = web"])
            try scene.add("e", ["lxc.start.auto = 0", "lxc.group = web"])
            try scene.add("f", ["lxc.start.order = 5"])
            let choices: [[String]] = [
                [], ["-a"], ["-A"], ["-a", "-A"], ["-g", "onboot"], ["-g", "onboot,"], ["-g", "web,onboot"], ["-g", ""],
                ["-g", "onboot,,web"],
            ]
            for running in [false, true] {
                if running { try fixture.succeed("autostart", "-a", "-A") }
                for choice in choices {
                    for action in [[], ["-s"], ["-k"], ["-r"]] {
                        let words = ["-P", fixture.lxcpath, "-L"] + choice + action
                        let ours = try fixture.run(fixture.installation.bin + "/lxc-autostart", words + ["--order-rule", "lowest-first"])
                        let theirs = try fixture.run("/usr/bin/lxc-autostart", words)
                        #expect(ours.output == theirs.output, "\(words) running: \(running)")
                        #expect(ours.code == theirs.code, "\(words) running: \(running)")
                    }
                }
            }
        }
    }

    /// Runs lxc-containers with settings of its own, which nobody else sees.
    private func boot(_ fixture: ContainerFixture, _ verb: String, _ settings: String) throws -> ToolResult {
        let file = fixture.lxcpath + "/default-lxc"
        try fixture.write(file, settings)
        let place = fixture.installation.prefix + "/etc/default/lxc"
        let script = "mount --bind \(file) \(place) && exec \(fixture.installation.libexec)/lxc-containers \(verb)"
        return try fixture.run("/usr/bin/unshare", ["--mount", "/bin/sh", "-c", script], seconds: 30)
    }

    @Test("S1.25: what an init system calls starts and stops") func theBootHelperStartsAndStops() throws {
        try withScene { scene, fixture in
            let settings = """
                USE_LXC_BRIDGE="false"
                OPTIONS="-P \(fixture.lxcpath)"
                STOPOPTS="-P \(fixture.lxcpath) -a -A -s"
                SHUTDOWNDELAY=1

                """
            try scene.add("first", ["lxc.group = onboot"])
            try scene.add("second")
            try scene.add("other", ["lxc.group = other"])
            try scene.add("stubborn", isStubborn: true)
            #expect(try boot(fixture, "start", settings + "LXC_AUTO=false\n").code == 0)
            #expect(try scene.starts().isEmpty)
            let start = try boot(fixture, "start", settings)
            #expect(start.code == 0 && start.error == "", "\(start)")
            #expect(try scene.starts().first?.name == "first")
            #expect(try scene.running() == ["first", "second", "stubborn"])
            Pause.milliseconds(300)
            let stop = try boot(fixture, "stop", settings)
            #expect(stop.code == 0 && stop.error == "", "\(stop)")
            #expect(stop.duration < .seconds(8))
            #expect(try scene.running() == [])
            #expect(try boot(fixture, "start", settings + "BOOTGROUPS=other\n").code == 0)
            #expect(try scene.running() == ["other"])
            let broken = try boot(fixture, "start", "LXC_AUTO=$(date)\n")
            #expect(broken.code == 1 && broken.error.contains("default/lxc:1"), "\(broken)")
        }
    }
}
