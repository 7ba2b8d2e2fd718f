// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A distribution whose packages debootstrap installs, and what differs between them.
package enum Distribution: Sendable, Equatable {
    case debian
    case ubuntu

    /// Name of the template: `debian`.
    var name: String {
        switch self {
        case .debian: "debian"
        case .ubuntu: "ubuntu"
        }
    }

    /// As people write it.
    var title: String {
        switch self {
        case .debian: "Debian"
        case .ubuntu: "Ubuntu"
        }
    }

    /// The release without `--release`: the host's own if that is one of this distribution's, else a stable one.
    var defaultRelease: String {
        let host = Self.host
        if host.id == name, let codename = host.codename { return codename }
        switch self {
        case .debian: return "stable"
        case .ubuntu: return "noble"
        }
    }

    /// Where packages for an architecture come from: the environment's `MIRROR` counts first.
    func mirror(_ architecture: String) -> String {
        if let chosen = ProcessEnvironment.value("MIRROR"), !chosen.isEmpty { return chosen }
        switch self {
        case .debian: return "http://deb.debian.org/debian"
        // Ubuntu's first mirror has the two architectures of PCs, another has the rest.
        case .ubuntu: return isOfPCs(architecture) ? "http://archive.ubuntu.com/ubuntu" : "http://ports.ubuntu.com/ubuntu-ports"
        }
    }

    /// Where security updates come from.
    func securityMirror(_ architecture: String) -> String {
        if let chosen = ProcessEnvironment.value("SECURITY_MIRROR"), !chosen.isEmpty { return chosen }
        switch self {
        case .debian: return "http://security.debian.org/debian-security"
        case .ubuntu: return isOfPCs(architecture) ? "http://security.ubuntu.com/ubuntu" : mirror(architecture)
        }
    }

    private func isOfPCs(_ architecture: String) -> Bool { architecture == "amd64" || architecture == "i386" }

    /// Keys of those who sign the packages, and the Debian package that has them.
    var keyring: (path: String, package: String) {
        switch self {
        case .debian: ("/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring")
        case .ubuntu: ("/usr/share/keyrings/ubuntu-archive-keyring.gpg", "ubuntu-keyring")
        }
    }

    /// Parts of the archive.
    func components(withNonFree: Bool) -> [String] {
        switch self {
        case .debian: withNonFree ? ["main", "contrib", "non-free"] : ["main"]
        case .ubuntu: ["main", "universe"] + (withNonFree ? ["restricted", "multiverse"] : [])
        }
    }

    /// What a container has besides the smallest system: an init, a network, a login from elsewhere.
    ///
    /// - Parameters:
    ///   - release: The release's name.
    ///   - isForeign: Whether QEMU runs its programs. It lacks what systemd sets up its services with (credentials, signals above 34), so
    ///     such a system gets the init of System V where there is one.
    /// - Returns: Names of packages.
    func packages(_ release: String, isForeign: Bool) -> [String] {
        let initial = hasOldInit(isForeign: isForeign) ? ["sysvinit-core", "initscripts"] : ["init"]
        let common = initial + ["locales", "netbase", "iproute2", "openssh-server", "ca-certificates"]
        switch self {
        case .debian:
            // isc-dhcp-client is not maintained any more and leaves after bookworm.
            let older = ["wheezy", "jessie", "stretch", "buster", "bullseye", "bookworm", "oldstable", "oldoldstable"]
            return common + ["ifupdown", "dialog", "net-tools", older.contains(release) ? "isc-dhcp-client" : "dhcpcd-base"]
        case .ubuntu: return common + ["netplan.io", "sudo", "vim-tiny", "dbus"]
        }
    }

    /// Whether its containers have the init of System V.
    func hasOldInit(isForeign: Bool) -> Bool { self == .debian && isForeign }

    /// `ID` and `VERSION_CODENAME` of os-release(5).
    private static var host: (id: String, codename: String?) {
        // A host that does not say what it is is neither.
        guard let text = try? WholeFile.text("/etc/os-release", limit: 1 << 16) else { return ("", nil) }
        func field(_ label: String) -> String? {
            text.split(separator: "\n").first { $0.hasPrefix(label + "=") }.map {
                String($0.dropFirst(label.utf8.count + 1)).split(separator: "\"").joined()
            }
        }
        return (field("ID") ?? "", field("VERSION_CODENAME"))
    }
}
