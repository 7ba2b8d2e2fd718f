// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

/// A network namespace that lxc-net takes for the machine, with run files, settings and leases of its own.
struct PrivateNetwork {
    let fixture: ContainerFixture
    /// A process that keeps the namespaces.
    let keeper: BackgroundProgram
    /// The program under test.
    let program: String
    private let runFolder: String

    private static let nsenter = "/usr/bin/nsenter"
    private static let ip = "/usr/sbin/ip"

    /// Makes it with the content of `default/lxc-net`, in which the domain should be the fixture's tag: what is left behind shows then.
    ///
    /// `etc`, `run`, `leases`, `program`: those of the tests' installation unless given.
    init(
        _ fixture: ContainerFixture, _ settings: String = "", etc: String? = nil, run: String? = nil, leases: String? = nil,
        program: String? = nil
    ) throws {
        self.fixture = fixture
        let prefix = fixture.installation.prefix
        self.program = program ?? fixture.installation.libexec + "/lxc-net"
        runFolder = run ?? fixture.installation.run
        let defaults = (etc ?? prefix + "/etc") + "/default"
        let folders = [defaults, runFolder, leases ?? prefix + "/var/lib/misc"]
        let mounts = folders.map { "mkdir -p \($0); mount -t tmpfs -o mode=755 none \($0)" }.joined(separator: "; ")
        // Debian's script asks /sys for devices, and /sys shows those of the namespace in which it was mounted.
        let script =
            "set -e; \(mounts); mount -t sysfs none /sys; \(Self.ip) link set lo up; printf %s \"$1\" > \(defaults)/lxc-net; echo ready; exec sleep 1000"
        keeper = try fixture.background(
            "/usr/bin/unshare", ["--net", "--mount", "/bin/sh", "-c", script, "sh", "LXC_DOMAIN=\(fixture.tag)\n" + settings])
        let stop = arguments([self.program, "force-stop"])
        fixture.atEnd("lxc-net") { _ = try fixture.run(Self.nsenter, stop) }
    }

    private func arguments(_ words: [String]) -> [String] { ["-t", String(keeper.pid), "--net", "--mount", "--"] + words }

    /// Runs a program there.
    func run(_ words: String...) throws -> ToolResult { try fixture.run(Self.nsenter, arguments(words), seconds: 60) }

    /// Runs a program there, which must succeed; the result is what it prints.
    @discardableResult
    func succeed(_ words: String...) throws -> String {
        let result = try fixture.run(Self.nsenter, arguments(words), seconds: 60)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result.output
    }

    /// Runs lxc-net.
    func net(_ verb: String...) throws -> ToolResult { try fixture.run(Self.nsenter, arguments([program] + verb), seconds: 60) }

    /// Starts lxc-net and goes on.
    func begin(_ verb: String) throws -> BackgroundProgram { try fixture.launch(Self.nsenter, arguments([program, verb])) }

    /// Starts a program there that says "ready".
    func background(_ words: String...) throws -> BackgroundProgram { try fixture.background(Self.nsenter, arguments(words)) }

    /// Writes `default/lxc-net` anew.
    func write(_ settings: String) throws {
        let path = fixture.installation.prefix + "/etc/default/lxc-net"
        try succeed("/bin/sh", "-c", "printf %s \"$1\" > \(path)", "sh", "LXC_DOMAIN=\(fixture.tag)\n" + settings)
    }

    /// Addresses of a device, as `ip` writes them; empty when there is no such device.
    func addresses(_ device: String) throws -> [String] {
        let result = try run(Self.ip, "-o", "addr", "show", "dev", device, "scope", "global")
        return result.lines.compactMap { line in
            let words = line.split(separator: " ")
            return words.count > 3 ? String(words[3]) : nil
        }
    }

    /// What lxc-net can leave behind; empty when there is nothing.
    func residue() throws -> [String] {
        var left = try succeed(Self.ip, "-o", "link").split(separator: "\n").map(String.init).filter { !$0.contains(": lo:") }
        left += try succeed("/usr/sbin/nft", "list", "tables").split(separator: "\n").map(String.init).filter { $0.hasSuffix(" lxc") }
        left += dnsmasq().map { "dnsmasq \($0)" }
        left += try succeed("/usr/bin/find", runFolder, "-type", "f").split(separator: "\n").map(String.init)
            .filter { !$0.hasSuffix("/lxc-net.lock") }
        return left
    }

    /// The processes that serve this network.
    func dnsmasq() -> [Int32] {
        // One that has gone meanwhile serves nobody.
        ((try? DirectoryListing.names(in: "/proc")) ?? []).compactMap { Int32($0) }.filter { pid in
            guard let words = try? WholeFile.text("/proc/\(pid)/cmdline").split(separator: "\0") else { return false }
            return words.first?.hasSuffix("dnsmasq") == true && words.contains { $0.contains(fixture.tag) }
        }
    }

    /// A second namespace with a cable to the bridge, as a container has; its device is eth0.
    func client() throws -> Client {
        let script = "\(Self.ip) link set lo up; echo ready; exec sleep 1000"
        let keeper = try fixture.background("/usr/bin/unshare", ["--net", "/bin/sh", "-c", script])
        try succeed(Self.ip, "link", "add", "port0", "type", "veth", "peer", "name", "eth0", "netns", String(keeper.pid))
        try succeed(Self.ip, "link", "set", "port0", "up", "master", "lxcbr0")
        let client = Client(fixture: fixture, keeper: keeper)
        try client.succeed(Self.ip, "link", "set", "eth0", "up")
        return client
    }

    /// A namespace behind the bridge.
    struct Client {
        let fixture: ContainerFixture
        let keeper: BackgroundProgram

        /// Runs a program there.
        func run(_ words: String...) throws -> ToolResult {
            try fixture.run(PrivateNetwork.nsenter, ["-t", String(keeper.pid), "--net", "--"] + words, seconds: 60)
        }

        /// Runs a program there, which must succeed; the result is what it prints.
        @discardableResult
        func succeed(_ words: String...) throws -> String {
            let result = try fixture.run(
                PrivateNetwork.nsenter, ["-t", String(keeper.pid), "--net", "--"] + words, seconds: 60)
            guard result.code == 0 else { throw FixtureFailure("\(result)") }
            return result.output
        }

        /// Asks for an address as a container would, and takes it.
        func takeLease(hostName: String) throws -> String {
            let script = fixture.lxcpath + "/udhcpc"
            try fixture.write(
                script, "#!/bin/sh\n[ \"$1\" != bound ] || \(PrivateNetwork.ip) addr add $ip/24 dev $interface\n", mode: 0o755)
            try succeed(
                "/bin/busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "5", "-s", script, "-x", "hostname:" + hostName)
            let line = try succeed(PrivateNetwork.ip, "-o", "-4", "addr", "show", "dev", "eth0")
            return String(line.split(separator: " ").dropFirst(3).first?.split(separator: "/").first ?? "")
        }
    }
}
