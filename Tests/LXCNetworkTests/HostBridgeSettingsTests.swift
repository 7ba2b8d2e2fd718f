// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Testing

@testable import LXCNetwork

/// From the variables to what is made, and to the command line and rules that other programs get.
@Suite struct HostBridgeSettingsTests {
    static func settings(_ text: String = "") throws -> BridgeSettings {
        var file = SysconfigFile(SettingVariable.defaults)
        try file.read(text.kernelBytes, file: "/etc/default/lxc-net")
        return try BridgeSettings(file.variables)
    }

    @Test func withoutAFileThereIsTheUsualBridge() throws {
        let settings = try Self.settings()
        #expect(settings.isWanted && settings.bridge == "lxcbr0" && settings.ipv4.network.description == "10.0.3.0/24")
        #expect(settings.ipv4.address.description == "10.0.3.1" && settings.range == "10.0.3.2,10.0.3.254" && settings.mostLeases == 253)
        #expect(settings.hardwareAddress == [0, 0x16, 0x3E, 0, 0, 0] && settings.ipv6 == nil && settings.prefersNFT && settings.pings)
    }

    @Test func networkAndRangeFollowFromAnAddressAlone() throws {
        let settings = try Self.settings("LXC_ADDR=192.168.77.254\nLXC_NETMASK=255.255.255.128\nLXC_IPV6_ADDR=fd00:3::1")
        #expect(settings.ipv4.network.description == "192.168.77.128/25" && settings.range == "192.168.77.129,192.168.77.253")
        #expect(settings.ipv6?.network.description == "fd00:3::/64" && settings.ipv6?.prefixLength == 64)
        #expect(try Self.settings("LXC_ADDR=10.1.0.1\nLXC_NETMASK=16").range == "10.1.0.2,10.1.255.254")
        #expect(try Self.settings("LXC_ADDR=10.0.3.1\nLXC_NETMASK=255.255.255.252").range == "10.0.3.2,10.0.3.2")
    }

    static let refused: [(text: String, variable: String, hint: String)] = [
        ("LXC_ADDR=10.0.3", "LXC_ADDR", "write one such as 10.0.3.1"),
        ("LXC_ADDR=10.0.3.0", "LXC_ADDR", "write one between its first and its last"),
        ("LXC_NETMASK=255.0.255.0", "LXC_NETMASK", "write one such as 255.255.255.0"),
        ("LXC_NETMASK=255.255.255.255", "LXC_NETMASK", "write one such as 255.255.255.0"),
        ("LXC_ADDR=10.0.4.1\nLXC_NETWORK=10.0.3.0/24", "LXC_NETWORK", "write 10.0.4.0/24, or change the address"),
        ("LXC_NETWORK=10.0.3.0/33", "LXC_NETWORK", "write one such as 10.0.3.0/24"),
        ("LXC_DHCP_RANGE=10.0.4.2,10.0.4.9", "LXC_DHCP_RANGE", "write 10.0.3.2,10.0.3.254, or remove the line"),
        ("LXC_DHCP_RANGE=--conf-file=/x", "LXC_DHCP_RANGE", "write one such as 10.0.3.2,10.0.3.254"),
        ("LXC_DHCP_MAX=many", "LXC_DHCP_MAX", "write one, without a sign"),
        ("LXC_DHCP_MAX=+5", "LXC_DHCP_MAX", "write one, without a sign"),
        ("USE_LXC_BRIDGE=yes", "USE_LXC_BRIDGE", "write true or false"),
        ("LXC_BRIDGE='a b'", "LXC_BRIDGE", "write 1 to 15 letters and digits, such as lxcbr0"),
        ("LXC_BRIDGE=abcdefghijklmnop", "LXC_BRIDGE", "write 1 to 15 letters and digits, such as lxcbr0"),
        ("LXC_BRIDGE='x\"; flush ruleset'", "LXC_BRIDGE", "write 1 to 15 letters and digits, such as lxcbr0"),
        ("LXC_DHCP_CONFILE=dnsmasq.conf", "LXC_DHCP_CONFILE", "write the whole path"),
        ("LXC_DOMAIN='a b'", "LXC_DOMAIN", "write one such as lxc"), ("LXC_IPV6_ADDR=fd00", "LXC_IPV6_ADDR", "write one such as fd00:3::1"),
    ]

    @Test(arguments: refused) func aValueThatCannotBeUsedIsNamedWithItsLine(_ sample: (text: String, variable: String, hint: String)) throws
    {
        let failure = #expect(throws: HostNetworkFailure.self) { try Self.settings(sample.text) }
        #expect(failure?.variable == sample.variable && failure?.hint == sample.hint)
        #expect(failure?.origin?.file == "/etc/default/lxc-net")
    }

