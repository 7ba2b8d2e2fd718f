// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// `lxc.seccomp.*`: what the container's programs may ask the kernel (K7, K8, K14, K15).
@Suite(.needsRoot) struct SystemCallFilterTests {
    private func running(_ fixture: ContainerFixture, policy: String, config: [String] = []) throws -> String {
        try fixture.write(fixture.lxcpath + "/policy", policy)
        let name = try fixture.busybox(
            "filtered", config: ["lxc.net.0.type = empty", "lxc.seccomp.profile = \(fixture.lxcpath)/policy"] + config)
        try fixture.succeed("start", "-n", name)
        return name
    }

    @Test("S1.87: init and attached programs have the filter") func initAndAttachedProgramsHaveTheFilter() throws {
        try withContainers { fixture in
            let name = try running(fixture, policy: "2\ndenylist\nmkdir errno 30\nmkdirat errno 30\nno_such_call errno 1\n")
            let pid = try fixture.initPID(name)
            #expect(try ProcessStatus.read(process: "\(pid)").seccompMode == 2)
            for user in [[], ["-u", "1000"]] {
                let made = try fixture.run(
                    fixture.installation.bin + "/lxc-attach", ["-P", fixture.lxcpath, "-n", name] + user + ["--", "/bin/mkdir", "/tmp/x"])
                #expect(made.code == 1 && made.error.contains("Read-only file system"), "\(made)")
            }
            // K14: without it only when that is asked for by name.
            try fixture.succeed("attach", "-n", name, "-e", "-s", "MOUNT|PID|NETWORK", "--", "/bin/mkdir", "/tmp/x")
        }
    }

    /// What the attacker is told by each way into the kernel, as init and as an attached program.
    private func answers(_ fixture: ContainerFixture, _ kind: ContainerKind, policy: String) throws -> [[String]] {
        try fixture.write(fixture.lxcpath + "/policy", policy)
        let container = try AttackedContainer(
            fixture, kind, hasShippedSettings: false, config: ["lxc.seccomp.profile = \(fixture.lxcpath)/policy"])
        try container.place("filtered-call")
        _ = try fixture.run("/bin/chmod", ["777", container.rootfs])
        let asInit = "/filtered-call > /seen; exec sleep 1000"
        try container.succeed("start", "--", "/bin/sh", "-c", asInit)
        let seen = container.rootfs + "/seen"
        #expect(try fixture.eventually { try (FileStatus.ifPresent(seen)?.size ?? 0) > 20 })
        return [
            try WholeFile.text(seen).split(separator: "\n").map(String.init), try container.succeed("attach", "--", "/filtered-call").lines,
        ]
    }

    @Test("K15: a rule holds for every way into the kernel", arguments: ContainerKind.allCases)
    func everyWayIn(kind: ContainerKind) throws {
        try withContainers { fixture in
            for lines in try answers(fixture, kind, policy: "2\ndenylist\nmkdir errno 30\n") {
                #expect(lines == ["x86_64 30", "x86 30", "x32 30"])
            }
        }
    }

