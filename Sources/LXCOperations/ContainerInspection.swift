// SPDX-License-Identifier: Apache-2.0
package import LXCCgroups
package import LXCNetwork
package import LXCRuntime
package import LinuxKernel
package import Netlink

/// Questions about one running container. All answers together take no longer than a time limit: a supervisor that hangs is not
/// asked twice.
package final class ContainerInspection {
    private let container: Container
    private let deadline: MonotonicInstant

    package init(_ container: Container, timeLimit: Duration) {
        self.container = container
        deadline = .now + timeLimit
    }

    /// Sends the questions for ``state()`` and, if wanted, ``networkNamespace()`` ahead, so that the supervisors of several containers
    /// answer at the same time. What cannot be sent is asked again, and fails, later.
    package func begin(withNetwork: Bool) {
        do throws(ControlError) {
            if withNetwork {
                let both = try client().beginStateAndInitPIDFD()
                (stateInquiry, handleInquiry) = (both.state, both.handle)
            } else {
                stateInquiry = try client().beginState()
            }
        } catch { isStopped = error == .stopped }
    }

    private var stateInquiry: ControlInquiry?
    private var handleInquiry: ControlInquiry?
    /// Whether nobody was there to be asked.
    private var isStopped = false

    /// The state; STOPPED also for a container that does not exist.
    package func state() throws(ControlError) -> ContainerState {
        if isStopped { return .stopped }
        guard let inquiry = stateInquiry.take() else { return try client().state() }
        do throws(ControlError) { return try client().state(from: inquiry) } catch {
            if error == .stopped { return .stopped }
            throw error
        }
    }

    /// Number of the container's init.
    package func initPID() throws(ControlError) -> Int32 { try client().initPID() }

    /// A key of the configuration that it runs with; nil when it is not set.
    package func configItem(_ key: String) throws(ControlError) -> String? { try client().configItem(key) }

    /// The interfaces inside, and their addresses.
    package func interfaces() throws(ControlError) -> InterfaceListing {
        var socket = try networkInside()
        do { return try InterfaceListing.read(&socket, withNames: false) } catch { throw .kernel(error) }
    }

    /// The interfaces inside and their addresses, as the kernel tells them.
    package func linksAndAddresses() throws(ControlError) -> (links: [Link], addresses: [LinkAddress]) {
        var socket = try networkInside()
        do { return (try socket.links(), try socket.addresses()) } catch { throw .kernel(error) }
    }

    private func networkInside() throws(ControlError) -> NetlinkSocket {
        let target = try networkNamespace()
        do { return try NetlinkSocket(in: target.number, label: "network of \(container.name)") } catch { throw .kernel(error) }
    }

    /// A handle with which the container's network namespace can be entered.
    package func networkNamespace() throws(ControlError) -> OwnedDescriptor {
        // One on init where the supervisor can give it, as a number may mean another process by now; C LXC before 4.0.7 cannot.
        do throws(ControlError) {
            // The answer about the state comes before.
            if stateInquiry == nil, let inquiry = handleInquiry.take(), let handle = try client().secondInitPIDFD(from: inquiry) {
                return handle.intoDescriptor()
            }
            return try client().initPIDFD().intoDescriptor()
        } catch {
            switch error {
            case .unsupported, .refused: break
            default: throw error
            }
        }
        let pid = try initPID()
        do { return try Namespaces.open("net", of: pid) } catch { throw .kernel(error) }
    }

    /// What the container has used.
    ///
    /// `sources`: what is wanted; each costs one question.
    package func statistics(
        _ sources: [CgroupStatistics.Source] = CgroupStatistics.Source.allCases
    ) throws(ControlError) -> CgroupStatistics {
        var result = CgroupStatistics()
        for source in sources {
            guard let cgroup = try cgroup(source) else { continue }
            do {
                if let version = try cgroup.directory.version() { try result.read(source, in: cgroup.directory, version) }
            } catch { throw .kernel(error) }
        }
        return result
    }

    /// Memory that the container has in swap space; nil when the kernel does not count it.
    package func swapBytes() throws(ControlError) -> UInt64? {
        guard let cgroup = try cgroup(.memory) else { return nil }
        do {
            if try cgroup.directory.version() == .v2 { return UInt64(try cgroup.directory.text("memory.swap.current")) }
            let lines = try cgroup.directory.text("memory.stat").split(separator: "\n")
            return lines.first { $0.hasPrefix("swap ") }.flatMap { UInt64($0.dropFirst(5)) }
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw .kernel(error)
        }
    }

    /// By controller: two sources may share one, and each directory costs a question.
    private var cgroups: [String: OpenCgroup] = [:]

    /// Nil when the container has no such controller.
    private func cgroup(_ source: CgroupStatistics.Source) throws(ControlError) -> OpenCgroup? {
        if let known = cgroups[source.controller] { return known }
        for controller in Set([source.controller, source.unifiedController]).sorted(by: >) {
            do throws(ControlError) {
                let descriptor = try client().cgroupDescriptor(controller).directory
                let own = try ControlError.wrapping { () throws(KernelError) in try descriptor.duplicate() }
                let cgroup = OpenCgroup(own, of: container.name)
                cgroups[source.controller] = cgroup
                return cgroup
            } catch {
                switch error {
                case .refused, .unsupported: continue
                default: throw error
                }
            }
        }
        return nil
    }

    /// Traffic of the container's network devices.
    package func traffic() throws(ControlError) -> [DeviceTraffic] {
        let devices = try devices()
        if devices.isEmpty { return [] }
        var inside = try devices.contains { $0.type != "veth" } ? linksInside() : []
        return try ControlError.wrapping { () throws(KernelError) in
            var host = try NetlinkSocket()
            var result: [DeviceTraffic] = []
            for device in devices {
                result.append(try device.type == "veth" ? .veth(device, &host) : .other(device, &host, inside: &inside))
            }
            return result
        }
    }

    /// Nothing when the container's network cannot be entered: then its counters are not known.
    private func linksInside() throws(ControlError) -> [Link] {
        do throws(ControlError) {
            var socket = try networkInside()
            return try ControlError.wrapping { () throws(KernelError) in try socket.links() }
        } catch {
            if case .kernel = error { return [] }
            throw error
        }
    }

    /// Those that have a counterpart on the host; numbers may have gaps.
    private func devices() throws(ControlError) -> [DeviceTraffic.Device] {
        var rest = try configItem("lxc.net").map { $0.split(separator: "\n").count } ?? 0
        var devices: [DeviceTraffic.Device] = []
        for index in 0..<1000 where rest > 0 {
            guard let type = try configItem("lxc.net.\(index).type") else { continue }
            rest -= 1
            guard let name = try configItem("lxc.net.\(index).\(type == "veth" ? "veth.pair" : "link")"), !name.isEmpty else { continue }
            let isNamed = type == "phys"
            devices.append(.init(type: type, hostName: name, nameInside: isNamed ? try configItem("lxc.net.\(index).name") : nil))
        }
        return devices
    }

    private func client() throws(ControlError) -> ControlClient {
        let rest = deadline.remaining
        if rest == .zero { throw .timedOut }
        return ControlClient(lxcPath: container.lxcPath, name: container.name, timeLimit: rest)
    }
}

/// A cgroup directory that can be kept in a dictionary.
private final class OpenCgroup {
    let directory: CgroupDirectory

    init(_ descriptor: consuming OwnedDescriptor, of name: String) {
        directory = CgroupDirectory(owning: descriptor, label: "cgroup of \(name)")
    }
}
