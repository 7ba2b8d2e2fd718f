// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Netlink

/// A host of its own for the tests of `lxc-user-nic`: mount and network namespaces with other users, another policy, and a bridge.
/// Nothing of the real host is changed, and no two tests meet.
final class UserNicWorld: @unchecked Sendable {
    static let first: UInt32 = 41001
    static let second: UInt32 = 41002
    /// A group of both.
    static let group: UInt32 = 41009
    private static let users = """
        root:x:0:0:root:/root:/bin/sh
        lxc:x:41001:41001::/:/bin/sh
        lxcunpriv:x:41002:41002::/:/bin/sh

        """
    private static let groups = "root:x:0:\nlxc:x:41001:\nlxcunpriv:x:41002:\nnetters:x:41009:\nlate:x:1065534:\n"

    let fixture: ContainerFixture
    /// The copy of the program that the users of this world can reach.
    let program: String
    private let launcher: String
    private let holder: BackgroundProgram
    /// A process of this world.
    var holderPID: Int32 { holder.pid }
    private let network: OwnedDescriptor

    init(_ fixture: ContainerFixture, policy: [String]) throws {
        self.fixture = fixture
        let folder = fixture.lxcpath
        let (run, sysconf) = (DirectoryHandle.split(fixture.installation.run).parent, fixture.installation.sysconf)
        program = folder + "/bin/lxc-user-nic"
        launcher = try fixture.compile("launch")
        try fixture.write(folder + "/passwd", Self.users)
        try fixture.write(folder + "/group", Self.groups)
        let setUp = """
            set -e
            mkdir -p \(folder)/bin \(sysconf) /\(run)
            mount -t tmpfs none \(folder)/bin
            install -m 4755 \(fixture.installation.libexec)/lxc-user-nic \(program)
            mount --bind \(folder)/passwd /etc/passwd
            mount --bind \(folder)/group /etc/group
            mount -t tmpfs -o mode=0755 none \(sysconf)
            mount -t tmpfs -o mode=0755 none /\(run)
            mount -t tmpfs -o mode=0755 none /usr/local/bin
            ip link add br1 mtu 1400 type bridge
            ip link add br10 type bridge
            ip link add link br10 name ovs1 type macvlan
            ip link set br1 up
            echo ready
            exec sleep 1000
            """
        holder = try fixture.background(
            "/usr/bin/unshare", ["--mount", "--net", "--propagation", "private", "/bin/sh", "-c", setUp])
        network = try Namespaces.open("net", of: holder.pid)
        try write(policyPath, policy.joined(separator: "\n") + "\n")
    }

    // MARK: - Files of this world

    var policyPath: String { fixture.installation.sysconf + "/lxc-usernet" }
    var databasePath: String { fixture.installation.run + "/nics" }

    /// The path by which the test reaches a file of this world.
    func outside(_ path: String) -> String { "/proc/\(holder.pid)/root\(path)" }

    func write(_ path: String, _ text: String, mode: UInt32 = 0o644) throws {
        let file = try OwnedDescriptor(opening: outside(path), [.writeOnly, .create, .truncate], mode: mode)
        try file.setPermissions(mode)
        try file.writeAll(text.kernelBytes)
    }

    /// Lines of the database; none when there is no file.
    func database() throws -> [String] {
        guard try FileStatus.ifPresent(outside(databasePath)) != nil else { return [] }
        return try WholeFile.text(outside(databasePath)).split(separator: "\n").map(String.init)
    }

    // MARK: - Programs in this world

    /// Runs something as root of this world.
    @discardableResult
    func root(_ words: String...) throws -> ToolResult {
        let result = try fixture.run("/usr/bin/nsenter", enter + words)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result
    }

    /// Runs any program as a user.
    func run(as user: UInt32, _ words: [String], options: [String] = [], seconds: Int32 = 20) throws -> ToolResult {
        try fixture.run("/usr/bin/nsenter", command(as: user, words, options: options), seconds: seconds)
    }

    /// Starts any program as a user; its end is the test's business.
    func background(as user: UInt32, _ words: [String]) throws -> BackgroundProgram {
        try fixture.background("/usr/bin/nsenter", command(as: user, words))
    }

    /// The words of nsenter(1) that run a program as a user, in the group of both.
    func command(as user: UInt32, _ words: [String], options: [String] = []) -> [String] {
        enter + [launcher, "-u", "\(user)", "-G", "\(Self.group)"] + options + words
    }

    private var enter: [String] { ["-t", "\(holder.pid)", "--mount", "--net"] }

    /// A network namespace of a user: a process that waits in it.
    func container(of user: UInt32) throws -> Int32 {
        let words = ["/usr/bin/unshare", "-U", "-r", "-n", "/bin/sh", "-c", "echo ready; exec sleep 1000"]
        return try background(as: user, words).pid
    }

    /// Makes a device.
    func create(
        as user: UInt32, _ pid: Int32, bridge: String = "br1", name: String? = nil, options: [String] = []
    ) throws -> ToolResult {
        let words = [program, "create", "/path", "name", "\(pid)", "veth", bridge] + (name.map { [$0] } ?? [])
        return try run(as: user, words, options: options)
    }

    func delete(as user: UInt32, _ pid: Int32, type: String = "veth", bridge: String, _ interface: String) throws -> ToolResult {
        try run(as: user, [program, "delete", "/path", "name", "/proc/\(pid)/ns/net", type, bridge, interface])
    }

    // MARK: - Devices

    func socket() throws -> NetlinkSocket { try NetlinkSocket(in: network.number, label: "test world") }

    /// The host's ends.
    func devices() throws -> [Link] {
        var socket = try socket()
        return try socket.links().filter { $0.kind == "veth" }
    }

    func devices(in pid: Int32) throws -> [Link] {
        let namespace = try Namespaces.open("net", of: pid)
        var socket = try NetlinkSocket(in: namespace.number, label: "test container")
        return try socket.links().filter { !$0.isLoopback }
    }
}

/// Runs a test's body in such a world.
func withUserNicWorld(policy: [String], _ body: (UserNicWorld) throws -> Void) throws {
    try withContainers { fixture in try body(UserNicWorld(fixture, policy: policy)) }
}