    @Test(arguments: ContainerKind.allCases) func aSectionIsForItsOwnCallsOnly(kind: ContainerKind) throws {
        try withContainers { fixture in
            let policy = "2\ndenylist\n[x86]\nmkdir errno 30\n[arm64]\nmkdir errno 31\n"
            for lines in try answers(fixture, kind, policy: policy) { #expect(lines.prefix(2) == ["x86_64 0", "x86 30"]) }
        }
    }

    @Test("K7, K8: the shipped policy refuses file handles and forced unmounts, and the rest works") func shippedPolicy() throws {
        try withContainers { fixture in
            let name = try fixture.busybox(
                "common", config: ["lxc.net.0.type = empty", "lxc.include = \(fixture.installation.share)/config/common.conf"])
            try fixture.succeed("start", "-n", name)
            let result = try fixture.lxc(
                "attach", "-n", name, "--", "/bin/sh", "-c",
                "grep ^Seccomp: /proc/1/status; mount -t tmpfs none /mnt && umount -f /mnt; umount /mnt && echo unmounted")
            #expect(result.code == 0 && result.output == "Seccomp:\t2\nunmounted\n", "\(result)")
            #expect(result.error.contains("Permission denied"))
            try fixture.succeed("stop", "-n", name, "-t", "20")
        }
    }

    @Test func anAllowListNeedsNothingOfOurs() throws {
        try withContainers { fixture in
            // What busybox's `true` needs, and what is left for the runtime to do after the filter is loaded.
            try fixture.write(
                fixture.lxcpath + "/policy",
                """
                2
                allowlist errno 1
                execve
                execveat
                brk
                arch_prctl
                set_tid_address
                set_robust_list
                rseq
                prlimit64
                readlink
                readlinkat
                getrandom
                mprotect
                mmap
                munmap
                exit_group
                setgroups
                setgid
                setuid
                prctl
                rt_sigprocmask
                rt_sigaction
                close_range
                sendmsg
                fcntl
                capget
                capset
                getuid
                getegid
                geteuid
                getgid

                """)
            let name = try fixture.busybox(
                "few", config: ["lxc.net.0.type = empty", "lxc.seccomp.profile = \(fixture.lxcpath)/policy"])
            try fixture.succeed("start", "-n", name, "-F", "--", "/bin/true")
            let refused = try fixture.lxc("start", "-n", name, "-F", "--", "/bin/mkdir", "/tmp/x")
            #expect(refused.code != 0)
            #expect(try FileStatus.ifPresent(fixture.rootfs(name) + "/tmp/x") == nil)
        }
    }

    @Test func aBadPolicyStopsTheStart() throws {
        try withContainers { fixture in
            try fixture.write(fixture.lxcpath + "/policy", "2\ndenylist\nmkdir maybe\n")
            let name = try fixture.busybox(
                "bad", config: ["lxc.net.0.type = empty", "lxc.seccomp.profile = \(fixture.lxcpath)/policy"])
            let result = try fixture.lxc("start", "-n", name)
            #expect(result.code == 1)
            #expect(
                result.error.contains(#"cannot load the seccomp policy \#(fixture.lxcpath)/policy:3: "maybe" is no action"#), "\(result)")
            #expect(result.error.contains("lxc.seccomp.profile at \(fixture.folder(name))/config:"))
        }
    }

    /// The same answers as under C LXC, for a policy that both read.
    @Test(.needsPeerLXC) func asCLXCAnswers() throws {
        try withContainers { fixture in
            try fixture.write(fixture.lxcpath + "/policy", "2\nblacklist allow\nmkdir errno 30\nsymlink errno 95 [0,0,!=]\nsync errno 1\n")
            let name = try fixture.busybox(
                "both", config: ["lxc.net.0.type = empty", "lxc.seccomp.profile = \(fixture.lxcpath)/policy"])
            let commands = "mkdir /tmp/x; ln -s a /tmp/b; sync && echo synced; ls /tmp"
            try fixture.succeed("start", "-n", name)
            let ours = try fixture.lxc("attach", "-n", name, "--", "/bin/sh", "-c", commands)
            let theirsInOurs = try fixture.peer("attach", "-n", name, "--", "/bin/sh", "-c", commands)
            try fixture.succeed("stop", "-n", name, "-k")
            #expect(try fixture.peer("start", "-n", name).code == 0)
            let oursInTheirs = try fixture.lxc("attach", "-n", name, "--", "/bin/sh", "-c", commands)
            let theirs = try fixture.peer("attach", "-n", name, "--", "/bin/sh", "-c", commands)
            _ = try fixture.peer("stop", "-n", name, "-k")
            #expect(ours.error == theirs.error && ours.output == theirs.output, "\(ours) \(theirs)")
            #expect(theirsInOurs.error == theirs.error && oursInTheirs.error == ours.error, "\(theirsInOurs) \(oursInTheirs)")
            #expect(ours.error.contains("Read-only file system") && ours.error.contains("Operation not supported"), "\(ours)")
        }
    }
}
