// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Testing

/// Our lxc-attach in a container that Debian's monitor runs.
@Suite(.enabled(if: PeerLXC.isAvailable && AttachTool.isBuilt, PeerLXC.requirement), .serialized)
struct AttachContainerTests {
    @Test func statusesAreThoseOfTheCommand() throws {
        try AttachTool.with { tool in
            for (words, status) in [
                (["/bin/true"], 0), (["/bin/false"], 1), (["sh", "-c", "exit 42"], 42), (["sh", "-c", "kill -9 $$"], 137),
                (["/does/not/exist"], 127), (["doesnotexist"], 127), (["/etc/passwd"], 126), (["/etc"], 126),
            ] as [([String], Int32)] {
                #expect(try tool.attach(words).status == .exited(status), "\(words)")
            }
            let missing = try tool.attach(["nope"])
            #expect(missing.errors.hasPrefix("lxc-attach: c1: cannot execute nope in the container: no such file or directory\n"))
        }
    }

    @Test func programIsWhereInitIs() throws {
        try AttachTool.with { tool in
            let pid = try tool.container.client.initPID()
            for file in ["mnt", "pid", "uts", "ipc", "net", "cgroup"] {
                let inside = try tool.attach(["readlink", "/proc/self/ns/\(file)"]).output
                #expect(inside == (try run("readlink", "/proc/\(pid)/ns/\(file)").output), "\(file)")
            }
            let cgroups = try tool.attach(["cat", "/proc/self/cgroup"]).output.split(separator: "\n")
            // Seen from the container's cgroup namespace everything is the root, but for the leaf in the v2 tree.
            for line in cgroups { #expect(line.hasSuffix(":/") || line.hasSuffix(":/.lxc"), "\(line)") }
            #expect(!cgroups.isEmpty)
        }
    }

    /// K12, K13, K14: nothing of the caller's privileges goes along.
    @Test func privilegesAreInits() throws {
        try AttachTool.with(extraConfig: ["lxc.no_new_privs = 1", "lxc.cap.drop = net_raw"]) { tool in
            let own = ProcessStatus(parsing: Array(try tool.attach(["cat", "/proc/self/status"]).output.utf8))
            let initial = try ProcessStatus.read(process: "\(try tool.container.client.initPID())")
            #expect(own.boundingCapabilities == initial.boundingCapabilities)
            #expect(own.effectiveCapabilities == initial.boundingCapabilities)
            #expect(own.inheritableCapabilities == 0)
            #expect(own.ambientCapabilities == 0)
            #expect(own.groups.isEmpty)
            #expect(own.hasNoNewPrivileges == true)
            let spared = ProcessStatus(parsing: Array(try tool.attach(["cat", "/proc/self/status"], options: ["-e"]).output.utf8))
            #expect(spared.boundingCapabilities == (try ProcessStatus.read()).boundingCapabilities)
            #expect(spared.hasNoNewPrivileges == false)
        }
    }

    /// E5, E7: no descriptor but the standard streams.
    @Test func nothingLeaksIntoTheProgram() throws {
        try AttachTool.with { tool in
            // The shell opens 9 to 12 for its child, lxc-attach.
            let attach = tool.words(["sh", "-c", "'echo /proc/$$/fd/*'"]).joined(separator: " ")
            let script = "exec 9</ 10</etc/shadow 11</proc 12<&9; exec \(attach)"
            let shown = try run("bash", "-c", script)
            let paths = shown.output.split(whereSeparator: \.isWhitespace)
            let numbers = paths.compactMap { $0.split(separator: "/").last.flatMap { Int($0) } }
            #expect(Set(numbers).isSubset(of: [0, 1, 2, 3]), "\(shown.output)\(shown.errors)")
            #expect(Set(numbers).isSuperset(of: [0, 1, 2]), "\(shown.output)\(shown.errors)")
        }
    }

    /// K9: there is no terminal to type into.
    @Test func thereIsNoControllingTerminalWithoutOne() throws {
        try AttachTool.with { tool in
            #expect(try tool.attach(["sh", "-c", "exec 3<>/dev/tty"]).status != .exited(0))
            let session = try tool.attach(["sh", "-c", "cut -d' ' -f 1,6 /proc/self/stat; echo $$"])
            #expect(session.status == .exited(0))
        }
    }

    @Test func environmentFollowsTheOptions() throws {
        try AttachTool.with(extraConfig: ["lxc.environment = FROM=config"]) { tool in
            let kept = try tool.attach(["env"], environment: ["SECRET=x", "PATH=/usr/bin:/bin"]).output.split(separator: "\n")
            for line in ["SECRET=x", "container=lxc", "FROM=config"] { #expect(kept.contains { $0 == line }, "\(line)") }
            #expect(!kept.contains { $0.hasPrefix("LXC_ATTACH") })
            let options = ["--clear-env", "--keep-var", "GOOD", "-v", "NEW=1"]
            let cleared = try tool.attach(["env"], options: options, environment: ["SECRET=x", "GOOD=y", "PATH=/bin"]).output
            #expect(!cleared.contains("SECRET"))
            let lines = cleared.split(separator: "\n")
            for line in ["GOOD=y", "NEW=1", "FROM=config", "container=lxc"] { #expect(lines.contains { $0 == line }, "\(line)") }
        }
    }

    /// K22: numbers are numbers, and never root by mistake.
    @Test func usersAreStrictNumbers() throws {
        try AttachTool.with { tool in
            let ids = try tool.attach(["sh", "-c", "id -u; id -g; id -G"], options: ["-u", "1000", "-g", "1001"])
            #expect(ids.output == "1000\n1001\n1001\n")
            for text in ["4294967295", "4294967296", "-1", "0x0", " 0", "99999999999999999999", "root", "", "1:2", ":2"] {
                #expect(try tool.attach(["/bin/true"], options: ["--uid=\(text)"]).status == .exited(1), "\(text)")
            }
            // K22: digits only.
            let signed = try tool.attach(["/bin/true"], options: ["--uid=+5"])
            #expect(signed.status == .exited(1))
        }
    }

    @Test func onlySomeNamespaces() throws {
        try AttachTool.with { tool in
            let result = try tool.attach(["sh", "-c", "hostname; readlink /proc/self/ns/mnt"], options: ["-s", "NETWORK|UTSNAME"])
            #expect(result.output == "c1\n" + (try run("readlink", "/proc/self/ns/mnt").output), "\(result.errors)")
            let remounted = try tool.attach(["sh", "-c", "cat /proc/1/comm"], options: ["-s", "PID", "-R"])
            #expect(remounted.output == "init\n", "\(remounted.errors)")
        }
    }

    @Test func frozenContainerIsSaidToBeFrozen() throws {
        try AttachTool.with { tool in
            try run("lxc-freeze", "-P", tool.container.lxcPath, "-n", "c1")
            let result = try tool.attach(["/bin/true"])
            try run("lxc-unfreeze", "-P", tool.container.lxcPath, "-n", "c1")
            #expect(result.status == .exited(1))
            #expect(result.errors.contains("it is frozen"), "\(result.errors)")
        }
    }

    @Test func stoppedContainerIsAFailure() throws {
        try AttachTool.with { tool in
            let result = try RunningProgram([tool.program, "-P", tool.container.lxcPath, "-n", "nothere", "--", "/bin/true"]).finish()
            #expect(result.status == .exited(1))
            #expect(result.errors.hasPrefix("lxc-attach: nothere: Failed to get init pid"), "\(result.errors)")
        }
    }

    @Test func signalsReachTheProgram() throws {
        try AttachTool.with { tool in
            let script = "trap 'echo caught; exit 9' TERM; echo ready; while :; do sleep 0.1; done"
            let running = try RunningProgram(tool.words(["sh", "-c", script]))
            #expect(try running.waitForOutput("ready"))
            try running.signal(Signals.terminate)
            let result = try running.finish()
            #expect(result.status == .exited(9))
            #expect(result.output.contains("caught"))
        }
    }

    /// E1: a handle on the program, kept until nobody runs it any more, cannot be turned into one that writes.
    @Test func ourProgramIsOutOfReach() throws {
        try AttachTool.with { tool in
            let attached = try RunningProgram(tool.words(["sh", "-c", "echo ready; exec sleep 30"]))
            #expect(try attached.waitForOutput("ready"))
            let kept = try OwnedDescriptor(opening: "/proc/\(attached.pid)/exe", .path)
            let running = try FileStatus(of: kept)
            let installed = try FileStatus(of: AttachTool.multicall)
            #expect(running.inode == installed.inode && running.filesystem == installed.filesystem)
            try attached.signal(Signals.terminate)
            #expect(try attached.finish().status == .exited(143))
            // Opened only, never written: without the protection this would be the program itself.
            let failure = #expect(throws: KernelError.self) {
                _ = try OwnedDescriptor(opening: "/proc/self/fd/\(kept.number)", .writeOnly)
            }
            #expect(failure?.errno == .readOnlyFileSystem)
        }
    }
}

/// The lxc-attach that was built, and a container for it.
struct AttachTool {
    let program: String
    let container: PeerContainer

    /// The multicall program beside the test's own.
    static let multicall: String = {
        let checkout = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return checkout + "/.build/debug/lxc"
    }()

    static var isBuilt: Bool {
        do { return try FileStatus.ifPresent(multicall) != nil } catch { return false }
    }

    func words(_ command: [String], options: [String] = []) -> [String] {
        [program, "-P", container.lxcPath, "-n", "c1"] + options + ["--"] + command
    }

    func attach(_ command: [String], options: [String] = [], environment: [String] = ["PATH=/usr/bin:/bin"]) throws -> ProgramResult {
        try RunningProgram(words(command, options: options), environment: environment).finish()
    }

    static func with(extraConfig: [String] = [], _ body: (AttachTool) throws -> Void) throws {
        try PeerContainer.with("c1", folder: "attach", extraConfig: extraConfig) { container in
            let program = container.lxcPath + "/lxc-attach"
            try run("ln", "-s", multicall, program)
            try body(AttachTool(program: program, container: container))
        }
    }
}