    @Test func dnsmasqGetsWhatTheSettingsSay() throws {
        let text = """
            LXC_DOMAIN=lxc
            LXC_DHCP_PING=false
            LXC_DHCP_CONFILE=/etc/lxc/dnsmasq.conf
            LXC_IPV6_ADDR=fd00:3::1
            """
        let words = DnsmasqCommand.arguments(try Self.settings(text), runFolder: "/run/lxc", leaseFolder: "/var/lib/misc", user: "dnsmasq")
        #expect(
            words == [
                "--conf-file=/etc/lxc/dnsmasq.conf", "--pid-file=/run/lxc/dnsmasq.pid", "--user=dnsmasq", "--interface=lxcbr0",
                "--except-interface=lo", "--bind-interfaces", "--listen-address=10.0.3.1", "--strict-order", "--domain=lxc",
                "--server=/lxc/", "--dhcp-range=10.0.3.2,10.0.3.254", "--dhcp-lease-max=253", "--dhcp-no-override",
                "--dhcp-authoritative", "--dhcp-leasefile=/var/lib/misc/dnsmasq.lxcbr0.leases", "--no-ping",
                "--dhcp-range=fd00:3::1,ra-only", "--listen-address=fd00:3::1",
            ])
        let plain = DnsmasqCommand.arguments(try Self.settings(), runFolder: "/run/lxc", leaseFolder: "/l", user: nil)
        #expect(plain.first == "--conf-file=/dev/null" && !plain.contains { $0.hasPrefix("--user") || $0 == "--no-ping" })
    }

    @Test func dnsmasqRunsAsTheFirstUserThatTheHostHas() {
        #expect(DnsmasqCommand.user(in: "root:x:0\nnobody:x:9\ndnsmasq:x:8\n".kernelBytes) == "dnsmasq")
        #expect(DnsmasqCommand.user(in: "lxc-dnsmasq:x:1\ndnsmasq:x:8".kernelBytes) == "lxc-dnsmasq")
        #expect(DnsmasqCommand.user(in: "root:x:0\n\n:::\n".kernelBytes) == nil)
    }

    @Test func nftGetsOneTransaction() throws {
        let translation = AddressTranslation(try Self.settings("LXC_IPV6_ADDR=fd00:3::1\nLXC_IPV6_NAT=true"))
        #expect(
            translation.nftRemoval == """
                table inet lxc
                delete table inet lxc
                table ip lxc
                delete table ip lxc
                table ip6 lxc
                delete table ip6 lxc

                """)
        #expect(translation.nftRules.hasPrefix(translation.nftRemoval))
        #expect(translation.nftRules.holds("ip saddr 10.0.3.0/24 ip daddr != 10.0.3.0/24 counter masquerade\n"))
        #expect(translation.nftRules.holds("ip6 saddr fd00:3::/64 ip6 daddr != fd00:3::/64 counter masquerade\n"))
        #expect(translation.nftRules.holds("iifname \"lxcbr0\" meta l4proto { tcp, udp } th dport { 53, 67 } accept\n"))
        #expect(AddressTranslation(try Self.settings("LXC_IPV6_ADDR=fd00:3::1")).nftTables == ["inet lxc", "ip lxc"])
    }

    /// Word for word those of C LXC, which takes them away by their words.
    @Test func iptablesGetsTheRulesThatCLXCKnows() throws {
        let rules = AddressTranslation(try Self.settings("LXC_IPV6_ADDR=fd00:3::1\nLXC_IPV6_NAT=true")).rules
        let lines = rules.map { ($0.isIPv6 ? "6 " : "") + $0.arguments("-C").dropFirst().joined(separator: " ") }
        #expect(
            lines == [
                "-t filter -C INPUT -i lxcbr0 -p udp --dport 67 -j ACCEPT", "-t filter -C INPUT -i lxcbr0 -p udp --dport 53 -j ACCEPT",
                "-t filter -C INPUT -i lxcbr0 -p tcp --dport 67 -j ACCEPT", "-t filter -C INPUT -i lxcbr0 -p tcp --dport 53 -j ACCEPT",
                "-t filter -C FORWARD -i lxcbr0 -j ACCEPT", "-t filter -C FORWARD -o lxcbr0 -j ACCEPT",
                "-t nat -C POSTROUTING -s 10.0.3.0/24 ! -d 10.0.3.0/24 -j MASQUERADE",
                "6 -t nat -C POSTROUTING -s fd00:3::/64 ! -d fd00:3::/64 -j MASQUERADE",
                "-t mangle -C POSTROUTING -o lxcbr0 -p udp -m udp --dport 68 -j CHECKSUM --checksum-fill",
            ])
        #expect(rules.filter { $0.isOptional }.map { $0.table } == ["mangle"])
    }

    @Test func theRecordComesBackAsItWasWritten() throws {
        let record = HostNetworkRecord(
            try Self.settings("LXC_IPV6_ADDR=fd00:3::1\nLXC_IPV6_NAT=true"), isBridgeOurs: false, filter: "nft")
        #expect(HostNetworkRecord(parsing: record.text) == record)
        for text in ["", "version=swift-lxc 1\n", "x", "version=swift-lxc 1\nbridge=b\nnetwork=1\n", record.text + "address=1.2.3.4/99\n"] {
            #expect(HostNetworkRecord(parsing: text) == nil)
        }
    }
}
