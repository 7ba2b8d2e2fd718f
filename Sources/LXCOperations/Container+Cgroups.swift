// SPDX-License-Identifier: Apache-2.0
package import LXCCgroups
package import LXCRuntime
package import LinuxKernel

extension Container {
    /// The content of a control file of the running container's cgroup.
    ///
    /// - Parameter object: The file, for example `memory.max`; one of cgroup v1 is looked for under its name in v2 too.
    /// - Returns: Its content.
    /// - Throws: ``ControlFileFailure``.
    package func controlValue(_ object: String) throws(ControlFileFailure) -> String {
        do throws(ControlFileFailure) { return try Self.read(object, of: self) } catch {
            // A script from the days of cgroup v1.
            guard error.isMissing, let name = CgroupTranslation.unifiedName(object) else { throw error }
            return try Self.read(name, of: self)
        }
    }

    /// Writes to a control file of the running container's cgroup.
    ///
    /// - Parameters:
    ///   - object: The file, for example `memory.max`; those of cgroup v1 also work with v2.
    ///   - value: What is written, at once.
    /// - Throws: ``ControlFileFailure``.
    package func setControlValue(_ object: String, _ value: String) throws(ControlFileFailure) {
        do throws(ControlFileFailure) { try Self.write(value, to: object, of: self) } catch {
            guard error.isMissing else { throw error }
            try Self.write(translated: value, to: object, of: self, otherwise: error)
        }
    }

    private static func read(_ object: String, of container: Container) throws(ControlFileFailure) -> String {
        let (file, cgroup) = try Self.cgroup(of: container, for: object)
        do throws(KernelError) { return String(kernelBytes: try cgroup.directory.read(file.name)) } catch { throw .kernel(error) }
    }

    private static func write(_ value: String, to object: String, of container: Container) throws(ControlFileFailure) {
        let (file, cgroup) = try Self.cgroup(of: container, for: object)
        if let rule = try Self.deviceRule(file, value, cgroup) {
            do { return try container.client.addDeviceRule(rule) } catch { throw .control(error, controller: file.controller) }
        }
        do throws(KernelError) { try file.write(value, in: cgroup.directory) } catch { throw .kernel(error) }
    }

    /// Writes a setting of cgroup v1 in the words of v2.
    ///
    /// `failure`: what became of it as it was.
    private static func write(
        translated value: String, to object: String, of container: Container, otherwise failure: ControlFileFailure
    ) throws(ControlFileFailure) {
        var translation = CgroupTranslation()
        if object.hasPrefix("cpu.cfs_") { translation = CgroupTranslation(cpuMax: try read("cpu.max", of: container)) }
        if object.hasPrefix("memory.memsw.") { _ = translation.toUnified("memory.limit_in_bytes", try trimmed("memory.max", container)) }
        switch translation.toUnified(object, value) {
        case .invalid(let reason): throw .meaningless(reason)
        case .nothing: throw failure
        case .settings(let settings):
            for setting in settings where setting.file != object { try write(setting.value, to: setting.file, of: container) }
            if settings.contains(where: { $0.file == object }) { throw failure }
        }
    }

    private static func trimmed(_ file: String, _ container: Container) throws(ControlFileFailure) -> String {
        String(try read(file, of: container).prefix { $0 != "\n" })
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
    /// A value that means nothing, and why.
    case meaningless(String)

    /// Whether there is no such file or no such controller.
    package var isMissing: Bool {
        switch self {
        case .control(.refused(.noSuchFileOrDirectory), _): true
        case .kernel(let error): error.errno == .noSuchFileOrDirectory
        default: false
        }
    }

    /// The kernel's number, where the kernel is the one that said no.
    package var errno: Errno? {
        switch self {
        case .control(let error, _): error.errno
        case .kernel(let error): error.errno
        case .cgroup, .meaningless: nil
        }
    }

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
        case .meaningless(let reason): reason
        }
    }
}

extension LXCError {
    /// A control file that could not be used, and what it was to be used for.
    package init(_ what: String, _ failure: ControlFileFailure) {
        guard case .control(let error, _) = failure else {
            self.init(.failed, OperationFailure(what, reason: failure.reason, errno: failure.errno?.rawValue ?? 0))
            return
        }
        let refusal = LXCError(what, error)
        var told = refusal.failure
        told.reason = failure.reason
        self.init(refusal.code, told)
    }
}
