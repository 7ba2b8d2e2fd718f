// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers on a kernel with AppArmor.
extension VirtualMachineTests {
    @Suite(.needsVirtualMachine("plain"), .serialized) struct ApparmorTests {
        private static let profiles = "/sys/kernel/security/apparmor/profiles"

        /// A configuration that says nothing about AppArmor.
        private static let usual = [
            "lxc.net.0.type = empty", "lxc.apparmor.profile =", "lxc.apparmor.allow_nesting =", "lxc.mount.auto = proc:rw sys:rw",
        ]

        private func inside(_ fixture: ContainerFixture, _ name: String, _ script: String) throws -> ToolResult {
            try fixture.lxc("attach", "-n", name, "--", "/bin/sh", "-c", script)
        }

        private func label(_ fixture: ContainerFixture, _ name: String) throws -> String {
            try inside(fixture, name, "cat /proc/self/attr/current").output
        }

        /// K3: without proc:mixed and sys:mixed, so that nothing but the profile stands in the way.
        @Test func theUsualProfileKeepsTheHostsSwitchesOut() throws {
            try withContainers { fixture in
                let name = try fixture.busybox("aa", config: Self.usual)
                try fixture.succeed("start", "-n", name)
                #expect(try label(fixture, name) == "lxc-container-default-cgns (enforce)\n")
                let denied = [
                    "/proc/sysrq-trigger", "/proc/sys/kernel/sysrq", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/core_pattern",
                    "/proc/sys/fs/file-max", "/proc/sys/vm/drop_caches", "/sys/kernel/uevent_helper", "/sys/kernel/mm/ksm/pages_to_scan",
                    "/sys/power/state", "/proc/irq/default_smp_affinity",
                ]
                for file in denied {
                    let result = try inside(fixture, name, "echo 0 > \(file)")
                    #expect(result.code != 0 && result.error.contains("Permission denied"), "\(file): \(result)")
                }
                let allowed = [
                    "/proc/sys/kernel/shmmax", "/sys/class/net/lo/ifalias", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/hostname",
                ]
                for file in allowed {
                    let result = try inside(fixture, name, "echo 1 > \(file)")
                    #expect(result.code == 0, "\(file): \(result)")
                }
            }
        }

        @Test func mountsThatShowTheHostsSwitchesElsewhereAreDenied() throws {
            try withContainers { fixture in
                let name = try fixture.busybox("mounts", config: Self.usual)
                try fixture.succeed("start", "-n", name)
                try fixture.succeed("attach", "-n", name, "--", "/bin/mkdir", "-p", "/m", "/n")
                for how in [
                    "-t proc none /m", "-t sysfs none /m", "-t debugfs none /m", "-o bind /proc /m", "-o rbind /sys /m",
                    "-o bind /dev/null /etc/passwd",
                    "-o remount,rw,bind /proc", "-o remount,ro /", "-t overlay -o lowerdir=/etc:/bin none /m",
                ] {
                    let result = try inside(fixture, name, "mount \(how)")
                    #expect(result.code != 0 && result.error.contains("ermission denied"), "\(how): \(result)")
                }
                let allowed = [
                    "-t tmpfs none /m", "-o bind /etc /n", "-t tmpfs none /run",
                ]
                for how in allowed {
                    let result = try inside(fixture, name, "mount \(how)")
                    #expect(result.code == 0, "\(how): \(result)")
                }
            }
        }

        @Test func aGeneratedProfileIsOfOneContainerAndOneRun() throws {
            try withContainers { fixture in
                let name = try fixture.busybox(
                    "own",
                    config: ["lxc.net.0.type = empty", "lxc.apparmor.profile = generated", "lxc.apparmor.raw = deny /secret r,"])
                try fixture.write(fixture.rootfs(name) + "/secret", "x")
                let profile = "lxc-\(name)_<\(fixture.lxcpath)>"
                // The second time it comes from where it was kept.
                for _ in 1...2 {
                    try fixture.succeed("start", "-n", name)
                    #expect(try label(fixture, name) == profile + " (enforce)\n")
                    #expect(try inside(fixture, name, "cat /secret").error.contains("Permission denied"))
                    #expect(try WholeFile.text(Self.profiles).contains(profile))
                    try fixture.succeed("stop", "-k", "-n", name)
                    #expect(try !WholeFile.text(Self.profiles).contains(profile))
                }
                try fixture.write(
                    fixture.folder(name) + "/config", WholeFile.text(fixture.folder(name) + "/config") + "lxc.apparmor.raw = no rule\n")
                let refused = try fixture.lxc("start", "-n", name)
                #expect(
                    refused.code == 1 && refused.error.contains("cannot generate an AppArmor profile for \(name): apparmor_parser: "),
                    "\(refused)")
            }
        }

