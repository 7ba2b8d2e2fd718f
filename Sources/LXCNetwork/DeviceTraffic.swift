// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel
package import Netlink

/// What went through one of a container's network devices, from the container's point of view.
package struct DeviceTraffic: Sendable, Equatable {
    /// A device of the running container, as its configuration names it.
    package struct Device: Sendable, Equatable {
        /// `veth`, `phys`, ...
        package var type: String
        /// The host's end; for a device without one, the device of the host that it is or hangs on.
        package var hostName: String
        /// Where it is known.
        package var nameInside: String?

        package init(type: String, hostName: String, nameInside: String? = nil) {
            self.type = type
            self.hostName = hostName
            self.nameInside = nameInside
        }
    }

    /// As in ``Device/hostName``.
    package let name: String
    /// nil when the device is not found.
    package let sentBytes: UInt64?
    package let receivedBytes: UInt64?

    private init(name: String, sentBytes: UInt64?, receivedBytes: UInt64?) {
        self.name = name
        self.sentBytes = sentBytes
        self.receivedBytes = receivedBytes
    }

    /// Looks at the host's end of a veth: what it received, the container sent.
    package static func veth(_ device: Device, _ host: inout NetlinkSocket) throws(KernelError) -> DeviceTraffic {
        let link = try host.link(named: device.hostName)
        return DeviceTraffic(
            name: device.hostName, sentBytes: link?.traffic.receivedBytes, receivedBytes: link?.traffic.sentBytes)
    }

    /// Looks at the device inside: what the device of the host below a macvlan counts is everybody's traffic.
    ///
    /// `inside`: all devices in the container. Those that are found are taken out, so that two on the same device of the host are told
    /// apart.
    package static func other(
        _ device: Device, _ host: inout NetlinkSocket, inside: inout [Link]
    ) throws(KernelError) -> DeviceTraffic {
        let parent = try host.link(named: device.hostName)
        let name = device.nameInside ?? device.hostName
        let place =
            inside.firstIndex { device.type == $0.kind && $0.parent != nil && $0.parent == parent?.index }
            ?? inside.firstIndex { device.type == "phys" && $0.name == name }
        let traffic = place.map { inside.remove(at: $0).traffic }
        return DeviceTraffic(name: device.hostName, sentBytes: traffic?.sentBytes, receivedBytes: traffic?.receivedBytes)
    }
}
