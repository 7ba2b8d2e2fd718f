// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Makes a v1 cpuset usable: the kernel creates it without processors and memory, and then refuses every process (`ENOSPC`).
///
/// See: `cpuset(7)`.
enum CpusetSetup {
    /// Copies what is missing from the parent, and lets cgroups made below inherit by themselves.
    ///
    /// - Parameters:
    ///   - path: The cgroup, relative to `base`; its parent must be set up already.
    ///   - base: Where the path starts.
    /// - Throws: ``KernelError``.
    static func inherit(_ path: String, below base: borrowing CgroupDirectory) throws(KernelError) {
        let slash = path.lastIndex(of: "/")
        let parent = slash.map { path[..<$0] + "/" } ?? ""
        for file in ["cpuset.cpus", "cpuset.mems"] where try base.text("\(path)/\(file)").isEmpty {
            try base.write("\(path)/\(file)", try base.text("\(parent)\(file)"))
        }
        if try base.text("\(path)/cgroup.clone_children") != "1" { try base.write("\(path)/cgroup.clone_children", "1") }
    }
}
