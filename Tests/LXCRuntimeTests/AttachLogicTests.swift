// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Testing

@testable import LXCRuntime

/// What an attach decides without a container.
struct AttachLogicTests {
    // MARK: The container's passwd file

    @Test func shellComesFromTheUsersLine() {
        let file = "# comment\nroot:x:0:0:root:/root:/bin/ash\nweb:x:33:33::/:/bin/web\nweb2:x:33:33::/:/bin/second\n"
        #expect(PasswdFile.shell(of: 0, in: file.kernelBytes) == "/bin/ash")
        #expect(PasswdFile.shell(of: 33, in: file.kernelBytes) == "/bin/web")
        #expect(PasswdFile.shell(of: 7, in: file.kernelBytes) == nil)
    }

    @Test(arguments: [
        "a:x:4294967296:0:::/bin/evil", "a:x:+0:0:::/bin/evil", "a:x: 0:0:::/bin/evil", "a:x:-0:0:::/bin/evil", "a:x:0x0:0:::/bin/evil",
        "a:x::0:::/bin/evil", "a:x:0:0::/bin/evil", "a:x:0:0:::/bin/evil:more", "a:x:0:0:::bin/evil", "a:x:0:0:::", "a:x:0:0:::/bin/e\0vil",
        "", ":", "::::::",
    ])
    func oddLinesNameNobody(line: String) {
        #expect(PasswdFile.shell(of: 0, in: (line + "\n").kernelBytes) == nil)
    }

    // MARK: Environment

    private var process: ProcessSettings {
        var settings = ProcessSettings()
        settings.environment = [EnvironmentVariable(name: "A", value: "config"), EnvironmentVariable(name: "C", value: "config")]
        settings.environmentRuntime = [EnvironmentVariable(name: "R", value: "runtime")]
        settings.environmentHooks = [EnvironmentVariable(name: "H", value: "hooks")]
        return settings
    }

    @Test func keptEnvironmentIsOverriddenStepByStep() {
        let lines = AttachEnvironment.lines(
            caller: ["A=caller", "B=caller", "container=x", "C=caller"], isCleared: false, kept: [], process: process,
            added: ["C=added", "D="])
        #expect(lines == ["B=caller", "container=lxc", "A=config", "R=runtime", "C=added", "D="])
    }

    @Test func clearedEnvironmentHasNothingOfTheCaller() {
        let caller = ["SECRET=1", "PATH=/evil", "KEEP=2", "KEEPER=3"]
        let lines = AttachEnvironment.lines(caller: caller, isCleared: true, kept: ["KEEP"], process: ProcessSettings(), added: [])
        #expect(lines == ["PATH=\(AttachEnvironment.defaultPath)", "KEEP=2", "container=lxc"])
        let withPath = AttachEnvironment.lines(caller: caller, isCleared: true, kept: ["PATH"], process: ProcessSettings(), added: [])
        #expect(withPath == ["PATH=/evil", "container=lxc"])
    }

    // MARK: Keys of lxc-console

    @Test(
        arguments: [
            ([0x61, 0x62], [0x61, 0x62], false), ([1, 0x71], [], true), ([1, 1], [1], false), ([1, 1, 0x71], [1, 0x71], false),
            ([0x78, 1, 0x71, 0x79], [0x78], true), ([1, 0x78], [0x78], false), ([1, 1, 1, 0x71], [1], true), ([0x71], [0x71], false),
        ] as [([UInt8], [UInt8], Bool)])
    func escapeKeys(typed: [UInt8], passed: [UInt8], leaves: Bool) {
        var whole = EscapeKeys(prefix: 1)
        let atOnce = whole.filter(typed)
        #expect(atOnce.passed == passed)
        #expect(atOnce.leaves == leaves)
        // A key may come in a read of its own.
        var single = EscapeKeys(prefix: 1)
        var collected: [UInt8] = []
        var left = false
        for byte in typed where !left {
            let part = single.filter([byte])
            collected += part.passed
            left = part.leaves
        }
        #expect(collected == passed)
        #expect(left == leaves)
    }

