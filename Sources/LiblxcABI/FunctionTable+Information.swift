// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCOperations
import LXCRuntime
import LinuxKernel

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
        calling(object, failing: nil) { (handle) throws(LXCError) in CString.list(try handle.container.interfaceNames()) }
    }

    private static func addresses(
        _ object: Object?, _ interface: String?, _ family: String?, _ scope: Int32
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        calling(object, failing: nil) { (handle) throws(LXCError) in
            guard family == nil || family == "inet" || family == "inet6" else { return nil }
            let query = AddressQuery(interface: interface, isIPv4: family.map { $0 == "inet" }, scope: scope)
            let texts = try handle.container.addresses(query)
            if texts.isEmpty { return nil }
            return CString.list(texts)
        }
    }

    // MARK: - Control groups

    private static func cgroupItem(
        _ object: Object?, _ file: String?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32
    ) -> Int32 {
        calling(object, failing: -1) { (handle) throws(LXCError) in
            do throws(ControlFileFailure) {
                return CString.put(try handle.container.controlValue(file ?? "").kernelBytes, into: buffer, size: size)
            } catch { throw LXCError("cannot read \(file ?? "")", error) }
        }
    }

    private static func setCgroupItem(_ object: Object?, _ file: String?, _ value: String?) -> Bool {
        succeeding(object) { (handle) throws(LXCError) in
            do throws(ControlFileFailure) { try handle.container.setControlValue(file ?? "", value ?? "") } catch {
                throw LXCError("cannot write \(file ?? "")", error)
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