        @Test("S1.86: profiles by their names, also the administrator's own; one that is missing") func profilesAreNamedAndMissed() throws {
            try withContainers { fixture in
                let name = try fixture.busybox("named", config: ["lxc.net.0.type = empty"])
                let config = try WholeFile.text(fixture.folder(name) + "/config")
                func set(_ profile: String) throws {
                    try fixture.write(fixture.folder(name) + "/config", config + "lxc.aa_profile = \(profile)\n")
                }
                try set("unconfined")
                try fixture.succeed("start", "-n", name)
                #expect(try label(fixture, name) == "unconfined\n")
                try fixture.succeed("stop", "-k", "-n", name)
                try set("lxc-container-default-with-nesting")
                try fixture.succeed("start", "-n", name)
                let nesting = try inside(fixture, name, "cat /proc/self/attr/current")
                #expect(nesting.output == "lxc-container-default-with-nesting (enforce)\n", "\(nesting)")
                try fixture.succeed("stop", "-k", "-n", name)
                try set("lxc-of-nobody")
                let refused = try fixture.lxc("start", "-n", name)
                #expect(refused.code == 1)
                #expect(refused.error.contains("cannot find the AppArmor profile lxc-of-nobody: no such profile is loaded"), "\(refused)")
                #expect(refused.error.contains("asked for by lxc.apparmor.profile at \(fixture.folder(name))/config:"))
                // The administrator's own, in a file of the folder for them.
                try fixture.write("/etc/apparmor.d/lxc-containers", "#include <lxc>\n")
                try HostPath.makeDirectories("/etc/apparmor.d/lxc")
                try fixture.write(
                    "/etc/apparmor.d/lxc/own",
                    "profile lxc-of-nobody flags=(attach_disconnected) { file, capability, network, mount, signal, ptrace, unix, }\n")
                try fixture.succeed("start", "-n", name)
                #expect(try label(fixture, name) == "lxc-of-nobody (enforce)\n")
            }
        }

        /// A function of a program has its label only if it is taken at once, and not with the next program.
        @Test func functionsOfAProgramAreConfinedToo() throws {
            try withContainers { fixture in
                let scene = try LibraryScene(fixture)
                let driver = try scene.compile("driver", ourHeaders: true)
                let profile = "lxc-container-default-cgns (enforce)\n"
                let names = [try fixture.busybox("root", config: Self.usual), try fixture.mapped("mapped", config: Self.usual)]
                for name in names {
                    try fixture.succeed("start", "-n", name)
                    let labels = try scene.run(driver, ["label", fixture.lxcpath, name, "-"])
                    #expect(labels.output == "1 unconfined\n\(profile)1 \(profile)\(profile)1 \(profile)\(profile)", "\(labels)")
                }
            }
        }

        /// A container in a container, in the profile of the outer one.
        @Test func nestingRunsAContainerInTheContainer() throws {
            try withContainers { fixture in
                let prefix = fixture.installation.prefix
                let name = try fixture.busybox(
                    "outer",
                    config: [
                        "lxc.net.0.type = empty", "lxc.apparmor.profile = generated", "lxc.apparmor.allow_nesting = 1",
                        "lxc.mount.auto = cgroup:rw:force", "lxc.mount.entry = \(prefix) \(prefix.dropFirst()) none bind,create=dir 0 0",
                        // Its own containers, in the place where its lxc-ls looks for them.
                        "lxc.mount.entry = none \(prefix.dropFirst())/var/lib/lxc tmpfs mode=755 0 0",
                    ])
                try fixture.succeed("start", "-n", name)
                #expect(try inside(fixture, name, "echo h > /dev/.lxc/proc/sysrq-trigger").error.contains("Permission denied"))
                let made = try inside(
                    fixture, name, "cd / && \(prefix)/bin/lxc-create -n inner -t busybox")
                #expect(made.code == 0, "\(made)")
                let started = try inside(
                    fixture, name,
                    "sed -i '/lxc.net/d' \(prefix)/var/lib/lxc/inner/config; \(prefix)/bin/lxc-start -n inner && \(prefix)/bin/lxc-attach -n inner -- cat /proc/self/attr/current"
                )
                #expect(started.output == "lxc-\(name)_<\(fixture.lxcpath)> (enforce)\n", "\(started)")
                let listed = try fixture.succeed("ls", "--nesting=2", "--fancy").output
                #expect(listed.contains("inner"), "\(listed)")
                #expect(try inside(fixture, name, "\(prefix)/bin/lxc-stop -k -n inner").code == 0)
            }
        }
    }
}
