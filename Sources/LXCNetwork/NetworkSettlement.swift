// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel
import Netlink

/// Undoes what a container's network changed on the host; safe to repeat, for a supervisor at its end and for whoever cleans up after
/// a killed one.
package enum NetworkSettlement {
    /// Pays the debts that bring devices of the host back; the container's processes have ended.
    ///
    /// - Returns: What could not be undone, in words.
    package static func returnDevices(_ debts: [NetworkDebt]) -> [String] {
        guard debts.contains(where: { if case .physical = $0 { true } else { false } }) else { return [] }
        do throws(KernelError) {
            let home = try OwnedDescriptor(opening: "/proc/self/ns/net", .readOnly)
            var host = try NetlinkSocket()
            var inside = try openInside(debts)
            var problems: [String] = []
            for case .physical(let record) in debts {
                let index = debts.compactMap { if case .physicalInside(record.nameInside, let index) = $0 { index } else { nil } }.last
                do throws(KernelError) {
                    problems += try PhysicalReturn(record: record, indexInside: index).perform(&host, home: home.number, inside: &inside)
                } catch { problems.append("\(record.name) does not come back: \(error)") }
            }
            return problems
        } catch { return ["the devices of the host do not come back: \(error)"] }
    }

    /// Pays all other debts.
    ///
    /// - Returns: What could not be undone, in words.
    package static func settle(_ debts: [NetworkDebt]) -> [String] {
        var problems: [String] = []
        for debt in debts {
            do { try settle(debt) } catch { problems.append("\(error)") }
        }
        return problems
    }

    /// Gives configured names and routes of host ends back for the next start, which may come before the kernel has removed the devices.
    package static func release(_ devices: [MadeDevice], configured: [NetworkSettings]) -> [String] {
        let fixed = Set(configured.compactMap { $0.vethPair })
        let due = devices.filter { device in
            let settings = device.settings
            return device.hostEnd.map { fixed.contains($0.name) } ?? false || settings.vethMode == .router
                || !settings.vethIPv4Routes.isEmpty || !settings.vethIPv6Routes.isEmpty
        }
        guard !due.isEmpty else { return [] }
        do throws(KernelError) {
            var host = try NetlinkSocket()
            for device in due {
                try VethDevice.release(device, hasFixedName: device.hostEnd.map { fixed.contains($0.name) } ?? false, &host)
            }
            return []
        } catch { return ["a veth's name or routes are not free yet: \(error)"] }
    }

    private static func openInside(_ debts: [NetworkDebt]) throws(KernelError) -> NetlinkSocket? {
        for case .namespace(let path) in debts {
            do throws(KernelError) {
                let namespace = try OwnedDescriptor(opening: path, .readOnly)
                guard try FilesystemKind(of: namespace) == .namespaces else { continue }
                return try NetlinkSocket(in: namespace.number, label: "the container's network namespace")
            } catch { if error.errno != .noSuchFileOrDirectory { throw error } }
        }
        return nil
    }

    private static func settle(_ debt: NetworkDebt) throws(KernelError) {
        switch debt {
        case .physical, .physicalInside, .script: break
        case .namespace(let path):
            do { try MountPoint.detach(path) } catch {
                if error.errno != .invalidArgument && error.errno != .noSuchFileOrDirectory { throw error }
            }
            try HostPath.remove(path)
        case .openVSwitchPort(let bridge, let port): try OpenVSwitchPort.leave(bridge: bridge, port: port)
        case .neighborProxy, .route:
            var host = try NetlinkSocket()
            guard let request = try LayerTwoProxy.request(debt, adds: false, &host) else { return }
            do { try host.perform(request) } catch {
                if error.errno != .noSuchFileOrDirectory && error.errno != .noSuchProcess { throw error }
            }
        }
    }
}
