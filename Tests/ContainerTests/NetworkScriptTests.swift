// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// `script.up` and `script.down`, and what is said when a network cannot be made.
@Suite(.needsRoot) struct NetworkScriptTests {
    /// Writes a script that notes its arguments and variables.
    private func script(_ net: NetworkScene) throws -> (path: String, log: String) {
        let log = net.fixture.lxcpath + "/script.log"
        let path = net.fixture.lxcpath + "/script"
        try net.fixture.write(
            path, "#!/bin/sh\necho \"args: $*\" >> \(log)\nenv | grep LXC_ | sort >> \(log)\necho end >> \(log)\n", mode: 0o755)
        return (path, log)
    }

    /// One entry of the log for each call.
    private func calls(_ log: String) throws -> [String] {
        try WholeFile.text(log).split(separator: "\n").map(String.init).split(separator: "end").map { $0.joined(separator: "\n") }
    }

    @Test("S1.51 S2.17 S3.03: arguments and variables of the scripts", arguments: [0, 1]) func argumentsAndVariables(version: Int) throws {
        try withNetwork { net in
            try net.bridge("br0")
            let (path, log) = try script(net)
            let name = try net.container(
                "scripts",
                [
                    "lxc.hook.version = \(version)", "lxc.network.type = veth", "lxc.network.link = br0", "lxc.network.veth.pair = vs0",
                    "lxc.network.script.up = \(path) one", "lxc.network.script.down = \(path)", "lxc.network.type = macvlan",
                    "lxc.network.link = br0", "lxc.network.script.up = \(path)", "lxc.network.script.up = \(path) second",
                ])
            try net.start(name)
            try net.stop(name)
            let calls = try calls(log)
            let start = version == 0 ? "\(name) net up " : ""
            let down = version == 0 ? "\(name) net down " : ""
            #expect(
                calls.compactMap { $0.split(separator: "\n").first.map(String.init) } == [
                    "args: one \(start)veth br0 vs0", "args: \(start)macvlan br0", "args: second \(start)macvlan br0",
                    "args: \(down)veth br0 vs0",
                ])
            let new = ["LXC_HOOK_TYPE=up", "LXC_HOOK_SECTION=net", "LXC_NET_TYPE=veth", "LXC_NET_PARENT=br0", "LXC_NET_PEER=vs0"]
            for line in new { #expect(calls[0].contains(line) == (version == 1), "\(line) in \(calls[0])") }
            #expect(calls[0].contains("LXC_NAME=\(name)") && !calls[0].contains("LXC_PID="))
            #expect(calls[3].contains("LXC_PID=") && calls[3].contains("LXC_NET_NS=/proc/") && calls[1].contains("LXC_NET_PEER") == false)
        }
    }

    /// A supervisor that is killed leaves the script to whoever comes next, once.
    @Test func theDownScriptOfAKilledRunIsMadeUpFor() throws {
        try withNetwork { net in
            let (path, log) = try script(net)
            let name = try net.container(
                "killed", ["lxc.net.0.type = veth", "lxc.net.0.veth.pair = vk0", "lxc.net.0.script.down = \(path)"])
            try net.start(name)
            try net.killAll(of: name)
            for _ in 0..<3 { _ = try net.lxc("info", "-n", name) }
            #expect(try calls(log).count == 1 && calls(log)[0].hasPrefix("args: \(name) net down veth vk0"))
        }
    }

    /// A network of type empty has its scripts too, one of them alone included.
    @Test func anEmptyNetworkRunsItsDownScript() throws {
        try withNetwork { net in
            let (path, log) = try script(net)
            let name = try net.container("empty", ["lxc.net.0.type = empty", "lxc.net.0.script.down = \(path)"])
            try net.start(name)
            try net.stop(name)
            #expect(try calls(log).map { $0.split(separator: "\n").first.map(String.init) } == ["args: \(name) net down empty"])
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let lines: [String]
        let words: [String]
        var testDescription: String { lines.joined(separator: "; ") }
    }

    @Test(arguments: [
        Case(
            lines: ["lxc.net.0.link = nobr0"],
            words: ["cannot make a veth on nobr0", "no network device of that name", "lxc.net.0.link", "config:", "lxc-net start"]),
        Case(lines: ["lxc.net.0.link = lo"], words: ["cannot use lo as a bridge", "another kind", "lxc.net.0.link", "config:"]),
        Case(lines: ["lxc.net.0.veth.pair = lo"], words: ["cannot make the veth lo", "file exists", "lxc.net.0.veth.pair", "config:"]),
        Case(lines: ["lxc.net.0.ipv4.gateway = 10.0.0.1"], words: ["cannot set a gateway", "flags = up", "config:"]),
        Case(
            lines: ["lxc.net.0.link = br0", "lxc.net.0.flags = up", "lxc.net.0.ipv4.gateway = auto"],
            words: ["br0 has no IPv4 address", "lxc.net.0.ipv4.gateway", "config:"]),
        Case(
            lines: ["lxc.net.0.ipv4.address = 10.0.0.1/24", "lxc.net.0.ipv4.address = 10.0.0.1/24"],
            words: ["cannot give eth0 the address 10.0.0.1/24", "lxc.net.0.ipv4.address", "config:"]),
        Case(
            lines: ["lxc.net.0.script.up = sh -c 'echo no cable; exit 3'"],
            words: ["network up script", "status 3", "it said: no cable", "lxc.net.0.script.up", "config:"]),
        Case(lines: ["lxc.net.1.type = phys", "lxc.net.1.link = nohw0"], words: ["cannot make a phys on nohw0", "lxc.net.1.link"]),
    ])
    func aBrokenNetworkExplainsItself(broken: Case) throws {
        try withNetwork { net in
            try net.bridge("br0")
            let name = try net.container("broken", ["lxc.net.0.type = veth"] + broken.lines)
            let result = try net.lxc("start", "-n", name)
            #expect(result.code == 1 && result.error.split(separator: "\n").count <= 5, "\(result)")
            for word in broken.words { #expect(result.error.contains(word), "\(word) in \(result)") }
            #expect(try net.fixture.eventually { try net.links() == ["br0", "lo"] })
        }
    }
}
