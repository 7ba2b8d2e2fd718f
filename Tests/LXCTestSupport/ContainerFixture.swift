// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

/// The surroundings of one test with containers: an lxcpath of its own, our tools, and a tidy end.
///
///     @Test(.needsRoot) func starts() throws {
///         try withContainers { fixture in
///             let web = try fixture.busybox("web")
///             try fixture.succeed("start", "-n", web)
///             #expect(try fixture.lxc("info", "-n", web, "-sH").output == "RUNNING\n")
///         }
///     }
///
/// What the test registers with ``atEnd(_:)`` is undone last-in-first-out, pass or fail; containers are stopped and removed; and
/// whatever is then left on the machine (mounts, cgroups, processes, sockets, loop devices) fails the test.
package final class ContainerFixture: @unchecked Sendable {
    /// The programs under test.
    package let installation: TestInstallation
    /// The folder of this test's containers.
    package let lxcpath: String
    /// Part of every container's name, so that everything left behind can be told apart from other tests' things.
    package let tag: String

    private var usedPeer = false
    private var undo: [(String, () throws -> Void)] = []
    private let before: MachineSnapshot
    private static let counter = Counter()

    init() throws {
        installation = try TestInstallation.shared.get()
        tag = "t\(ProcessControl.pid)x\(Self.counter.next())"
        lxcpath = "/tmp/lxc-\(tag)"
        before = try MachineSnapshot.take(words: [tag])
        let made = try ToolRunner.run("/bin/mkdir", ["-m", "0755", lxcpath])
        guard made.code == 0 else { throw FixtureFailure("\(made)") }
    }

    // MARK: Names and files

    /// The full name of a container of this test.
    package func name(_ short: String) -> String { "\(short)-\(tag)" }

    /// The folder of a container; takes the full name.
    package func folder(_ name: String) -> String { "\(lxcpath)/\(name)" }

    /// The root filesystem of a container; takes the full name.
    package func rootfs(_ name: String) -> String { "\(lxcpath)/\(name)/rootfs" }

    /// Writes a file of the host, making the folders above it.
    package func write(_ path: String, _ content: String, mode: UInt32 = 0o644) throws {
        try DirectoryHandle(opening: "/").makeDirectories(DirectoryHandle.split(path).parent)
        let file = try OwnedDescriptor(opening: path, [.writeOnly, .create, .truncate], mode: mode)
        try file.setPermissions(mode)
        try file.writeAll(content.kernelBytes)
    }

    /// Registers what must be undone at the end of the test.
    package func atEnd(_ what: String, _ body: @escaping () throws -> Void) { undo.append((what, body)) }

    // MARK: Tools

    /// Runs one of our tools on this test's lxcpath: `lxc("start", "-n", name)`.
    package func lxc(_ tool: String, _ arguments: String..., input: String = "", seconds: Int32 = 20) throws -> ToolResult {
        try run(installation.bin + "/lxc-" + tool, ["-P", lxcpath] + arguments, input: input, seconds: seconds)
    }

    /// Runs one of our tools, which must succeed.
    @discardableResult
    package func succeed(_ tool: String, _ arguments: String..., seconds: Int32 = 20) throws -> ToolResult {
        try Self.mustSucceed(run(installation.bin + "/lxc-" + tool, ["-P", lxcpath] + arguments, seconds: seconds))
    }

    /// Runs one of Debian's tools on this test's lxcpath.
    package func peer(_ tool: String, _ arguments: String..., seconds: Int32 = 20) throws -> ToolResult {
        if !usedPeer {
            usedPeer = true
            atEnd("cgroups of C LXC") { [tag] in try PeerTools.removeCgroups(containing: tag) }
        }
        guard let folder = PeerTools.folder else { throw FixtureFailure("C LXC is not installed") }
        return try run(folder + "/lxc-" + tool, ["-P", lxcpath] + arguments, seconds: seconds)
    }

    /// Runs any program.
    ///
    /// The environment is small and the same everywhere: `PATH` with our tools first, `HOME`, `LANG`.
    package func run(
        _ path: String, _ arguments: [String], environment: [String] = [], input: String = "", seconds: Int32 = 20
    ) throws -> ToolResult {
        try ToolRunner.run(path, arguments, environment: baseEnvironment + environment, input: input, seconds: seconds)
    }

    /// Runs one of our tools on a terminal of its own.
    package func onTerminal(_ tool: String, _ arguments: String...) throws -> TerminalSession {
        let session = try TerminalSession(
            installation.bin + "/lxc-" + tool, ["-P", lxcpath] + arguments, environment: baseEnvironment + ["TERM=xterm"])
        atEnd("terminal session of lxc-\(tool)") { try session.end() }
        return session
    }

    /// The environment of every program that the fixture runs.
    var baseEnvironment: [String] {
        ["PATH=\(installation.bin):/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
    }

    // MARK: Containers

    /// Creates a busybox container.
    ///
    /// - Parameters:
    ///   - short: Its name within this test.
    ///   - config: Lines that are added to its configuration.
    /// - Returns: Its full name.
    /// - Throws: ``FixtureFailure`` with what lxc-create said when it failed.
    package func busybox(_ short: String, config: [String] = []) throws -> String {
        let name = name(short)
        try succeed("create", "-n", name, "-t", "busybox", "-f", "/dev/null")
        if !config.isEmpty { try append(name, config) }
        return name
    }

    /// Makes a container folder by hand: a configuration and an empty root filesystem, without any tool.
    package func bare(_ short: String, config: [String]) throws -> String {
        let name = name(short)
        try DirectoryHandle(opening: lxcpath).makeDirectories("\(name)/rootfs")
        try write(folder(name) + "/config", config.joined(separator: "\n") + "\n", mode: 0o640)
        return name
    }

    /// Adds lines to a container's configuration.
    package func append(_ name: String, _ lines: [String]) throws {
        let file = try OwnedDescriptor(opening: folder(name) + "/config", [.writeOnly, .append, .create], mode: 0o640)
        try file.writeAll((lines.joined(separator: "\n") + "\n").kernelBytes)
    }

    /// The state word of a container.
    package func state(_ name: String) throws -> String {
        try Self.mustSucceed(lxc("info", "-n", name, "-sH")).output.split(separator: "\n").first.map(String.init) ?? ""
    }

    /// The process number of a running container's init.
    package func initPID(_ name: String) throws -> Int32 {
        let text = try Self.mustSucceed(lxc("info", "-n", name, "-pH")).output
        guard let pid = Int32(text.split(separator: "\n").first ?? "") else { throw FixtureFailure("no process number: \(text)") }
        return pid
    }

    /// Asks until something holds.
    ///
    /// - Returns: Whether it did within the time.
    package func eventually(seconds: Double = 5, _ condition: () throws -> Bool) throws -> Bool {
        try Self.eventually(seconds: seconds, condition)
    }

    // MARK: The end

    func finish() {
        for (what, body) in undo.reversed() {
            do { try body() } catch { Issue.record("cannot undo \(what): \(error)") }
        }
        do {
            try stopEverything()
            var left: [String] = []
            let tidy = try Self.eventually(seconds: 5) {
                left = try MachineSnapshot.take(words: [tag]).added(since: before)
                return left.isEmpty
            }
            if !tidy { Issue.record("left behind on the machine:\n  \(left.joined(separator: "\n  "))") }
            // What both sides keep about an lxcpath until the machine reboots: locks, the monitor's pipe.
            let runFolders = [installation.run, "/run/lxc"].flatMap { [$0 + lxcpath, $0 + "/lock" + lxcpath] }
            let removed = try ToolRunner.run("/bin/rm", ["-rf", "--one-file-system", lxcpath] + runFolders)
            if removed.code != 0 { Issue.record("\(removed)") }
        } catch { Issue.record("cannot tidy up: \(error)") }
    }

    private func stopEverything() throws {
        for name in try DirectoryListing.names(in: lxcpath) {
            guard try FileStatus.ifPresent(folder(name) + "/config") != nil else { continue }
            // Not running is fine here, so the status does not matter; what survives shows in the snapshot.
            _ = try lxc("stop", "-k", "-n", name)
        }
    }

    private static func mustSucceed(_ result: ToolResult) throws -> ToolResult {
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result
    }

    private static func eventually(seconds: Double, _ condition: () throws -> Bool) throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while true {
            if try condition() { return true }
            if clock.now >= end { return false }
            Pause.milliseconds(5)
        }
    }
}

/// Runs a test's body with a fixture, and tidies up after it, pass or fail.
package func withContainers(_ body: (ContainerFixture) throws -> Void) throws {
    let fixture = try ContainerFixture()
    defer { fixture.finish() }
    try body(fixture)
}
