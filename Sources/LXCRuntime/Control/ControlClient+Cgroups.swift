// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Which of a container's cgroups is meant.
package enum CgroupRole: Sendable, Hashable {
    /// The one its processes are in.
    case payload
    /// The one that carries its limits; differs only with `lxc.cgroup.dir.container.inner`.
    case limits
}

extension ControlClient {
    /// Path of one of the container's cgroups, relative to the hierarchy's mount point.
    ///
    /// On v1 and hybrid hosts it starts with a slash, on pure cgroup2 it does not. `controller` `nil` is the hierarchy without
    /// controllers; monitors before 4.0.4 only know the payload's.
    package func cgroup(_ controller: String?, _ role: CgroupRole = .payload) throws(ControlError) -> String {
        guard role == .limits else { return try text(.cgroup(controller: controller)) }
        do throws(ControlError) { return try text(.limitCgroup(controller: controller)) } catch {
            if error != .unsupported { throw error }
        }
        return try text(.cgroup(controller: controller))
    }

    /// Directory of one of the container's cgroups by controller.
    ///
    /// Throws ``ControlError/unsupported`` for monitors before 4.0.7, and `.refused(.noSuchFileOrDirectory)` for a controller that
    /// the monitor has no hierarchy of. C LXC's monitors mix up the two roles.
    package func cgroupDescriptor(
        _ controller: String, _ role: CgroupRole = .limits, on filesystem: CgroupFilesystem? = nil
    ) throws(ControlError) -> (record: CgroupDescriptorRecord, directory: SharedDescriptor) {
        guard !controller.isEmpty, controller.kernelBytes.count < 64 else { throw .refused(.invalidArgument) }
        let wanted = CgroupDescriptorRecord(controller: controller, filesystem: filesystem)
        let reply = try Self.successful(ask(role == .limits ? .limitCgroupDescriptor(wanted) : .cgroupDescriptor(wanted)))
        guard let record = CgroupDescriptorRecord(decoding: reply.payload) else { throw .malformed("a cgroup record") }
        return (record, try Self.onlyDescriptor(reply))
    }

    /// Directory of one of the container's cgroups on a pure cgroup2 host; `.refused(.invalidArgument)` on every other.
    package func cgroup2Descriptor(_ role: CgroupRole = .payload) throws(ControlError) -> SharedDescriptor {
        try descriptor(role == .limits ? .limitCgroup2Descriptor : .cgroup2Descriptor)
    }

    /// Directories of all of the container's cgroups, one a hierarchy: what an attached process must join.
    package func cgroupDescriptors() throws(ControlError) -> (arrangement: CgroupArrangement, directories: [SharedDescriptor]) {
        let reply = try Self.successful(ask(.cgroupContext(room: CgroupContextRecord.size)))
        // A positive status is C LXC's way to say that it could not copy the record.
        guard reply.header.status == 0, let record = CgroupContextRecord(decoding: reply.payload) else {
            throw .malformed("a cgroup context with status \(reply.header.status)")
        }
        guard record.count == reply.descriptors.count else {
            throw .malformed("\(reply.descriptors.count) descriptors for \(record.count) hierarchies")
        }
        return (record.arrangement, reply.descriptors)
    }
}