    // MARK: Labels

    @Test func labelsAreReadAsTheKernelShowsThem() {
        #expect(InitProfile.Label(profile: "unconfined", isApparmor: true) == nil)
        #expect(InitProfile.Label(profile: "", isApparmor: false) == nil)
        let confined = InitProfile.Label(profile: "lxc-p1 (x) (enforce)", isApparmor: true)
        #expect(confined == InitProfile.Label(file: "attr/apparmor/exec", line: "exec lxc-p1 (x)"))
        let context = InitProfile.Label(profile: "system_u:system_r:container_t:s0", isApparmor: false)
        #expect(context == InitProfile.Label(file: "attr/exec", line: "system_u:system_r:container_t:s0"))
    }

    // MARK: Messages

    @Test func messagesSurviveTheJourney() {
        let failure = AttachFailure(
            .programNotFound,
            OperationFailure("cannot x", reason: "y", errno: 2, key: "k", origin: ConfigOrigin(file: "f", line: 3), hint: "h"))
        for message in [AttachMessage.begin, .born(pid: 77), .listener, .failed(failure)] {
            #expect(AttachMessage(message.bytes) == message)
            // Root of a container may write what it likes.
            for length in 0..<message.bytes.count { #expect(AttachMessage(Array(message.bytes.prefix(length))) == nil) }
        }
        #expect(AttachMessage(AttachMessage.born(pid: 0).bytes) == nil)
        #expect(AttachMessage(AttachMessage.born(pid: -1).bytes) == nil)
        #expect(AttachMessage([UInt8](repeating: 0xFF, count: 64)) == nil)
    }
}

/// The relay between two terminals, with both ends in the test's hands.
struct AttachRelayTests {
    @Test func everythingArrivesThroughASlowReader() throws {
        let loop = try EventLoop()
        let program = try PseudoTerminal()
        let user = try PseudoTerminal()
        let keptRaw = try RawTerminal(user.terminal.number)
        let plain = try RawTerminal(program.terminal.number)
        let relay = try TerminalRelay(
            loop: loop, container: program.controller, input: nil, output: TerminalRelay.reopen(user.terminal.number, .writeOnly))
        let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try DescriptorFlags.setNonBlocking(program.terminal.number)
        try DescriptorFlags.setNonBlocking(user.controller.number)
        var written = 0
        var seen: [UInt8] = []
        let deadline = MonotonicInstant.now + .seconds(20)
        while seen.count < content.count && !deadline.hasPassed {
            if written < content.count {
                let part = Array(content[written..<min(written + 5000, content.count)])
                do { written += try program.terminal.owned.writeSome(part) } catch {
                    guard error.errno == .resourceTemporarilyUnavailable else { throw error }
                }
            }
            try loop.handleWaiting()
            // A reader that takes less than the writer gives.
            do { seen += try user.controller.owned.read(upTo: 700) } catch {
                guard error.errno == .resourceTemporarilyUnavailable else { throw error }
            }
        }
        try relay.close()
        #expect(seen == content)
        extendLifetime((keptRaw, plain))
    }

    @Test func rawTerminalIsGivenBackWithWhatWasTypedAhead() throws {
        let pair = try PseudoTerminal()
        try pair.controller.owned.writeAll(Array("typed ahead\n".utf8))
        let raw = try RawTerminal(pair.terminal.number)
        let bytes = try pair.terminal.owned.read(upTo: 100)
        #expect(String(kernelBytes: bytes) == "typed ahead\n")
        raw.restore()
        // Echo is on again: what is typed comes back.
        try pair.controller.owned.writeAll(Array("x".utf8))
        let deadline = MonotonicInstant.now + .seconds(5)
        var echo = ""
        while !echo.hasSuffix("x") {
            guard try !Poll.wait(pair.controller.number, for: .readable, until: deadline).isEmpty else { break }
            echo += String(kernelBytes: try pair.controller.owned.read(upTo: 100))
        }
        #expect(echo.hasSuffix("x"))
    }
}
