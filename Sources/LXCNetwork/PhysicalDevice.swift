// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// A device of the host that moves into the container, and back.
struct PhysicalDevice {
    let settings: NetworkSettings
    let nameInside: String
    let link: Link

    /// What to note before ``move(_:_:namespace:)``.
    func record(_ host: inout NetlinkSocket) throws(NetworkFailure) -> PhysicalDeviceRecord {
        let addresses = try making("cannot look at \(link.name)", settings, "link") { () throws(KernelError) in
            try host.addresses(of: link.index).filter { $0.isGlobal }
        }
        return PhysicalDeviceRecord(link, addresses, nameInside: nameInside)
    }

    /// Moves the device into the container's network namespace under its name there.
    ///
    /// - Returns: Its number there.
    func move(_ host: inout NetlinkSocket, _ inside: inout NetlinkSocket, namespace: Int32) throws(NetworkFailure) -> UInt32 {
        var move = LinkChange(link)
        move.namespace = namespace
        move.name = nameInside
        let request = move.request
        let what = "cannot move \(link.name) into the container"
        try making(what, settings, "link") { () throws(KernelError) in try host.perform(request) }
        let found = try making(what, settings, "link") { () throws(KernelError) in try inside.link(named: nameInside) }
        guard let found else { throw NetworkFailure(what, reason: "it is gone", settings, "link") }
        try adapt(found, &inside)
        return found.index
    }

    private func adapt(_ found: Link, _ inside: inout NetlinkSocket) throws(NetworkFailure) {
        if let address = settings.hardwareAddress?.bytes {
            var change = LinkChange(found)
            change.hardwareAddress = address
            let request = change.request
            try making("cannot set the hardware address of \(nameInside)", settings, "hwaddr") { () throws(KernelError) in
                try inside.perform(request)
            }
        }
        if let mtu = settings.mtu {
            var change = LinkChange(found)
            change.mtu = UInt32(clamping: mtu)
            let request = change.request
            try making("cannot set the MTU of \(nameInside)", settings, "mtu") { () throws(KernelError) in try inside.perform(request) }
        }
    }
}
