// SPDX-License-Identifier: Apache-2.0
package import LXCCgroups
package import LXCRuntime
package import LinuxKernel

extension Container {
    /// The content of a control file of the running container's cgroup.
    ///
    /// - Parameter object: The file, for example `memory.max`.
    /// - Returns: Its bytes.
    /// - Throws: ``ControlFileFailure``.
    package func controlValue(_ object: String) throws(ControlFileFailure) -> [UInt8] {
        let (file, cgroup) = try Self.cgroup(of: self, for: object)
        do throws(KernelError) { return try cgroup.directory.read(file.name) } catch { throw .kernel(error) }
    }

    /// Writes to a control file of the running container's cgroup.
    ///
    /// - Parameters:
    ///   - object: The file, for example `memory.max`; `devices.allow` and `devices.deny` also work with cgroup v2.
    ///   - value: What is written, at once.
    /// - Throws: ``ControlFileFailure``.
    package func setControlValue(_ object: String, _ value: String) throws(ControlFileFailure) {
        let (file, cgroup) = try Self.cgroup(of: self, for: object)
        if let rule = try Self.deviceRule(file, value, cgroup) {
            do { return try client.addDeviceRule(rule) } catch { throw .control(error, controller: file.controller) }
        }
        do throws(KernelError) { try file.write(value, in: cgroup.directory) } catch { throw .kernel(error) }
    }

    /// What is asked of the supervisor instead of the kernel: version 2 has no files for rules about devices.
    private static func deviceRule(
        _ file: ControllerFile, _ value: String, _ cgroup: OpenCgroup
    ) throws(ControlFileFailure) -> DeviceRuleMessage? {
        guard file.name == "devices.allow" || file.name == "devices.deny" else { return nil }
        do throws(KernelError) {
            guard try cgroup.directory.version() == .v2 else { return nil }
        } catch { throw .kernel(error) }
        guard let rule = DeviceRule(value, isAllowed: file.name == "devices.allow") else {
            throw .kernel(KernelError(call: "write", errno: .invalidArgument, subject: file.name))
        }
        return DeviceRuleMessage(rule)
    }

    /// An open cgroup; a class because tuples cannot hold what has one owner.
    private final class OpenCgroup {
        let directory: CgroupDirectory
        init(_ directory: consuming CgroupDirectory) { self.directory = directory }
    }

    /// The directory that the supervisor hands out for a control file: we need not be able to find or enter it ourselves.
    private static func cgroup(of container: Container, for object: String) throws(ControlFileFailure) -> (ControllerFile, OpenCgroup) {
        let file: ControllerFile
        do { file = try ControllerFile(object) } catch { throw .cgroup(error) }
        let descriptor: SharedDescriptor
        do { descriptor = try Self.descriptor(container.client, file.requestedController) } catch {
            throw .control(error, controller: file.controller)
        }
        do {
            return (file, OpenCgroup(CgroupDirectory(owning: try descriptor.duplicate(), label: "cgroup of \(container.name)")))
        } catch { throw .kernel(error) }
    }

    private static func descriptor(_ client: ControlClient, _ controller: String?) throws(ControlError) -> SharedDescriptor {
        if let controller { return try client.cgroupDescriptor(controller).directory }
        do { return try client.cgroup2Descriptor(.limits) } catch {
            // Only a host with cgroup v2 alone answers that; elsewhere the v2 tree comes last.
            guard case .refused = error, let last = try client.cgroupDescriptors().directories.last else { throw error }
            return last
        }
    }
}

/// Why a control file could not be used.
package enum ControlFileFailure: Error {
    case cgroup(CgroupError)
    case control(ControlError, controller: String)
    case kernel(KernelError)

    /// Whether the container does not run.
    package var isStopped: Bool {
        if case .control(.stopped, _) = self { return true }
        return false
    }

    /// The reason in words.
    package var reason: String {
        switch self {
        case .cgroup(let error): error.description
        case .control(.refused(.noSuchFileOrDirectory), let controller): "the container has no cgroup with the controller \"\(controller)\""
        case .control(let error, _): error.description
        case .kernel(let error): error.reason
        }
    }
}
