// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// How owners change while a tree is copied from one range of ids to another, for example into that of an unprivileged container.
package struct OwnerShift: Sendable, Equatable {
    /// Where the ids of users go: from `inside` to `outside`.
    package var users: [IDRange]
    /// The same for groups.
    package var groups: [IDRange]

    package init(users: [IDRange], groups: [IDRange]) {
        self.users = users
        self.groups = groups
    }

    /// The new number of a user.
    ///
    /// - Throws: ``KernelError`` `.overflow`, as the kernel says of an id that a user namespace does not map.
    package func user(_ id: UInt32) throws(KernelError) -> UInt32 { try Self.find(id, users, "user") }

    /// The new number of a group; throws as ``user(_:)`` does.
    package func group(_ id: UInt32) throws(KernelError) -> UInt32 { try Self.find(id, groups, "group") }

    private static func find(_ id: UInt32, _ ranges: [IDRange], _ kind: StaticString) throws(KernelError) -> UInt32 {
        for range in ranges {
            if let found = range.outsideID(of: id) { return found }
        }
        throw KernelError(call: "chown", errno: .overflow, subject: "", explanation: "no range of the id map holds \(kind) \(id)")
    }

    /// The attribute as it must be on a file whose owner is shifted: access control lists name users and groups, and capabilities are those
    /// of the root user of one user namespace.
    ///
    /// - Throws: ``KernelError`` `.overflow` for an id outside of the ranges, `.invalidArgument` for a value that the kernel does not write.
    package func shifted(_ attribute: ExtendedAttribute) throws(KernelError) -> ExtendedAttribute {
        switch attribute.name {
        case CopiedAttributes.accessList, CopiedAttributes.defaultList:
            ExtendedAttribute(name: attribute.name, value: try accessList(attribute.value))
        case CopiedAttributes.capabilities: ExtendedAttribute(name: attribute.name, value: try capabilities(attribute.value))
        default: attribute
        }
    }

    /// `struct posix_acl_xattr_header`: a version (4 bytes), then entries of a kind, permissions (2 bytes each) and an id (4).
    private func accessList(_ value: [UInt8]) throws(KernelError) -> [UInt8] {
        guard value.count >= 4, value.count % 8 == 4, Self.word(value, 0) == 2 else { throw Self.malformed("access control list") }
        var value = value
        for start in stride(from: 4, to: value.count, by: 8) {
            let id = Self.word(value, start + 4)
            switch UInt16(value[start]) | UInt16(value[start + 1]) << 8 {
            case 0x02: Self.setWord(&value, start + 4, try user(id))
            case 0x08: Self.setWord(&value, start + 4, try group(id))
            default: break  // the owner, the group, the mask and the others have no id
            }
        }
        return value
    }

    /// `struct vfs_ns_cap_data`: revision and flags, two pairs of sets (4 bytes each), and, from revision 3 on, the root user.
    ///
    /// Without a root user, capabilities are for containers with the host's ids only; the kernel ignores them elsewhere.
    private func capabilities(_ value: [UInt8]) throws(KernelError) -> [UInt8] {
        guard value.count >= 4 else { throw Self.malformed("file capability") }
        let head = Self.word(value, 0)
        let old: UInt32
        switch (head >> 24, value.count) {
        case (2, 20): old = 0
        case (3, 24): old = Self.word(value, 20)
        default: throw Self.malformed("file capability")
        }
        let root = try user(old)
        let revision: UInt32 = root == 0 ? 2 : 3
        var shifted = Array(value[..<20])
        Self.setWord(&shifted, 0, head & 0xFF_FFFF | revision << 24)
        if root != 0 {
            shifted += [0, 0, 0, 0]
            Self.setWord(&shifted, 20, root)
        }
        return shifted
    }

    private static func malformed(_ what: String) -> KernelError {
        KernelError(call: "getxattr", errno: .invalidArgument, subject: "", explanation: "the \(what) has an unknown form")
    }

    // Little-endian on every machine.
    private static func word(_ bytes: [UInt8], _ start: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
    }

    private static func setWord(_ bytes: inout [UInt8], _ start: Int, _ value: UInt32) {
        for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }
}

/// Which extended attributes belong to a file and not to the filesystem that it lies on.
enum CopiedAttributes {
    static let accessList = EntryName("system.posix_acl_access")
    static let defaultList = EntryName("system.posix_acl_default")
    static let capabilities = EntryName("security.capability")

    /// By the name without NUL.
    static func include(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        if name.starts(with: "system.".utf8) { return name.elementsEqual(accessList.bytes) || name.elementsEqual(defaultList.bytes) }
        return name.starts(with: "user.".utf8) || name.starts(with: "trusted.".utf8) || name.starts(with: "security.".utf8)
    }
}
