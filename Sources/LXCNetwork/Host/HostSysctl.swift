// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Settings of the host's kernel that the bridge needs, `/proc/sys`.
enum HostSysctl {
    private static let folder = "/proc/sys/net/"

    /// Brings a setting to a value; one that has it is not written, so that a read-only `/proc/sys` is fine then.
    static func set(_ name: String, to value: String, hint: String? = nil) throws(HostNetworkFailure) {
        let path = folder + name
        if read(name) == value { return }
        try doing("cannot write \(value) to \(path)", hint: hint) { () throws(KernelError) in
            try WholeFile.writeControl(path, value)
        }
    }

    /// As ``set(_:to:hint:)``, if the kernel has the setting and lets us: for what is a matter of comfort.
    static func setIfPossible(_ name: String, to value: String) {
        // Without it the bridge is up a second later, or has an address more.
        if read(name) != nil { try? set(name, to: value) }
    }

    /// Lets packets of IPv6 pass, without the host losing the routes that it has learned.
    ///
    /// A host that passes packets on no longer listens to routers' advertisements, unless `accept_ra` is 2.
    static func forwardIPv6() throws(HostNetworkFailure) {
        let all = "ipv6/conf/all/forwarding"
        if read(all) == "1" { return }
        // A host without the folder has no IPv6, which the write says.
        for device in (try? DirectoryListing.names(in: folder + "ipv6/conf")) ?? [] where device != "all" && device != "default" {
            if read("ipv6/conf/\(device)/accept_ra") == "1" { setIfPossible("ipv6/conf/\(device)/accept_ra", to: "2") }
        }
        try set(all, to: "1", hint: "leave LXC_IPV6_ADDR empty to do without IPv6")
    }

    /// nil when the kernel does not have it.
    private static func read(_ name: String) -> String? {
        // As said.
        guard let text = try? WholeFile.text(folder + name, limit: 4096) else { return nil }
        return String(text.prefix { $0 != "\n" })
    }
}
