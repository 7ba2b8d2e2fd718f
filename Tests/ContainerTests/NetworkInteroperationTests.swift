// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Debian's tools see the network of a container that ours started, and ours that of one that Debian's started.
@Suite(.needsRoot, .needsPeerLXC) struct NetworkInteroperationTests {
    /// C LXC asks sysfs what is a bridge, and sysfs shows the devices of the namespace that it was mounted in.
    private static let withSysfs = """
        folder=$(mktemp -d); mount -t sysfs sysfs $folder
        for part in devices/virtual/net class/net; do mount --bind $folder/$part /sys/$part; done
        umount -l $folder; rmdir $folder; exec $0 "$@"
        """

    @Test(arguments: ["ours", "Debian's"]) func bothSidesSayTheSame(starter: String) throws {
        try withNetwork { net in
            try net.bridge("br0", "10.9.0.1/24")
            let peers = try #require(PeerTools.folder)
            let name = try net.container(
                "shared",
                [
                    "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 10.9.0.2/24",
                    "lxc.net.0.ipv4.address = 10.9.0.3/24", "lxc.net.0.ipv6.address = fd00:9::2/64", "lxc.net.1.type = veth",
                    "lxc.net.1.name = other",
                ])
            net.fixture.atEnd("cgroups of C LXC") { try PeerTools.removeCgroups(containing: net.fixture.tag) }
            if starter == "ours" {
                try net.start(name)
            } else {
                net.fixture.atEnd("container \(name)") { _ = try net.lxc("stop", "-k", "-n", name) }
                try NetworkScene.mustSucceed(
                    net.run(
                        "/usr/bin/unshare",
                        ["-m", "sh", "-ec", Self.withSysfs, peers + "/lxc-start", "-P", net.fixture.lxcpath, "-n", name]))
            }
            let questions = [
                ["lxc-info", "-n", name, "-i"], ["lxc-info", "-n", name, "-c", "lxc.net.0.link", "-c", "lxc.net.1.type"],
                ["lxc-ls", "-f", "-F", "name,state,interface,ipv4,ipv6"],
            ]
            for question in questions {
                let path = ["-P", net.fixture.lxcpath] + question.dropFirst()
                let (own, theirs) = (
                    try net.run(net.fixture.installation.bin + "/" + question[0], path), try net.run(peers + "/" + question[0], path)
                )
                #expect(own.code == 0 && own.output == theirs.output, "\(own)\n\(theirs)")
            }
            let links = try net.lxc("info", "-n", name, "-S").lines.filter { $0.hasPrefix("Link:") }
            #expect(links.count == 2 && links.allSatisfy { $0.contains(" veth") }, "\(links)")
        }
    }
}
