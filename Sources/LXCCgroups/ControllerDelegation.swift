// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Turns cgroup v2 controllers on for the children of a cgroup.
///
/// See: cgroup-v2.rst, "Controlling Controllers".
enum ControllerDelegation {
    /// Turns on every available controller that is off.
    ///
    /// A controller that the kernel refuses is left off: a cgroup with processes of its own cannot pass most of them on, and a
    /// realtime process keeps `cpu` from being passed on. The limits that need it then fail with their own message.
    ///
    /// - Parameters:
    ///   - path: The cgroup, relative to `base`; `.` for the base itself.
    ///   - base: Where the path starts.
    ///   - isWanted: Which controllers to turn on.
    /// - Returns: The controllers that stay off though they were wanted.
    /// - Throws: ``KernelError`` when the cgroup's files cannot be read.
    @discardableResult
    static func enable(
        _ path: String, below base: borrowing CgroupDirectory, where isWanted: (String) -> Bool
    ) throws(KernelError) -> [String] {
        let available = try words(base, "\(path)/cgroup.controllers").filter(isWanted)
        if available.isEmpty { return [] }
        let enabled = try words(base, "\(path)/cgroup.subtree_control")
        let missing = available.filter { !enabled.contains($0) }
        if missing.isEmpty { return [] }
        // With processes of its own the kernel would still pass some on, and make it a threaded cgroup: nothing could live below it.
        if try hasProcessesBelowRoot(base, path) { return missing }
        let file = "\(path)/cgroup.subtree_control"
        if accepts(base, file, missing.map { "+" + $0 }.joined(separator: " ")) { return [] }
        return missing.filter { !accepts(base, file, "+" + $0) }
    }

    private static func hasProcessesBelowRoot(_ base: borrowing CgroupDirectory, _ path: String) throws(KernelError) -> Bool {
        do throws(KernelError) {
            // The root, which may have both, has no type.
            _ = try base.text("\(path)/cgroup.type")
        } catch {
            if error.errno == .noSuchFileOrDirectory { return false }
            throw error
        }
        return try !words(base, "\(path)/cgroup.procs").isEmpty
    }

    private static func words(_ base: borrowing CgroupDirectory, _ file: String) throws(KernelError) -> [String] {
        try base.text(file).split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
    }

    private static func accepts(_ base: borrowing CgroupDirectory, _ file: String, _ text: String) -> Bool {
        do { try base.write(file, text) } catch { return false }
        return true
    }
}
