// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Row F6 of the kill matrix: kill -9 at any moment of a start or a stop of a container that has a device of the host, an answer of the
/// host for its address, and a veth with a fixed name.
@Suite(.needsRoot, .serialized) struct NetworkKillTests {
    enum Moment: String, CaseIterable, Sendable { case start, stop }

    @Test(arguments: Moment.allCases, Victim.allCases)
    func whatTheHostLentComesBack(moment: Moment, victim: Victim) throws {
        try withNetwork { net in
            try net.bridge("lan0", "10.4.0.1/24")
            try NetworkScene.mustSucceed(net.run("/bin/sh", ["-c", "echo 1 > /proc/sys/net/ipv4/conf/lan0/forwarding"]))
            try net.ip("tuntap add dev hard0 mode tap")
            try net.ip("link property add dev hard0 altname spare")
            let name = try net.container(
                "kill",
                [
                    "lxc.net.0.type = phys", "lxc.net.0.link = hard0", "lxc.net.0.name = eth7", "lxc.net.0.mtu = 1300",
                    "lxc.net.1.type = veth", "lxc.net.1.veth.mode = router", "lxc.net.1.link = lan0", "lxc.net.1.flags = up",
                    "lxc.net.1.l2proxy = 1", "lxc.net.1.veth.pair = vkill", "lxc.net.1.ipv4.address = 10.4.0.99/32",
                ])
            let scene = KillScene(fixture: net.fixture, name: name)
            net.fixture.atEnd("container \(name)") { _ = try net.lxc("stop", "-k", "-n", name) }
            let links = try net.links()
            var count = KillCount(title: "network, \(moment), \(victim)")
            let start = try NetworkScene.mustSucceed(net.lxc("start", "-n", name))
            let stop = try NetworkScene.mustSucceed(net.lxc("stop", "-k", "-n", name))
            count.usual = moment == .start ? start.duration : stop.duration
            for round in 0..<KillScene.repetitions {
                if moment == .stop { try NetworkScene.mustSucceed(net.lxc("start", "-n", name)) }
                let tool = moment == .start ? try net.begin("start", "-n", name) : try net.begin("stop", "-k", "-n", name)
                let delay = KillScene.moment(of: count.usual)
                Pause.microseconds(delay)
                count.hits += try scene.strike(victim, tool) ? 1 : 0
                try tool.wait(seconds: 15)
                count.rounds += 1
                guard try isRestored(net, name, links, "round \(round), \(victim) after \(delay) µs") else { break }
            }
            print(count)
        }
    }

    private func isRestored(_ net: NetworkScene, _ name: String, _ links: [String], _ moment: String) throws -> Bool {
        // A supervisor that was left alone runs the container, or is about to; without one the first question cleans up.
        let isOver = try net.fixture.eventually(seconds: 10) {
            if try net.lxc("info", "-n", name, "-sH").output == "RUNNING\n" { _ = try net.lxc("stop", "-k", "-n", name) }
            return try net.lxc("info", "-n", name, "-sH").output == "STOPPED\n" && net.fixture.supervisor(name) == nil
        }
        _ = try net.lxc("info", "-n", name)
        let isBack = try net.fixture.eventually(seconds: 5) { try net.links() == links }
        let device = try net.ip("link show dev hard0")
        let neighbours = try net.ip("neigh show proxy")
        let isWhole = device.contains("altname spare") && device.contains("mtu 1500") && !neighbours.contains("10.4.0.99")
        let now = try net.links()
        #expect(isOver && isBack && isWhole, "\(moment): \(now) \(device) \(neighbours)")
        let start = try net.lxc("start", "-n", name)
        #expect(start.code == 0, "\(moment): \(start)")
        try net.stop(name)
        return isOver && isBack && isWhole && start.code == 0
    }
}
