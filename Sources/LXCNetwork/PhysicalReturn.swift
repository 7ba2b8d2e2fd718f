// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Netlink

/// Brings a device of the host back from a container, with everything it had before; safe to repeat.
struct PhysicalReturn {
    let record: PhysicalDeviceRecord
    /// The number in the container, when it came as far.
    let indexInside: UInt32?

    /// - Parameters:
    ///   - host: A conversation in the host's network namespace.
    ///   - home: A handle on that namespace.
    ///   - inside: A conversation in the container's; nil when it is gone.
    /// - Returns: What could not be restored, in words.
    /// - Throws: ``KernelError`` when the device cannot be looked for or moved.
    func perform(_ host: inout NetlinkSocket, home: Int32, inside: inout NetlinkSocket?) throws(KernelError) -> [String] {
        if let link = try find(&inside) { return try bring(link, &host, home, &inside) }
        // The kernel gives hardware back by itself, under the name that it had last.
        if let link = try host.links().first(where: { isSameHardware($0) }) { return try restore(link, &host) }
        guard let link = try host.link(named: record.name) else {
            return ["\(record.name) is gone: it was removed in the container, or went with the container's network"]
        }
        // Somebody was killed on the way back, or before the way in; or it is a new device.
        return link.hardwareAddress == record.hardwareAddress ? try restore(link, &host) : []
    }

    private func find(_ inside: inout NetlinkSocket?) throws(KernelError) -> Link? {
        if let indexInside, let link = try inside?.link(indexInside), !link.isLoopback { return link }
        return try inside?.link(named: record.nameInside)
    }

    private func isSameHardware(_ link: Link) -> Bool {
        (link.name == record.nameInside || link.name == "dev\(link.index)") && link.name != record.name
            && link.hardwareAddress == record.hardwareAddress && link.kind == nil
    }

    private func bring(
        _ link: Link, _ host: inout NetlinkSocket, _ home: Int32, _ inside: inout NetlinkSocket?
    ) throws(KernelError) -> [String] {
        // Before the move, so that the device is recognized should this process be killed after it.
        var problems: [String] = []
        let own = ownTraits(of: link)
        do throws(KernelError) { try inside?.perform(own.request) } catch {
            problems.append("hardware address or MTU of \(record.name): \(error.reason)")
        }
        var name = record.name
        // Better back under another name than lost with the container. Asked before: the kernel moves a device and then refuses the name.
        if try host.link(named: record.name) != nil {
            name = HostEndName.replacement(for: record.name)
            problems.append("\(record.name) is back as \(name): another device has its name")
        }
        var move = LinkChange(link)
        move.namespace = home
        move.name = name
        try inside?.perform(move.request)
        guard let back = try host.link(named: name) else {
            throw KernelError(call: "RTM_GETLINK", errno: .operationNotSupportedByDevice, subject: record.name)
        }
        return try problems + restore(back, &host)
    }

    /// Down, with the hardware address and MTU that it had before.
    private func ownTraits(of link: Link) -> LinkChange {
        var change = LinkChange(link)
        if link.isUp { change.isUp = false }
        if link.hardwareAddress != record.hardwareAddress && !record.hardwareAddress.isEmpty {
            change.hardwareAddress = record.hardwareAddress
        }
        if link.mtu != record.mtu { change.mtu = record.mtu }
        return change
    }

    private func restore(_ link: Link, _ host: inout NetlinkSocket) throws(KernelError) -> [String] {
        var steps: [(what: String, request: NetlinkRequest)] = []
        var change = ownTraits(of: link)
        if isSameHardware(link) { change.name = record.name }
        if record.isUp { change.isUp = nil }
        if change != LinkChange(link) { steps.append(("name, hardware address or MTU", change.request)) }
        let missing = record.alternativeNames.filter { !link.alternativeNames.contains($0) }
        if !missing.isEmpty {
            steps.append(("alternative names", LinkChange.alternativeNames(index: link.index, label: record.name, missing)))
        }
        if record.isUp && !link.isUp {
            var up = LinkChange(link)
            up.isUp = true
            steps.append(("state", up.request))
        }
        let present = try host.addresses(of: link.index)
        for var address in record.addresses where !present.contains(where: { $0.bytes == address.bytes }) {
            address.index = link.index
            steps.append(("an address", address.request))
        }
        var problems: [String] = []
        for step in steps {
            do { try host.perform(step.request) } catch { problems.append("\(step.what) of \(record.name): \(error.reason)") }
        }
        return problems
    }
}
