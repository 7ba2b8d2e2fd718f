// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Whose the unpacked files are.
package enum Ownership: Sendable {
    /// As the archive says.
    case recorded
    /// As a container sees it whose ids are mapped this way; an id that is not mapped is an error.
    case mapped(users: [IDRange], groups: [IDRange])

    func user(_ id: UInt32) -> UInt32? {
        if case .mapped(let users, _) = self { return users.lazy.compactMap { $0.outsideID(of: id) }.first }
        return id
    }

    func group(_ id: UInt32) -> UInt32? {
        if case .mapped(_, let groups) = self { return groups.lazy.compactMap { $0.outsideID(of: id) }.first }
        return id
    }
}

/// Which extended attributes of an archive a file gets.
enum AttributePolicy {
    /// The attribute as it is to be set; nil when it is left out.
    ///
    /// `user.overlay.*` and everything of `trusted.*` steer the host's own filesystems; labels of the host's security modules mean nothing
    /// inside. Capabilities of a file hold for the container's root only.
    static func accepted(_ attribute: ExtendedAttribute, _ ownership: Ownership) -> ExtendedAttribute? {
        let name = String(kernelBytes: attribute.name.bytes)
        if name.hasPrefix("user.") && !name.hasPrefix("user.overlay.") { return attribute }
        if name == "security.capability" { return capability(attribute, ownership) }
        return nil
    }

    /// Version 2 (20 bytes) says nothing of namespaces; version 3 (24 bytes) ends with the user who is root where they hold: capabilities(7).
    private static func capability(_ attribute: ExtendedAttribute, _ ownership: Ownership) -> ExtendedAttribute? {
        let value = attribute.value
        guard value.count == 20 || value.count == 24, value[3] == (value.count == 20 ? 2 : 3) else { return nil }
        guard case .mapped = ownership else { return value.count == 20 ? attribute : nil }
        guard let root = ownership.user(0) else { return nil }
        var written = Array(value[..<20])
        written[3] = 3
        for shift in stride(from: UInt32(0), to: 32, by: 8) { written.append(UInt8(truncatingIfNeeded: root >> shift)) }
        return ExtendedAttribute(name: attribute.name, value: written)
    }
}
