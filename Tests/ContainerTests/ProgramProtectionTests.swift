// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// E1, E3, E4, P12: a program of ours that a container can see as `/proc/PID/exe` cannot be written through that, not even by somebody
/// who keeps a handle on it until nobody executes it any more.
@Suite(.needsRoot) struct ProgramProtectionTests {
    /// Keeps a handle on the program of a process; the value says why it cannot be written once `end` has happened.
    private func handle(of pid: Int32, program: String, _ end: () throws -> Void) throws -> String {
        let kept = try OwnedDescriptor(opening: "/proc/\(pid)/exe", .path)
        // It is the installed file, not a copy that could be damaged without harm.
        #expect(try FileStatus(of: kept).inode == FileStatus(of: program).inode)
        try end()
        #expect(throws: KernelError.self) { _ = try OwnedDescriptor(opening: "/proc/self/fd/\(kept.number)", .writeOnly) }
        // While another test runs the same program, opening fails for that reason already; giving the file the mode that it has does not.
        let mode = try FileStatus(of: kept).permissions & 0o7777
        let failure = #expect(throws: KernelError.self) { try HostPath.changePermissions("/proc/self/fd/\(kept.number)", to: mode) }
        return failure?.reason ?? "it can"
    }

    /// The first process is the supervisor's program until it executes init.
    @Test func supervisor() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("exe", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            let status = try WholeFile.text("/proc/\(fixture.initPID(name))/status").split(separator: "\n")
            let supervisor = try #require(status.first { $0.hasPrefix("PPid:") }.flatMap { Int32($0.dropFirst(6)) })
            let reason = try handle(of: supervisor, program: fixture.installation.libexec + "/lxc-supervisor") {
                try fixture.succeed("stop", "-n", name, "-k")
                #expect(try fixture.eventually { try FileStatus.ifPresent("/proc/\(supervisor)") == nil })
            }
            #expect(reason == "read-only file system")
        }
    }

    @Test func attach() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("exe", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            let words = ["-P", fixture.lxcpath, "-n", name, "--", "/bin/sh", "-c", "echo ready; exec sleep 1000"]
            let running = try fixture.background(fixture.installation.bin + "/lxc-attach", words)
            let reason = try handle(of: running.pid, program: fixture.installation.bin + "/lxc") { try running.stop() }
            #expect(reason == "read-only file system")
        }
    }

    /// P12: the lxc-init of lxc-execute, also tried from inside.
    @Test func injectedInit() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("init", config: ["lxc.net.0.type = empty", "lxc.cap.drop =", "lxc.mount.auto = proc:rw"])
            let program = fixture.installation.libexec + "/lxc-init"
            let sum = { try fixture.run("/usr/bin/sha256sum", [program]).output }
            let before = try sum()
            let script = """
                #!/bin/sh
                readlink /proc/1/exe > /report
                for how in '>' '>>' '1<>'; do
                    if eval "true $how /proc/1/exe" 2> /dev/null; then echo "opened $how" >> /report; fi
                done
                mount -o remount,bind,rw /proc/1/exe 2> /dev/null && echo remounted >> /report
                echo ready; exec sleep 1000

                """
            try fixture.write(fixture.rootfs(name) + "/writer", script, mode: 0o755)
            let tool = fixture.installation.bin + "/lxc-execute"
            let running = try fixture.background(tool, ["-P", fixture.lxcpath, "-n", name, "--", "/writer"])
            let report = try WholeFile.text(fixture.rootfs(name) + "/report")
            #expect(report.split(separator: "\n").count == 1, "\(report)")
            let reason = try handle(of: fixture.initPID(name), program: program) {
                try fixture.succeed("stop", "-n", name, "-k")
                #expect(try fixture.eventually { !running.isRunning })
            }
            #expect(reason == "read-only file system")
            #expect(try sum() == before)
        }
    }
}
