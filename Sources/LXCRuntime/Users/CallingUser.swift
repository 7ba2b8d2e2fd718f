// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// Who runs this program, and which ids of the host they may give to containers.
package struct CallingUser: Sendable {
    package let user: UInt32
    package let group: UInt32
    /// The name in passwd(5), or else the environment's; nil when neither says it.
    package let name: ExactWord?

    /// The effective user of the running process.
    ///
    /// - Throws: ``KernelError`` when passwd(5) is there but cannot be read.
    package init() throws(KernelError) {
        user = ProcessControl.effectiveUser
        group = ProcessControl.effectiveGroup
        let number = "\(user)"
        // Users of a directory service are not in the file. A wrong name does no harm: newuidmap(1) asks again who we are.
        name =
            if let known = AccountFile.name(ofUser: user, in: try Self.read("/etc/passwd")), known.text != number {
                known
            } else {
                ProcessEnvironment.value("USER").flatMap { ExactWord($0) }
            }
    }

    /// Ids that subuid(5) or subgid(5) gives the user.
    ///
    /// - Parameter kind: Users or groups.
    /// - Returns: In the order of the file.
    /// - Throws: ``KernelError`` when the file is there but cannot be read.
    package func subordinates(_ kind: IDMapEntry.Kind) throws(KernelError) -> [SubordinateIDFile.Range] {
        SubordinateIDFile(try Self.read(kind == .user ? "/etc/subuid" : "/etc/subgid")).ranges(name: name, number: user)
    }

    /// A mapping of all subordinate ids, from 0 on; nil without ids of both kinds.
    ///
    /// - Throws: ``KernelError`` as ``subordinates(_:)``.
    package func defaultMapping() throws(KernelError) -> IDMapping? {
        let mapping = IDMapping(users: Self.stacked(try subordinates(.user)), groups: Self.stacked(try subordinates(.group)))
        return mapping.users.isEmpty || mapping.groups.isEmpty ? nil : mapping
    }

    private static func stacked(_ ranges: [SubordinateIDFile.Range]) -> [IDRange] {
        var next: UInt32 = 0
        var stacked: [IDRange] = []
        for range in ranges {
            let (end, overflow) = next.addingReportingOverflow(range.count)
            if overflow { break }
            stacked.append(IDRange(inside: next, outside: range.first, count: range.count))
            next = end
        }
        return stacked
    }

    private static func read(_ path: String) throws(KernelError) -> [UInt8] {
        do { return try WholeFile.read(path) } catch {
            if error.errno == .noSuchFileOrDirectory { return [] }
            throw error
        }
    }
}

extension IDMapping {
    /// The maps that a configuration asks for.
    package init(_ entries: [IDMapEntry]) {
        func ranges(_ kind: IDMapEntry.Kind) -> [IDRange] {
            entries.filter { $0.kind == kind }.map { IDRange(inside: $0.containerID, outside: $0.hostID, count: $0.count) }
        }
        self.init(users: ranges(.user), groups: ranges(.group))
    }
}
