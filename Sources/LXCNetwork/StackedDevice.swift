// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// A device that hangs on one of the host: macvlan, ipvlan, vlan.
struct StackedDevice {
    let settings: NetworkSettings
    let nameInside: String
    let link: Link

    /// Makes the device in the container's network namespace.
    ///
    /// - Returns: Its number there.
    func make(_ host: inout NetlinkSocket, _ inside: inout NetlinkSocket, namespace: Int32) throws(NetworkFailure) -> UInt32 {
        var new = NewLink(kind, name: nameInside)
        new.parent = link.index
        new.namespace = namespace
        new.traits.mtu = settings.mtu.map { UInt32(clamping: $0) }
        // An ipvlan has its parent's address and cannot have another.
        if settings.type?.value != "ipvlan" { new.traits.hardwareAddress = settings.hardwareAddress?.bytes }
        do { try host.perform(new.request) } catch { throw failure(error) }
        let found = try making("cannot find \(nameInside)", settings, "type") { () throws(KernelError) in
            try inside.link(named: nameInside)
        }
        guard let found else { throw NetworkFailure("cannot find \(nameInside)", reason: "it is gone again", settings, "type") }
        return found.index
    }

    private var kind: NewLink.Kind {
        switch settings.type?.value {
        case "ipvlan":
            let mode: UInt16 =
                switch settings.ipvlanMode ?? .l3 {
                case .l2: 0
                case .l3: 1
                case .l3s: 2
                }
            let flags: UInt16 =
                switch settings.ipvlanIsolation ?? .bridge {
                case .bridge: 0
                case .private: 1
                case .vepa: 2
                }
            return .ipvlan(mode: mode, flags: flags)
        case "vlan": return .vlan(id: UInt16(clamping: settings.vlanID ?? 0))
        default:
            let mode: UInt32 =
                switch settings.macvlanMode ?? .private {
                case .private: 1
                case .vepa: 2
                case .bridge: 4
                case .passthru: 8
                }
            return .macvlan(mode: mode)
        }
    }

    private func failure(_ error: KernelError) -> NetworkFailure {
        if error.errno == .fileExists { return NetworkFailure(takenInside: nameInside, error, settings) }
        let type = settings.type?.value ?? "macvlan"
        var hint: String?
        if error.errno == .notSupportedOnSocket {
            let (module, option) =
                switch type {
                case "ipvlan": ("ipvlan", "CONFIG_IPVLAN")
                case "vlan": ("8021q", "CONFIG_VLAN_8021Q")
                default: ("macvlan", "CONFIG_MACVLAN")
                }
            hint = "this kernel has no \(type) devices: load the module (modprobe \(module)), or use a kernel with \(option)"
        } else if error.errno == .resourceBusy {
            hint = "\(link.name) is in use in another way: a bridge port, another kind of stacked device, or a passthru macvlan"
        }
        return NetworkFailure(
            "cannot make \(settings.typeWithArticle) on \(link.name)", error, settings, settings.refusedTrait(error), hint: hint)
    }
}
