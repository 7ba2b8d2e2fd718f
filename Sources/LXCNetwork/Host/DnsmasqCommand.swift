// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The command line of the dnsmasq that serves the bridge.
package enum DnsmasqCommand {
    /// Its pid file beneath the folder of run files, where C LXC's lxc-net has it too.
    package static func pidFile(in runFolder: String) -> String { runFolder + "/dnsmasq.pid" }

    /// The argument by which this dnsmasq is told from every other.
    package static func mark(in runFolder: String) -> String { "--pid-file=" + pidFile(in: runFolder) }

    /// The arguments after the program's name.
    ///
    /// - Parameters:
    ///   - settings: What it serves.
    ///   - runFolder: Where its pid file lies.
    ///   - leaseFolder: Where it keeps the addresses that it has lent.
    ///   - user: Whom it becomes after its start; nil for the one that it was built with.
    /// - Returns: The words.
    package static func arguments(_ settings: BridgeSettings, runFolder: String, leaseFolder: String, user: String?) -> [String] {
        // Without a file of its own it would read the host's /etc/dnsmasq.conf.
        var words = ["--conf-file=" + (settings.dnsmasqFile ?? "/dev/null"), mark(in: runFolder)]
        if let user { words.append("--user=" + user) }
        words += [
            "--interface=" + settings.bridge, "--except-interface=lo", "--bind-interfaces", "--listen-address=\(settings.ipv4.address)",
            "--strict-order",
        ]
        if let domain = settings.domain { words += ["--domain=" + domain, "--server=/\(domain)/"] }
        words += [
            "--dhcp-range=" + settings.range, "--dhcp-lease-max=\(settings.mostLeases)", "--dhcp-no-override", "--dhcp-authoritative",
            "--dhcp-leasefile=\(leaseFolder)/dnsmasq.\(settings.bridge).leases",
        ]
        if !settings.pings { words.append("--no-ping") }
        if let ipv6 = settings.ipv6 {
            words += ["--dhcp-range=\(ipv6.address),ra-only", "--listen-address=\(ipv6.address)"]
        }
        return words
    }

    /// The user to run as: the first of those made for this that the host has.
    ///
    /// `passwd`: the content of passwd(5).
    package static func user(in passwd: [UInt8]) -> String? {
        let names = passwd.split(separator: 0x0A).compactMap { line in
            line.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false).first.map { String(kernelBytes: $0) }
        }
        return ["lxc-dnsmasq", "dnsmasq", "nobody"].first { names.contains($0) }
    }
}
