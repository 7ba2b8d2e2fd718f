// SPDX-License-Identifier: Apache-2.0
import FuzzDriver
import Glibc
import LXCConfig
import LXCNetwork
import LinuxKernel

// Any text as a settings file of lxc-net, and as the kernel's table of sockets: it is read or refused, never trapped on. Whatever it says,
// nft gets the same number of lines, and no argument of dnsmasq is anything but the option that it is meant to be.
//
// Run it: scripts/fuzz.sh 60

exit(
    fuzz { data, count in
        let bytes = fuzzInput(data, count)
        let text = String(kernelBytes: bytes)
        _ = SocketTable(parsing: text, isTCP: true)
        // Other files would make the outcome depend on the machine.
        if !text.holds("/etc/") && !text.holds("/proc/") && !text.holds("/dev/") { checkSettings(bytes) }
        return 0
    })

private func checkSettings(_ bytes: [UInt8]) {
    var file = SysconfigFile()
    do {
        try file.read(bytes, file: "fuzz")
        let settings = try BridgeSettings(file.variables)
        let rules = AddressTranslation(settings).nftRules
        let lines = rules.split(separator: "\n").count
        require(lines == (settings.translatesIPv6 && settings.ipv6 != nil ? 29 : 21), "\(lines) lines for nft:\n\(rules)")
        let words = DnsmasqCommand.arguments(settings, runFolder: "/run/lxc", leaseFolder: "/var/lib/misc", user: "nobody")
        require(words.allSatisfy { $0.hasPrefix("--") }, "an argument that is no option")
        require(words.filter { $0.hasPrefix("--conf-file") }.count == 1, "a second file for dnsmasq")
        require(settings.ipv4.network.contains(settings.ipv4.address), "an address outside of its network")
    } catch {
        require(!error.what.isEmpty && !error.reason.isEmpty, "a failure without a reason")
    }
}

private func require(_ condition: Bool, _ message: String) {
    if !condition { fatalError(message) }
}
