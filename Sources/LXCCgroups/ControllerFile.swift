// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// A control file such as `memory.limit_in_bytes`, `memory.max` or `pids.max`, as `lxc-cgroup` names it.
package struct ControllerFile: Sendable, Equatable {
    /// The file's name.
    package let name: String

    /// Checks a name that a user gave.
    ///
    /// - Throws: ``CgroupError/invalidObject(_:)`` unless it is a plain file name with a controller before its first dot.
    package init(_ name: String) throws(CgroupError) {
        let bytes = name.kernelBytes
        guard let dot = bytes.firstIndex(of: 0x2E), dot > 0, dot < bytes.count - 1, bytes.count <= 255,
            !bytes.contains(0x2F), !bytes.contains(0)
        else { throw .invalidObject(name) }
        self.name = name
    }

    /// The part before the first dot, by which a hierarchy is chosen: `memory`; `cgroup` for the core files.
    package var controller: String { String(name.prefix { $0 != "." }) }

    /// The controller to ask the monitor for (`GET_LIMIT_CGROUP_FD`): nil for core files, which only cgroup v2 is asked for.
    package var requestedController: String? { controller == "cgroup" ? nil : controller }

    /// The value, without the newline at its end.
    ///
    /// - Parameter cgroup: The cgroup's directory in the hierarchy of the file's controller.
    /// - Returns: The value, of several lines for some files.
    /// - Throws: ``KernelError``; `.noSuchFileOrDirectory` when there is no such file.
    package func read(in cgroup: borrowing CgroupDirectory) throws(KernelError) -> String { try cgroup.text(name) }

    /// Sets the value with one write. The kernel's reason for refusing a value that makes no sense is `.invalidArgument`.
    package func write(_ value: String, in cgroup: borrowing CgroupDirectory) throws(KernelError) { try cgroup.write(name, value) }
}

extension ContainerCgroups {
    /// Opens the payload's outer cgroup in the hierarchy that a file belongs to.
    ///
    /// - Throws: ``CgroupError/noController(_:)`` when no hierarchy has it.
    package func openPayload(for file: ControllerFile) throws(CgroupError) -> CgroupDirectory {
        guard let directory = try openPayload(file.requestedController, .limits) else { throw .noController(file.controller) }
        return directory
    }
}
