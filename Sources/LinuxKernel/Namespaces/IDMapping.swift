// SPDX-License-Identifier: Apache-2.0

/// Both maps of a user namespace.
package struct IDMapping: Sendable, Equatable {
    package var users: [IDRange]
    package var groups: [IDRange]

    package init(users: [IDRange], groups: [IDRange]) {
        self.users = users
        self.groups = groups
    }

    /// A mapping with the caller's own user and group in it, and what they are called inside.
    @frozen package struct WithCaller {
        package let mapping: IDMapping
        package let user: UInt32
        package let group: UInt32
    }

    /// Adds the caller's user and group under the first ids after all others, if they are not mapped.
    ///
    /// Whoever is root inside then has root's rights over the caller's files too.
    ///
    /// - Parameters:
    ///   - user: The caller's user outside.
    ///   - group: The caller's group outside.
    /// - Returns: Nil when there is no free id inside.
    package func including(user: UInt32, group: UInt32) -> WithCaller? {
        guard let users = Self.including(user, users), let groups = Self.including(group, groups) else { return nil }
        return WithCaller(mapping: IDMapping(users: users.ranges, groups: groups.ranges), user: users.id, group: groups.id)
    }

    private static func including(_ outside: UInt32, _ ranges: [IDRange]) -> (ranges: [IDRange], id: UInt32)? {
        if let inside = ranges.lazy.compactMap({ $0.insideID(of: outside) }).first { return (ranges, inside) }
        let end = ranges.map { UInt64($0.inside) + UInt64($0.count) }.max() ?? 0
        // The last number means "no id".
        guard let inside = UInt32(exactly: end), inside != UInt32.max else { return nil }
        return (ranges + [IDRange(inside: inside, outside: outside, count: 1)], inside)
    }

    /// Whether nothing is mapped but one user and one group.
    func isOnly(user: UInt32, group: UInt32) -> Bool {
        func isOnly(_ id: UInt32, _ ranges: [IDRange]) -> Bool {
            ranges.allSatisfy { $0.outside == id && $0.count == 1 } && ranges.count <= 1
        }
        return isOnly(user, users) && isOnly(group, groups)
    }
}

extension IDRange {
    /// The id inside for an id outside; nil when the range does not hold it.
    package func insideID(of id: UInt32) -> UInt32? {
        guard id >= outside, id - outside < count else { return nil }
        let (sum, overflow) = inside.addingReportingOverflow(id - outside)
        return overflow ? nil : sum
    }
}
