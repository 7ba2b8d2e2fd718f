// SPDX-License-Identifier: Apache-2.0
import LXC
import Testing

/// Configurations as values.
struct ConfigurationTests {
    private let text = """
        # a comment
        lxc.uts.name = web
        lxc.mount.entry = /a a none bind
        lxc.mount.entry = /b b none bind
        lxc.net.0.type = veth
        lxc.net.0.link = lxcbr0

        """

    @Test func reads() throws {
        let configuration = try Configuration(parsing: text)
        #expect(configuration["lxc.uts.name"] == "web")
        #expect(configuration["lxc.utsname"] == "web", "by its historic name")
        #expect(configuration["lxc.tty.dir"] == "")
        #expect(configuration["lxc.no.such.key"] == nil)
        #expect(configuration.values(of: "lxc.mount.entry") == ["/a a none bind", "/b b none bind"])
        #expect(configuration["lxc.mount.entry"] == "/a a none bind\n/b b none bind")
        #expect(configuration.keys(under: "lxc.net") == ["0"])
        #expect(configuration.keys(under: "lxc.net.0").contains("veth.pair"))
        #expect(configuration.text == text)
        #expect(Configuration.isSupported("lxc.rootfs") && !Configuration.isSupported("lxc.rootfz"))
    }

    @Test func changes() throws {
        var configuration = try Configuration(parsing: text)
        try configuration.set("lxc.uts.name", to: "other")
        try configuration.append("/c c none bind", to: "lxc.mount.entry")
        #expect(configuration.values(of: "lxc.mount.entry").count == 3)
        try configuration.set("lxc.mount.entry", to: "/d d none bind")
        #expect(configuration.values(of: "lxc.mount.entry") == ["/d d none bind"])
        try configuration.set("lxc.mount.entry", to: ["/e e none bind", "/f f none bind"])
        #expect(configuration.values(of: "lxc.mount.entry") == ["/e e none bind", "/f f none bind"])
        try configuration.clear("lxc.net")
        #expect(configuration.keys(under: "lxc.net") == [])
        let again = try Configuration(parsing: configuration.text)
        #expect(again["lxc.uts.name"] == "other" && again.values(of: "lxc.mount.entry").count == 2)
        #expect(again.text.hasPrefix("# a comment\n"))
    }

    @Test func whatIsNotValidChangesNothing() throws {
        var configuration = try Configuration(parsing: text)
        let failure = #expect(throws: LXCError.self) { try configuration.set("lxc.start.auto", to: "perhaps") }
        #expect(failure?.code == .invalidConfiguration && failure?.what.contains("lxc.start.auto") == true)
        #expect(throws: LXCError.self) { try configuration.set("lxc.mount.entry", to: ["/e e none bind", "nonsense"]) }
        #expect(throws: LXCError.self) { try configuration.clear("lxc.no.such.key") }
        #expect(configuration.text == text && configuration.values(of: "lxc.mount.entry").count == 2)
        let place = #expect(throws: LXCError.self) { _ = try Configuration(parsing: "\n\nlxc.nonsense = 1\n", name: "mine") }?.place
        #expect(place?.file == "mine" && place?.line == 3)
    }
}
