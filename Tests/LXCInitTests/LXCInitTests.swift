// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LXCTools
import LinuxKernel
import Testing

/// lxc-init as process 1 of a pid namespace.
@Suite(.needsRoot) struct LXCInitTests {
    private let program: String

    init() throws {
        // The tests are a program in the folder of the others.
        let own = try DirectoryHandle(opening: "/proc/self").linkTarget("exe")
        program = own.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/lxc-init"
    }

    /// Runs lxc-init as process 1.
    private func first(_ arguments: [String]) throws -> ToolResult {
        try ToolRunner.run("/usr/bin/unshare", ["--pid", "--fork", "--mount-proc", program] + arguments)
    }

    /// Runs a shell script under lxc-init.
    private func script(_ text: String) throws -> ToolResult { try first(["-n", "c", "--", "/bin/sh", "-c", text]) }

    @Test(arguments: [("exit 0", 0), ("exit 5", 5), ("exit 255", 255), ("kill -9 $$", 137), ("kill -TERM $$", 143)] as [(String, Int32)])
    func endsWithTheCommandsStatus(text: String, code: Int32) throws {
        #expect(try script(text).code == code)
    }

    @Test(arguments: [("/nonexistent", "no such file"), ("/etc/passwd", "permission denied"), ("no-such-command", "no such file")])
    func saysWhatCannotBeExecuted(command: String, reason: String) throws {
        let result = try first(["--", command])
        #expect(result.code == 255)
        #expect(result.error.lowercased().hasPrefix("lxc-init: cannot execute \(command): \(reason)"))
        let quiet = try first(["-q", "--", command])
        #expect(quiet.code == 255 && quiet.error == "")
    }

    @Test func needsACommand() throws {
        for arguments in [[], ["--"], ["-n", "c"], ["--bad", "true"], ["-n"]] {
            let result = try first(arguments)
            #expect(result.code == 1)
            #expect(result.error.contains("lxc-init"))
        }
    }

    @Test(arguments: [
        ["-n", "c", "-q", "-P", "/x", "-l", "TRACE", "-o", "/tmp/nosuch/log", "--"], ["--name=c", "--quiet", "--lxcpath=/x"],
        ["--nam", "c", "--logpriority", "INFO", "--logfile=x", "--"], ["-nc", "-qP/x"], [],
    ])
    func acceptsEveryOptionBeforeTheCommand(options: [String]) throws {
        let result = try first(options + ["/bin/echo", "-n", "--version"])
        #expect(result.code == 0)
        #expect(result.output == "--version")
    }

    @Test func informs() throws {
        #expect(try first(["--version"]).output == ToolVersion.text + "\n")
        #expect(try first(["--usage"]).output.hasPrefix("Usage: lxc-init "))
        for option in ["--help", "-?", "-h"] {
            let result = try first([option])
            #expect(result.code == 0 && result.output.contains("--lxcpath=PATH"))
        }
    }

    @Test func commandIsTheSecondProcessInItsOwnSession() throws {
        let result = try script("echo $$; ps -o pid=,ppid=,sid=,pgid=,comm= -p 1,2; tr '\\0' '|' < /proc/1/cmdline; echo; ls /proc/1/fd")
        #expect(
            result.lines.map { $0.split(separator: " ").joined(separator: " ") }
                == ["2", "1 0 0 0 init", "2 1 2 2 sh", "init|", "0", "1", "2"])
    }

    @Test func commandStartsWithDefaultSignals() throws {
        let result = try script("trap '' INT; exec \(program) -- cat /proc/self/status")
        let status = ProcessStatus(parsing: result.output.kernelBytes)
        #expect(status.name == "cat")
        #expect(status.blockedSignals == 0 && status.caughtSignals == 0)
        // Signals 32 and 33 belong to the C library, which lets nobody change them.
        #expect(status.ignoredSignals.map { $0 & ~(3 << 31) } == 0)
    }

    @Test func collectsOrphansAndWaitsForThem() throws {
        let zombies = try script("for i in 1 2 3 4 5 6 7 8; do (true &); done; sleep 0.2; grep -l '^State:.Z' /proc/[0-9]*/status")
        #expect(zombies.output == "")
        let waits = try script("sleep 0.4 & exit 3")
        #expect(waits.code == 3)
        #expect(waits.duration > .milliseconds(400))
    }

    @Test(arguments: ["HUP", "INT", "QUIT", "USR1", "USR2", "WINCH", "CONT", "ALRM", "IO", "34", "64"])
    func passesSignalsToTheCommand(signal: String) throws {
        let result = try script("trap 'exit 7' \(signal); kill -\(signal) 1; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done")
        #expect(result.code == 7)
    }

    @Test(arguments: ["TERM", "PWR"])
    func shutsDownPolitelyThenByForce(signal: String) throws {
        let polite = try script("sleep 20 & trap 'exit 9' TERM; kill -\(signal) 1; while :; do sleep 0.05; done")
        // It was not killed, and nobody waited for what it had left behind.
        #expect(polite.code == 9)
        #expect(polite.duration < .seconds(10))
        let deaf = try script("trap '' TERM; kill -\(signal) 1; while :; do sleep 10; done")
        #expect(deaf.code == 137)
        #expect(deaf.duration > .seconds(1) && deaf.duration < .seconds(8))
    }

    @Test func needsNothingOfTheRootFilesystem() throws {
        let folder = "/tmp/lxc-init-test-\(ProcessControl.pid)"
        for arguments in [["/bin/mkdir", folder], ["/bin/cp", program, "/bin/busybox", folder]] {
            #expect(try ToolRunner.run(arguments[0], Array(arguments.dropFirst())).code == 0)
        }
        let result = try ToolRunner.run(
            "/usr/bin/unshare", ["--pid", "--fork", "--root", folder, "/lxc-init", "--", "/busybox", "sh", "-c", "echo $$; exit 4"])
        #expect(result.code == 4 && result.output == "2\n")
        #expect(try ToolRunner.run("/bin/rm", ["-r", folder]).code == 0)
    }

    @Test func elsewhereThanFirstItTouchesTheCommandsGroupOnly() throws {
        // In a pid namespace of its own, lest a mistake end the machine.
        let text = """
            sleep 20 & other=$!
            \(program) -- sh -c '(sleep 20 &); exec sleep 20' & init=$!
            sleep 0.3; kill -TERM $init; wait $init; echo $?
            kill -0 $other && echo alive; kill $other
            """
        let result = try ToolRunner.run("/usr/bin/unshare", ["--pid", "--fork", "--mount-proc", "/bin/sh", "-c", text])
        #expect(result.lines == ["143", "alive"])
    }

    @Test func adoptsOrphansElsewhereThanFirst() throws {
        let text = "\(program) -- sh -c 'sleep 0.4 & exit 3'; echo $?"
        let result = try ToolRunner.run("/usr/bin/unshare", ["--pid", "--fork", "--mount-proc", "/bin/sh", "-c", text])
        #expect(result.lines == ["3"])
        #expect(result.duration > .milliseconds(400))
    }
}
