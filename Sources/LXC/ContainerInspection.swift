// SPDX-License-Identifier: Apache-2.0
package import LXCCgroups
package import LXCRuntime
package import LinuxKernel

/// Questions about one running container. All answers together take no longer than a time limit: a supervisor that hangs is not
/// asked twice.
package final class ContainerInspection {
    /// Traffic of one of the container's interfaces, from the container's point of view.
    package struct Link: Sendable, Equatable {
        /// The host's end.
        package let name: String
        package let sentBytes: UInt64
        package let receivedBytes: UInt64
    }

    private let container: Container
    private let deadline: MonotonicInstant

    package init(_ container: Container, timeLimit: Duration) {
        self.container = container
        deadline = .now + timeLimit
    }

    /// Sends the questions for ``state()`` and, if wanted, ``network()`` ahead, so that the supervisors of several containers answer
    /// at the same time. What cannot be sent is asked again, and fails, later.
    package func begin(withNetwork: Bool) {
        do throws(ControlError) {
            stateInquiry = try client().beginState()
            if withNetwork { handleInquiry = try client().beginInitPIDFD() }
        } catch { return }
    }

    private var stateInquiry: ControlInquiry?
    private var handleInquiry: ControlInquiry?

    /// The state; STOPPED also for a container that does not exist.
    package func state() throws(ControlError) -> ContainerState {
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
    package func network() throws(ControlError) -> NetworkInterfaces {
        let target = try networkNamespace()
        do {
            return try Namespaces.visitNetwork(target.number, label: "network of \(container.name)") { () throws(KernelError) in try .list()
            }
        } catch {
            throw .kernel(error)
        }
    }

    /// A handle on init where the supervisor can give one, so that the number cannot mean another process; C LXC before 4.0.7 cannot.
    private func networkNamespace() throws(ControlError) -> OwnedDescriptor {
        do throws(ControlError) {
            guard let inquiry = handleInquiry.take() else { return try client().initPIDFD().intoDescriptor() }
            return try client().initPIDFD(from: inquiry).intoDescriptor()
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

    private var cgroups: [CgroupStatistics.Source: OpenCgroup] = [:]

    /// Nil when the container has no such controller.
    private func cgroup(_ source: CgroupStatistics.Source) throws(ControlError) -> OpenCgroup? {
        if let known = cgroups[source] { return known }
        for controller in Set([source.controller, source.unifiedController]).sorted(by: >) {
            do throws(ControlError) {
                let descriptor = try client().cgroupDescriptor(controller).directory
                let own = try ControlError.wrapping { () throws(KernelError) in try descriptor.duplicate() }
                let cgroup = OpenCgroup(own, of: container.name)
                cgroups[source] = cgroup
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

    /// Traffic of the container's veth interfaces.
    package func links() throws(ControlError) -> [Link] {
        var links: [Link] = []
        var index = 0
        while let type = try configItem("lxc.net.\(index).type"), index < 1000 {
            if type == "veth", let pair = try configItem("lxc.net.\(index).veth.pair"), let link = Self.link(pair) { links.append(link) }
            index += 1
        }
        return links
    }

    /// What the host's end received, the container sent.
    private static func link(_ name: String) -> Link? {
        guard !name.isEmpty, name.utf8.count < 16, !name.contains("/"), !name.hasPrefix(".") else { return nil }
        func counter(_ file: String) -> UInt64? {
            do { return UInt64(try WholeFile.text("/sys/class/net/\(name)/statistics/\(file)").filter { $0 != "\n" }) } catch { return nil }
        }
        guard let sent = counter("rx_bytes"), let received = counter("tx_bytes") else { return nil }
        return Link(name: name, sentBytes: sent, receivedBytes: received)
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
