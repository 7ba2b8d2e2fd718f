// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// E1, E3, E4, P12: a program of ours that a container can see as `/proc/PID/exe` cannot be written through that, not even by somebody
/// who keeps a handle on it until nobody executes it any more.
@Suite(.needsRoot) struct ProgramProtectionTests {
    /// Keeps a handle on the program of a process, and tries to write to it once `end` has happened.
    private func expectUnwritable(_ pid: Int32, _ kind: ContainerKind, program: String, _ end: () throws -> Void) throws {
        let kept = try OwnedDescriptor(opening: "/proc/\(pid)/exe", .path)
        let place = "/proc/self/fd/\(kept.number)"
        // What users run is a copy in memory, as they cannot mount: others in the container see the very same one.
        let isCopy = try FileStatus(of: kept).inode != FileStatus(of: program).inode
        #expect(isCopy == (kind == .user))
        try end()
        let failure: KernelError?
        if isCopy {
            failure = #expect(throws: KernelError.self) {
                // Its own first byte, should it go through.
                try OwnedDescriptor(opening: place, .writeOnly).writeAll([0x7F])
            }
        } else {
            #expect(throws: KernelError.self) { _ = try OwnedDescriptor(opening: place, .writeOnly) }
            // While another test runs the same program, opening fails for that already; giving the file the mode that it has does not.
            let mode = try FileStatus(of: kept).permissions & 0o7777
            failure = #expect(throws: KernelError.self) { try HostPath.changePermissions(place, to: mode) }
        }
        #expect(failure?.errno == (isCopy ? .notPermitted : .readOnlyFileSystem))
    }

    /// The first process is the supervisor's program until it executes init.
    @Test(arguments: ContainerKind.allCases) func supervisor(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            try container.succeed("start")
            let supervisor = try ContainerSupervisor.find(container)
            try expectUnwritable(supervisor, kind, program: fixture.installation.libexec + "/lxc-supervisor") {
                try container.succeed("stop", "-k")
                #expect(try fixture.eventually { try FileStatus.ifPresent("/proc/\(supervisor)") == nil })
            }
        }
    }

    @Test(arguments: ContainerKind.allCases) func attach(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            try container.succeed("start")
            let words = container.words("attach", ["-n", container.name, "--", "/bin/sh", "-c", "echo ready; exec sleep 1000"])
            let running = try fixture.background(words[0], Array(words.dropFirst()))
            try expectUnwritable(running.pid, kind, program: fixture.installation.bin + "/lxc") { try running.stop() }
        }
    }

    /// P12: the lxc-init of lxc-execute, also tried from inside.
    @Test(arguments: ContainerKind.allCases) func injectedInit(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(
                fixture, kind, hasShippedSettings: false, config: ["lxc.cap.drop =", "lxc.mount.auto = proc:rw"])
            let program = fixture.installation.libexec + "/lxc-init"
            let sum = { try fixture.run("/usr/bin/sha256sum", [program]).output }
            let before = try sum()
            let script = """
                #!/bin/sh
                exec 2> /dev/null
                readlink /proc/1/exe > /report
                for how in '' conv=notrunc 'oflag=append conv=notrunc'; do
                    printf '\\177' | dd of=/proc/1/exe $how && echo "wrote $how" >> /report
                done
                mount -o remount,bind,rw /proc/1/exe && echo remounted >> /report
                echo ready; exec sleep 1000

                """
            try fixture.write(container.rootfs + "/writer", script, mode: 0o755)
            _ = try fixture.run("/bin/chmod", ["777", container.rootfs])
            let words = container.words("execute", ["-n", container.name, "--", "/writer"])
            let running = try fixture.background(words[0], Array(words.dropFirst()))
            let report = try WholeFile.text(container.rootfs + "/report")
            #expect(report.split(separator: "\n").count == 1, "\(report)")
            try expectUnwritable(container.initPID(), kind, program: program) {
                try container.succeed("stop", "-k")
                #expect(try fixture.eventually { !running.isRunning })
            }
            #expect(try sum() == before)
        }
    }
}
