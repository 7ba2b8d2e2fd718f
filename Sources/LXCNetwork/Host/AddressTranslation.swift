// SPDX-License-Identifier: Apache-2.0

/// The packet filter's part of the bridge: containers reach the world under the host's address, and dnsmasq is let in.
///
/// Tables, chains and rules have the names that C LXC's lxc-net gives them, so each program can take away what the other made.
package struct AddressTranslation: Sendable, Equatable {
    package let bridge: String
    package let ipv4: IPNetwork
    /// nil when IPv6 goes out untranslated.
    package let ipv6: IPNetwork?

    package init(bridge: String, ipv4: IPNetwork, ipv6: IPNetwork?) {
        self.bridge = bridge
        self.ipv4 = ipv4
        self.ipv6 = ipv6
    }

    package init(_ settings: BridgeSettings) {
        self.init(bridge: settings.bridge, ipv4: settings.ipv4.network, ipv6: settings.translatesIPv6 ? settings.ipv6?.network : nil)
    }
}

// MARK: nft

extension AddressTranslation {
    /// What nft gets to set everything up, as one transaction: all of it is there afterwards, or nothing has changed.
    package var nftRules: String {
        var text =
            nftRemoval + """
                table inet lxc {
                    chain input {
                        type filter hook input priority 0
                        iifname "\(bridge)" meta l4proto { tcp, udp } th dport { 53, 67 } accept
                    }
                    chain forward {
                        type filter hook forward priority 0
                        iifname "\(bridge)" accept
                        oifname "\(bridge)" accept
                    }
                }

                """
        text += Self.masquerading("ip", ipv4)
        if let ipv6 { text += Self.masquerading("ip6", ipv6) }
        return text
    }

    /// What nft gets to take everything away; what is not there is no error.
    package var nftRemoval: String {
        // Only what exists can be deleted, and making what exists changes nothing.
        nftTables.map { "table \($0)\ndelete table \($0)\n" }.joined()
    }

    /// Family and name of each table.
    package var nftTables: [String] { ["inet lxc", "ip lxc"] + (ipv6 == nil ? [] : ["ip6 lxc"]) }

    private static func masquerading(_ family: String, _ network: IPNetwork) -> String {
        """
        table \(family) lxc {
            chain postrouting {
                type nat hook postrouting priority 100
                \(family) saddr \(network) \(family) daddr != \(network) counter masquerade
            }
        }

        """
    }
}

// MARK: iptables

extension AddressTranslation {
    /// One rule of iptables or ip6tables.
    package struct Rule: Sendable, Equatable {
        package var isIPv6 = false
        package var table = "filter"
        package var chain: String
        /// Whether it goes before the rules that are there.
        package var isFirst: Bool
        package var words: [String]
        /// Whether the bridge is of use without it.
        package var isOptional = false

        /// The arguments that carry out `verb`, one of `-C`, `-A`, `-I`, `-D`.
        package func arguments(_ verb: String) -> [String] { ["-w", "-t", table, verb, chain] + words }
    }

    /// The rules for hosts without nft.
    package var rules: [Rule] {
        var rules: [Rule] = []
        for transport in ["udp", "tcp"] {
            for port in ["67", "53"] {
                rules.append(
                    Rule(chain: "INPUT", isFirst: true, words: ["-i", bridge, "-p", transport, "--dport", port, "-j", "ACCEPT"]))
            }
        }
        for direction in ["-i", "-o"] {
            rules.append(Rule(chain: "FORWARD", isFirst: true, words: [direction, bridge, "-j", "ACCEPT"]))
        }
        rules.append(Self.masquerading(ipv4, isIPv6: false))
        if let ipv6 { rules.append(Self.masquerading(ipv6, isIPv6: true)) }
        // Clients of 2010 drop answers whose checksum the (virtual) hardware would have filled in. Newer kernels lack the target.
        let checksum = ["-o", bridge, "-p", "udp", "-m", "udp", "--dport", "68", "-j", "CHECKSUM", "--checksum-fill"]
        rules.append(Rule(table: "mangle", chain: "POSTROUTING", isFirst: false, words: checksum, isOptional: true))
        return rules
    }

    private static func masquerading(_ network: IPNetwork, isIPv6: Bool) -> Rule {
        let words = ["-s", network.description, "!", "-d", network.description, "-j", "MASQUERADE"]
        return Rule(isIPv6: isIPv6, table: "nat", chain: "POSTROUTING", isFirst: false, words: words)
    }
}
