// SPDX-License-Identifier: Apache-2.0
import LXCOperations

extension Container {
    /// The content of a control file of the running container's cgroup.
    ///
    /// - Parameter file: For example `memory.max`. One of cgroup v1 also works with v2.
    /// - Returns: Its content, with the line break at its end.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func cgroupValue(_ file: String) throws(LXCError) -> String {
        do { return try operations.controlValue(file) } catch {
            throw LXCError(OperationError("cannot read \(file) of \(name)", error))
        }
    }

    /// Writes to a control file of the running container's cgroup.
    ///
    /// - Parameters:
    ///   - file: For example `memory.max`. One of cgroup v1 also works with v2.
    ///   - value: What is written, at once.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func setCgroupValue(_ file: String, to value: String) throws(LXCError) {
        do { try operations.setControlValue(file, value) } catch {
            throw LXCError(OperationError("cannot write \(file) of \(name)", error))
        }
    }
}
