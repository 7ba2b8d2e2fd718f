// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What the kernel counts on the whole machine, so that what has lost its name (a removed cgroup that something still holds) counts too.
package struct KernelCounts: Sendable, CustomStringConvertible {
    /// Cgroups of each v1 controller, and all that v2 still has, removed or not.
    package let cgroups: [String: Int]
    package let mounts: Int
    /// Unix sockets with an abstract name.
    package let abstractSockets: Int

    /// Counts now.
    ///
    /// - Throws: ``KernelError`` when the machine's own lists cannot be read.
    package init() throws {
        var cgroups: [String: Int] = [:]
        for line in try WholeFile.text("/proc/cgroups").split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: "\t")
            if words.count == 4 { cgroups[String(words[0])] = Int(words[2]) }
        }
        for folder in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] where try FileStatus.ifPresent(folder + "/cgroup.stat") != nil {
            let numbers = try WholeFile.text(folder + "/cgroup.stat").split(separator: "\n").compactMap { $0.split(separator: " ").last }
            cgroups["v2"] = numbers.compactMap { Int($0) }.prefix(2).reduce(0, +)
        }
        self.cgroups = cgroups
        mounts = try WholeFile.text("/proc/self/mountinfo").split(separator: "\n").count
        abstractSockets = try WholeFile.text("/proc/net/unix").split(separator: "\n").count { $0.contains(" @") }
    }

    package var description: String {
        let groups = cgroups.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "cgroups (\(groups)), \(mounts) mounts, \(abstractSockets) abstract sockets"
    }

    /// What there is more of than before, by more than a number.
    package func growth(since before: KernelCounts, above limit: Int) -> [String] {
        var grown = cgroups.filter { $0.value > before.cgroups[$0.key, default: 0] + limit }.map { "cgroups of \($0.key): \($0.value)" }
        if mounts > before.mounts + limit { grown.append("mounts: \(mounts)") }
        if abstractSockets > before.abstractSockets + limit { grown.append("abstract sockets: \(abstractSockets)") }
        return grown.sorted()
    }
}
