// SPDX-License-Identifier: Apache-2.0

/// The cgroups of a process, as `/proc/PID/cgroup` lists them: one for each hierarchy.
///
/// See: `cgroups(7)`. A line that does not follow the format is left out.
package struct ProcessCgroup: Sendable, Equatable {
    /// Membership in one hierarchy.
    package struct Entry: Sendable, Equatable {
        /// Number of the hierarchy; 0 is cgroup v2.
        package var hierarchy: UInt32
        /// v1 controllers, or `name=…` of a named hierarchy; empty for cgroup v2.
        package var controllers: [String]
        /// The cgroup, seen from the reader's cgroup namespace: begins with a slash, `/..` for one outside.
        package var path: String

        /// Whether this is the cgroup v2 line.
        package var isUnified: Bool { hierarchy == 0 && controllers.isEmpty }
    }

    package private(set) var entries: [Entry] = []

    /// Reads the text of such a file.
    package init(parsing bytes: [UInt8]) {
        for line in bytes.split(separator: 0x0A) {
            let fields = line.split(separator: 0x3A, maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].first == 0x2F, let hierarchy = UInt32(String(kernelBytes: fields[0])) else { continue }
            let controllers = fields[1].split(separator: 0x2C).map { String(kernelBytes: $0) }
            entries.append(Entry(hierarchy: hierarchy, controllers: controllers, path: String(kernelBytes: fields[2])))
        }
    }

    /// Cgroups of a process.
    ///
    /// - Parameter process: `self`, or a process number as text.
    /// - Returns: Its cgroups at this moment.
    /// - Throws: ``KernelError``; `.noSuchFileOrDirectory` or `.noSuchProcess` when the process is gone.
    package static func read(process: String = "self") throws(KernelError) -> ProcessCgroup {
        ProcessCgroup(parsing: try WholeFile.read("/proc/\(process)/cgroup", limit: 4 << 20))
    }

    /// The cgroup in the v2 hierarchy, or nil when the kernel lists none.
    package var unifiedPath: String? { entries.first { $0.isUnified }?.path }

    /// The cgroup of a v1 controller (or `name=…`), or nil when it is not in use.
    package func path(of controller: String) -> String? { entries.first { $0.controllers.contains(controller) }?.path }
}
