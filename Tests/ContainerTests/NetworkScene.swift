// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

/// A host with nothing but a loopback device: a network namespace in which a test runs our tools and makes bridges under any name.
struct NetworkScene {
    let fixture: ContainerFixture
    private let namespace: String

    init(_ fixture: ContainerFixture) throws {
        self.fixture = fixture
        let name = "net-\(fixture.tag)"
        namespace = "/run/netns/\(name)"
        try Self.mustSucceed(fixture.run("/usr/sbin/ip", ["netns", "add", name]))
        fixture.atEnd("network namespace") { try Self.mustSucceed(fixture.run("/usr/sbin/ip", ["netns", "del", name])) }
        try ip("link set lo up")
    }

    /// Uses the network namespace of a process as the host.
    init(_ fixture: ContainerFixture, of process: Int32) {
        self.fixture = fixture
        namespace = "/proc/\(process)/ns/net"
    }

    /// Runs a program on this host.
    func run(_ path: String, _ arguments: [String], seconds: Int32 = 20) throws -> ToolResult {
        try fixture.run("/usr/bin/nsenter", ["--net=\(namespace)", path] + arguments, seconds: seconds)
    }

    /// Runs iproute2's `ip` with words that hold no blanks.
    @discardableResult
    func ip(_ words: String) throws -> String {
        try Self.mustSucceed(run("/usr/sbin/ip", words.split(separator: " ").map(String.init))).output
    }

    func lxc(_ tool: String, _ arguments: String..., seconds: Int32 = 20) throws -> ToolResult {
        try run(fixture.installation.bin + "/lxc-" + tool, ["-P", fixture.lxcpath] + arguments, seconds: seconds)
    }

    /// Starts one of our tools on this host and goes on.
    func begin(_ tool: String, _ arguments: String...) throws -> BackgroundProgram {
        try fixture.launch(
            "/usr/bin/nsenter", ["--net=\(namespace)", fixture.installation.bin + "/lxc-" + tool, "-P", fixture.lxcpath] + arguments)
    }

    /// Makes a bridge that is up.
    func bridge(_ name: String, _ addresses: String...) throws {
        try ip("link add \(name) type bridge")
        for address in addresses { try ip("addr add \(address) dev \(name)" + (address.contains(":") ? " nodad" : "")) }
        try ip("link set \(name) up")
    }

    /// Creates a busybox container with these lines about its network.
    func container(_ short: String, _ config: [String]) throws -> String { try fixture.busybox(short, config: config) }

    /// Starts a container; it is stopped at the end of the test.
    func start(_ name: String) throws {
        fixture.atEnd("container \(name)") { _ = try lxc("stop", "-k", "-n", name) }
        try Self.mustSucceed(lxc("start", "-n", name))
    }

    func stop(_ name: String) throws { try Self.mustSucceed(lxc("stop", "-k", "-n", name)) }

    /// What a command in a container prints; it must succeed.
    func inside(_ name: String, _ command: String) throws -> String {
        try Self.mustSucceed(lxc("attach", "-n", name, "--", "/bin/sh", "-c", command)).output
    }

    /// Whether an address answers a container within a few seconds.
    func reaches(_ address: String, from name: String) throws -> Bool {
        try fixture.eventually(seconds: 8) {
            try lxc("attach", "-n", name, "--", "/bin/ping", "-c", "1", "-W", "1", address).code == 0
        }
    }

    /// Whether an address answers the host within a few seconds.
    func reaches(_ address: String) throws -> Bool {
        try fixture.eventually(seconds: 8) { try run("/bin/busybox", ["ping", "-c", "1", "-W", "1", address]).code == 0 }
    }

    /// Names of this host's devices, sorted.
    func links() throws -> [String] {
        try ip("-o link").split(separator: "\n").compactMap { line in
            line.split(separator: " ").dropFirst().first.map { String($0.prefix { $0 != "@" && $0 != ":" }) }
        }.sorted()
    }

    /// Numbers that the journal of a running container holds: `supervisor` or `init`.
    func process(_ kind: String, of name: String) throws -> Int32? {
        let journal = fixture.installation.run + fixture.lxcpath + "/\(name).journal"
        guard try FileStatus.ifPresent(journal) != nil else { return nil }
        return try WholeFile.text(journal).split(separator: "\n").first { $0.hasPrefix(kind + " ") }.flatMap {
            Int32($0.split(separator: " ")[1])
        }
    }

    /// Kills supervisor and init at once, so that nobody is left to clean up, and waits until both have ended: a
    /// killed process holds its sockets for another moment.
    func killAll(of name: String) throws {
        let victims = try ["supervisor", "init"].compactMap { try process($0, of: name) }
        guard victims.count == 2 else { throw FixtureFailure("\(name) does not run: \(victims)") }
        // Each handle is open before the first kill: the end of one is the end of the other.
        let supervisor = try PidFD(victims[0])
        let initProcess = try PidFD(victims[1])
        try supervisor.send(9)
        do { try initProcess.send(9) } catch { guard error.errno == .noSuchProcess else { throw error } }
        guard supervisor.waitForEnd(milliseconds: 10_000), initProcess.waitForEnd(milliseconds: 10_000) else {
            throw FixtureFailure("\(name) survives a kill: \(victims)")
        }
    }

    @discardableResult
    static func mustSucceed(_ result: ToolResult) throws -> ToolResult {
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result
    }
}

/// Runs a test's body on a host of its own.
func withNetwork(_ body: (NetworkScene) throws -> Void) throws {
    try withContainers { fixture in try body(NetworkScene(fixture)) }
}
