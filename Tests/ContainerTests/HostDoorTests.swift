// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Doors to the host that the kernel opens to root: with the shipped settings, from inside of each kind of container.
///
/// What a security module alone could keep from a container without mapped ids is tried in the virtual machine (`ApparmorTests`).
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct HostDoorTests {
    private func running(_ fixture: ContainerFixture, _ kind: ContainerKind, config: [String] = []) throws -> AttackedContainer {
        let container = try AttackedContainer(fixture, kind, config: config)
        try container.succeed("start")
        return container
    }

    @Test("K1: the program for empty cgroups is out of reach", arguments: ContainerKind.allCases)
    func releaseAgent(kind: ContainerKind) throws {
        try withContainers { fixture in
            for folder in try DirectoryListing.names(in: "/sys/fs/cgroup") {
                let agent = "/sys/fs/cgroup/\(folder)/release_agent"
                if try FileStatus.ifPresent(agent) != nil { _ = try fixture.keep(agent) }
            }
            let container = try running(fixture, kind)
            try container.place("release-agent")
            // Root of the host may give a mount another agent, wherever it is; only a security module can keep that from it.
            // Where hierarchies are only hidden (test-v2.sh) every container is in their roots, which is no container's fault.
            let isHidden = try FileStatus.ifPresent("/sys/fs/cgroup/cgroup.controllers") != nil
            let own = kind == .privileged ? (isHidden ? [] : ["mounts"]) : ["own"]
            for way in own + ["nested"] {
                let result = try container.inside("/release-agent \(way)")
                #expect(result.code == 0 && result.lines.count == 1 && result.output.hasPrefix("tried "), "\(way): \(result)")
            }
        }
    }

    /// Files that are opened, but never written.
    private static let switches = [
        "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug", "/proc/sys/kernel/sysrq",
        "/proc/sys/kernel/poweroff_cmd", "/proc/sys/fs/file-max", "/proc/sys/vm/drop_caches", "/proc/sys/fs/binfmt_misc/register",
        "/proc/sysrq-trigger", "/sys/kernel/uevent_helper", "/sys/kernel/mm/ksm/run", "/sys/kernel/mm/ksm/pages_to_scan",
        "/sys/power/state",
        "/sys/kernel/debug/sched/features", "/sys/kernel/security/lockdown",
    ]

    @Test("K2, K3: the host's switches cannot be written, and the container's own can", arguments: ContainerKind.allCases)
    func hostSwitches(kind: ContainerKind) throws {
        try withContainers { fixture in
            let before = try fixture.keep("/proc/sys/kernel/core_pattern")
            let container = try running(fixture, kind)
            let opened = try container.inside(
                "for f in \(Self.switches.joined(separator: " ")); do (true >> $f) 2> /dev/null && echo $f; done; echo asked")
            #expect(opened.output == "asked\n")
            // The kernel gives the alias to the host's root.
            let own = ["/proc/sys/net/ipv4/ip_forward"] + (kind == .privileged ? ["/sys/class/net/lo/ifalias"] : [])
            for file in own {
                #expect(try container.inside("echo 1 > \(file)").code == 0, "\(file)")
            }
            #expect(try WholeFile.text("/proc/sys/kernel/core_pattern") == before)
        }
    }

    @Test("K2: other mounts of proc do not show switches that can be written", arguments: ContainerKind.allCases)
    func hostSwitchesElsewhere(kind: ContainerKind) throws {
        try withContainers { fixture in
            let before = try fixture.keep("/proc/sys/kernel/core_pattern")
            let container = try running(fixture, kind)
            let write = "true >> /proc/sys/kernel/core_pattern"
            var ways = [
                "unshare -U -r -m sh -c 'umount -l /proc/sys; \(write)'", "unshare -U -r -m sh -c 'mount -t proc p /proc; \(write)'",
            ]
            if kind != .privileged {
                ways += [
                    "mount -o remount,rw,bind /proc/sys; \(write)", "umount -l /proc/sys; \(write)",
                    "mkdir -p /m; mount -t proc p /m; true >> /m/sys/kernel/core_pattern", "mount -t proc p /proc; \(write)",
                ]
            }
            for way in ways { #expect(try container.inside(way).code != 0, "\(way)") }
            #expect(try WholeFile.text("/proc/sys/kernel/core_pattern") == before)
        }
    }

    @Test("K4: memory, messages and firmware of the host cannot be read", arguments: ContainerKind.allCases)
    func hostSecrets(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try running(fixture, kind)
            let made = "for d in 'mem c 1 1' 'port c 1 4' 'kmsg c 1 11'; do mknod /tmp/${d%% *} ${d#* } 2> /dev/null; done"
            let files = [
                "/proc/kcore", "/proc/mem", "/dev/mem", "/dev/port", "/dev/kmsg", "/tmp/mem", "/tmp/port", "/tmp/kmsg",
                "/proc/sched_debug", "/proc/latency_stats", "/sys/kernel/debug/sched/debug", "/sys/kernel/tracing/trace",
                "/sys/kernel/debug/tracing/trace", "/sys/firmware/efi/efivars/*", "/sys/fs/pstore/*", "/proc/acpi/*",
            ]
            // A whole record: the kernel's messages are not given in parts.
            let read = "timeout 2 dd if=$f bs=8192 count=1 2> /dev/null | wc -c"
            let result = try container.inside(
                "\(made); for f in \(files.joined(separator: " ")); do [ $(\(read)) = 0 ] || echo $f; done; echo asked")
            #expect(result.output == "asked\n", "\(result)")
        }
    }

    @Test("K5: a device file of the host's disk cannot be opened, wherever it is made", arguments: ContainerKind.allCases)
    func hostDisk(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try running(fixture, kind)
            let disk = try FileStatus(of: "/").filesystem
            let numbers = "\(disk >> 8 & 0xFFF) \(disk & 0xFF | disk >> 12 & 0xFFF00)"
            let places = "/tmp/disk /m/disk /dev/shm/disk /dev/disk0"
            let script = """
                mkdir -p /m; mount -t tmpfs -o dev none /m
                for f in \(places); do mknod $f b \(numbers); mknod $f.loop b 7 0; mknod $f.memory c 1 1; done
                for f in \(places); do for g in $f $f.loop $f.memory; do [ -e $g ] || continue; (true < $g) && echo $g; (true <> $g) && echo $g; done; done
                echo asked
                """
            let result = try container.inside(script)
            #expect(result.output == "asked\n", "\(result)")
            let refusals = result.error.split(separator: "\n").count { $0.contains("Operation not permitted") }
            // Those with ids of their own cannot even make one; /dev/shm has no devices, which is another answer.
            #expect(refusals >= (kind == .privileged ? 18 : 12), "\(result)")
        }
    }

    @Test("K7, K8, K18: what acts on the whole host is refused, by every way into the kernel", arguments: ContainerKind.allCases)
    func hostCalls(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try running(fixture, kind)
            try container.place("host-calls")
            let disk = try FileStatus(of: "/").filesystem
            let result = try container.inside(
                "mknod /tmp/disk b \(disk >> 8 & 0xFFF) \(disk & 0xFF | disk >> 12 & 0xFFF00); /host-calls /tmp/disk")
            var answers: [String: String] = [:]
            for line in result.lines {
                let words = line.split(separator: " ").map(String.init)
                if words.count == 2 { answers[words[0]] = words[1] }
            }
            let refused = [
                "open_by_handle_at", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "settimeofday",
                "adjtimex",
            ]
            for call in refused { #expect(answers[call] == "1", "\(call): \(result)") }
            for call in ["swapoff", "swapon", "reboot-ctrl-alt-del", "iopl", "ioperm"] {
                #expect(answers[call].map { $0 != "0" } ?? (call.hasPrefix("io")), "\(call): \(result)")
            }
            // The policy's own answer, before anybody looks for the mount.
            for way in ["umount-force", "umount-force-x86", "umount-force-x32"] {
                #expect((answers[way] ?? "13") == "13", "\(way): \(result)")
            }
            #expect(answers["umount-force"] != nil)
        }
    }

    @Test("K21: without cgroups of its own, those of the host are only for reading") func hostCgroups() throws {
        try withContainers { fixture in
            let container = try running(fixture, .user)
            // Containers of other tests have the same ids outside, and so belong to this root, too.
            let script = """
                mkdir -p /m; mount -t cgroup2 none /m 2> /dev/null
                find() { command find "$@" | grep -v /lxc.payload.; }
                for f in $(find /sys/fs/cgroup /m -name cgroup.procs -o -name tasks -o -name 'cgroup.freeze' -o -name '*.max'); do
                    (true >> $f) 2> /dev/null && echo $f
                done
                for d in $(find /sys/fs/cgroup /m -type d); do mkdir $d/made 2> /dev/null && echo $d; done
                find /sys/fs/cgroup /m -name cgroup.procs | grep -c .
                """
            let result = try container.inside(script)
            #expect(result.lines.count == 1 && (Int(result.lines.first ?? "") ?? 0) > 0, "\(result)")
        }
    }

    @Test(
        "K21: root of a container that is its owner outside reaches its own part of the owner's cgroups only",
        arguments: ["lxc.mount.auto = cgroup:rw:force", "lxc.namespace.keep = cgroup\nlxc.mount.auto = cgroup:rw:force"])
    func ownersCgroups(config: String) throws {
        try withContainers { fixture in
            let owner = UserWorld.first
            let maps = ["u", "g"].flatMap { ["lxc.idmap = \($0) 0 \(owner.number) 1", "lxc.idmap = \($0) 1 100001 65535"] }
            let container = try AttackedContainer(
                fixture, .user, hasShippedSettings: false, config: ["lxc.idmap ="] + maps + ["lxc.mount.auto =", config])
            // Without the id that is root of other tests' containers.
            #expect(try fixture.run("/bin/chown", ["-hR", "\(owner.number):\(owner.number)", container.rootfs]).code == 0)
            let world = try #require(container.world)
            let isUnified = try FileStatus.ifPresent("/sys/fs/cgroup/cgroup.controllers") != nil
            let escaped = { Set(try fixture.run("/usr/bin/find", ["/sys/fs/cgroup", "-name", "escaped", "-type", "d"]).lines) }
            let before = try escaped()
            let places = try world.delegate(to: owner, isUnified ? ["."] : ["unified", "freezer", "memory"])
            fixture.atEnd("cgroups") {
                for place in places {
                    _ = try fixture.run("/usr/bin/find", [place, "-depth", "-name", "escaped", "-exec", "rmdir", "{}", ";"])
                }
            }
            let started = try world.lxc(owner, in: places, "start", "-n", container.name)
            // Where there is only cgroup v2 it cannot be mounted without a cgroup namespace.
            if isUnified && config.hasPrefix("lxc.namespace") {
                #expect(started.code == 1, "\(started)")
                return
            }
            #expect(started.code == 0, "\(started)")
            let script = """
                mkdir -p /m2 /mf /mm; mount -t cgroup2 none /m2; mount -t cgroup -o freezer none /mf; mount -t cgroup -o memory none /mm
                for d in $(find /sys/fs/cgroup /m2 /mf /mm -type d); do mkdir $d/escaped; done; echo asked
                """
            let asked = try world.lxc(owner, in: places, "attach", "-n", container.name, "--", "/bin/sh", "-c", script)
            #expect(asked.output == "asked\n", "\(asked)")
            let made = try escaped().subtracting(before)
            // Where there is only one hierarchy its place has a dot in it.
            let own = places.map { $0.split(separator: "/").filter { $0 != "." }.reduce("") { $0 + "/" + $1 } }
                .map { $0 + "/lxc.payload.\(container.name)/" }
            #expect(!made.isEmpty && made.allSatisfy { folder in own.contains { folder.hasPrefix($0) } }, "\(made) \(asked)")
            // Before the cgroups are removed.
            #expect(try world.lxc(owner, in: places, "stop", "-k", "-n", container.name).code == 0)
        }
    }

    @Test("K24: no mount and no unmount comes out", arguments: ContainerKind.allCases)
    func mountPropagation(kind: ContainerKind) throws {
        try withContainers { fixture in
            let shared = fixture.lxcpath + "/shared"
            let made = try fixture.run(
                "/bin/sh",
                [
                    "-ec",
                    "mkdir \(shared); mount -t tmpfs k24 \(shared); mount --make-shared \(shared); cd \(shared); mkdir sub under; chmod 777 . sub under; mount -t tmpfs k24 under",
                ])
            #expect(made.code == 0, "\(made)")
            fixture.atEnd(shared) { _ = try fixture.run("/bin/umount", ["-l", shared]) }
            let seen = {
                try WholeFile.text("/proc/self/mountinfo", limit: 16 << 20).split(separator: "\n").filter { $0.contains(fixture.tag) }
            }
            let container = try AttackedContainer(fixture, kind, config: ["lxc.mount.entry = \(shared) mnt none rbind 0 0"])
            // The world of a user is a mount namespace of its own, another that nothing may come into.
            if let world = container.world { #expect(try world.root("/bin/mount", "--make-shared", shared).code == 0) }
            try container.succeed("start")
            let outer = { try container.world.map { try $0.root("/bin/cat", "/proc/self/mountinfo").output } ?? "" }
            let (before, outerBefore) = (try seen(), try outer())
            // One after the other: an unmount that came out, too, would hide a mount that did.
            for (script, answer) in [
                (
                    "mount --make-rshared /; mkdir -p /m; mount -t tmpfs inside /mnt/sub && mount -t tmpfs inside /m && grep -c ' inside ' /proc/self/mountinfo",
                    "2\n"
                ),
                ("umount -l /mnt/under; umount -l /mnt; umount -l /proc/sys; umount -l /dev; echo away; umount -l /", "away\n"),
            ] {
                let result = try container.inside(script)
                #expect(result.output == answer, "\(result)")
                #expect(try seen() == before)
                #expect(try outer() == outerBefore)
            }
        }
    }
}
