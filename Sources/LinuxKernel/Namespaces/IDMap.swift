// SPDX-License-Identifier: Apache-2.0

/// One range of user or group ids that a user namespace maps.
package struct IDRange: Sendable, Equatable {
    /// First id inside, first id outside (both as the kernel's 32-bit ids), and how many.
    package let inside: UInt32
    package let outside: UInt32
    package let count: UInt32

    package init(inside: UInt32, outside: UInt32, count: UInt32) {
        self.inside = inside
        self.outside = outside
        self.count = count
    }

    /// The id outside for an id inside; nil when the range does not hold it.
    package func outsideID(of id: UInt32) -> UInt32? {
        guard id >= inside, id - inside < count else { return nil }
        let (sum, overflow) = outside.addingReportingOverflow(id - inside)
        return overflow ? nil : sum
    }
}

/// Writing the maps of a new user namespace, `user_namespaces(7)`.
package enum IDMapWriter {
    /// Writes both maps of a process that sits in a new user namespace.
    ///
    /// `denySetGroups`: needed when the writer has no privilege over its parent namespace.
    /// Throws ``KernelError`` of the one `write(2)` that the kernel allows per map.
    package static func write(users: [IDRange], groups: [IDRange], to pid: Int32, denySetGroups: Bool) throws(KernelError) {
        if denySetGroups { try WholeFile.writeControl("/proc/\(pid)/setgroups", "deny") }
        try WholeFile.writeControl("/proc/\(pid)/gid_map", text(groups))
        try WholeFile.writeControl("/proc/\(pid)/uid_map", text(users))
    }

    static func text(_ ranges: [IDRange]) -> String {
        ranges.map { "\($0.inside) \($0.outside) \($0.count)\n" }.joined()
    }
}
