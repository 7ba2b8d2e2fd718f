// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXC
import LXCRuntime
import LinuxKernel
import Netlink

extension FunctionTable {
    static func fillInformation(_ object: Object) {
        object.pointee.is_defined = { ContainerHandle.of($0)?.container.isDefined ?? false }
        object.pointee.state = { LastingText.address(FunctionTable.state($0).name) }
        object.pointee.is_running = { FunctionTable.state($0) != .stopped }
        object.pointee.init_pid = { object in
            guard let handle = ContainerHandle.of(object) else { return -1 }
            do { return try handle.container.client.initPID() } catch { return -1 }  // stopped: not an error of the call
        }
        object.pointee.may_control = { object in
            succeeding(object) { (handle) throws(LXCError) in try handle.container.checkControl() }
        }
        object.pointee.get_interfaces = { FunctionTable.interfaces($0) }
        object.pointee.get_ips = { FunctionTable.addresses($0, String(kernelText: $1), String(kernelText: $2), $3) }
        object.pointee.get_cgroup_item = { FunctionTable.cgroupItem($0, String(kernelText: $1), $2, $3) }
        object.pointee.set_cgroup_item = { (object, file, value) in
            FunctionTable.setCgroupItem(object, String(kernelText: file), String(kernelText: value))
        }
        object.pointee.set_timeout = { FunctionTable.setTimeout($0, $1) }
    }

    /// STOPPED when it cannot be learned, as for a container that does not exist.
    private static func state(_ object: Object?) -> ContainerState {
        guard let handle = ContainerHandle.of(object) else { return .stopped }
        do { return try handle.container.state() } catch { return .stopped }
    }

    // MARK: - Network

    private static func interfaces(_ object: Object?) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        calling(object, failing: nil) { (handle) throws(LXCError) in
            let (links, _) = try network(handle.container)
            return CString.list(links.map { $0.name })
        }
    }

    private static func addresses(
        _ object: Object?, _ interface: String?, _ family: String?, _ scope: Int32
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        calling(object, failing: nil) { (handle) throws(LXCError) in
            let (links, addresses) = try network(handle.container)
            let found = addresses.filter { (address) in
                let name = address.label ?? links.first { $0.index == address.index }?.name
                let isWanted = if let interface { name == interface } else { name != "lo" }
                // Only addresses of one link have a scope: the link's number.
                let ownScope = address.isLinkLocal ? Int32(truncatingIfNeeded: address.index) : 0
                let isFamily = family == nil || family == (address.isIPv4 ? "inet" : "inet6")
                return isWanted && isFamily && !isLoopback(address) && (address.isIPv4 || ownScope == scope)
            }
            let texts = found.filter { $0.isIPv4 } + found.filter { !$0.isIPv4 }
            if texts.isEmpty { return nil }
            return CString.list(texts.map { $0.text })
        }
    }

    /// Every container has these; C LXC does not show them either.
    private static func isLoopback(_ address: LinkAddress) -> Bool {
        address.isIPv4 ? address.bytes.first == 127 : address.text == "::1"
    }

    private static func network(_ container: Container) throws(LXCError) -> (links: [Link], addresses: [LinkAddress]) {
        let inspection = ContainerInspection(container, timeLimit: container.answerTime ?? .seconds(30))
        return try asking("cannot look at the network of \(container.name)") { () throws(ControlError) in
            try inspection.linksAndAddresses()
        }
    }

    // MARK: - Control groups

    private static func cgroupItem(
        _ object: Object?, _ file: String?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32
    ) -> Int32 {
        calling(object, failing: -1) { (handle) throws(LXCError) in
            do throws(ControlFileFailure) {
                return CString.put(try handle.container.controlValue(file ?? "").kernelBytes, into: buffer, size: size)
            } catch {
                throw LXCError(error.isStopped ? .notRunning : .failed, "cannot read \(file ?? "")", reason: error.reason)
            }
        }
    }

    private static func setCgroupItem(_ object: Object?, _ file: String?, _ value: String?) -> Bool {
        succeeding(object) { (handle) throws(LXCError) in
            do throws(ControlFileFailure) { try handle.container.setControlValue(file ?? "", value ?? "") } catch {
                throw LXCError(error.isStopped ? .notRunning : .failed, "cannot write \(file ?? "")", reason: error.reason)
            }
        }
    }

    private static func setTimeout(_ object: Object?, _ seconds: Int32) -> Bool {
        guard let object else { return false }
        return succeeding(object) { (handle) throws(LXCError) in
            try handle.change { (container) throws(LXCError) in
                container.answerTime = seconds <= 0 ? nil : .seconds(Int64(seconds))
            }
            object.pointee.rcv_timeout = seconds
        }
    }
}
