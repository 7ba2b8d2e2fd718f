// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel
import Netlink

/// Undoes what a container's network changed on the host; safe to repeat, for a supervisor at its end and for whoever cleans up after
/// a killed one.
package enum NetworkSettlement {
    /// What came of bringing the devices of the host back.
    package struct Return: Sendable, Equatable {
        /// What could not be restored, in words.
        package var problems: [String] = []
        /// What is still owed: devices that are in the container's namespace yet, and the file that keeps it alive.
        package var unpaid: [NetworkDebt] = []
    }

    /// Pays the debts that bring devices of the host back; the container's processes have ended.
    package static func returnDevices(_ debts: [NetworkDebt]) -> Return {
        var result = Return()
        guard debts.contains(where: { $0.isAboutDevice }) else { return result }
        do throws(KernelError) {
            let home = try OwnedDescriptor(opening: "/proc/self/ns/net", .readOnly)
            var host = try NetlinkSocket()
            var inside = try openInside(debts)
            for case .physical(let record) in debts {
                let place = debts.last { if case .physicalInside(record.nameInside, _) = $0 { true } else { false } }
                var index: UInt32?
                if case .physicalInside(_, let number)? = place { index = number }
                do throws(KernelError) {
                    result.problems += try PhysicalReturn(record: record, indexInside: index)
                        .perform(&host, home: home.number, inside: &inside)
                } catch {
                    result.problems.append("\(record.name) does not come back: \(error); the next command on the container tries again")
                    result.unpaid += [.physical(record)] + [place].compactMap { $0 }
                }
            }
            // Without the file the kernel would remove what is still inside.
            if !result.unpaid.isEmpty { result.unpaid += debts.filter { if case .namespace = $0 { true } else { false } } }
        } catch {
            result.problems = ["the devices of the host do not come back: \(error); the next command on the container tries again"]
            result.unpaid = debts.filter { $0.isAboutDevice }
        }
        return result
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
