// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Copies single entries of a directory with everything that belongs to them; each of the two processes has one.
final class EntryCopier {
    /// What new entries look like before anything is set, so that what is right already need not be set.
    struct Fresh {
        let owner: (user: UInt32, group: UInt32)
        /// Permission bits that the umask leaves.
        let mask: UInt32
    }

    /// What became of an entry.
    enum Outcome {
        case copied
        /// It was gone before it could be opened.
        case vanished
        /// Not a regular file with a single name: the one who walks the tree deals with it.
        case other
    }

    let shift: OwnerShift?
    let fresh: Fresh
    private let content = FileContentCopier()
    private let attributes = ExtendedAttributeReader()

    init(shift: OwnerShift?, fresh: Fresh) {
        self.shift = shift
        self.fresh = fresh
    }

    /// Copies an entry if it is a regular file without another name; everything else is left alone.
    func copyPlain(
        _ name: EntryName, from source: borrowing OwnedDescriptor, to target: borrowing OwnedDescriptor, progress: (Int64) -> Void
    ) throws(KernelError) -> Outcome {
        do throws(KernelError) {
            guard let place = try source.place(of: name) else { return .vanished }
            let details = try FileDetails(of: place)
            guard details.status.kind == .regular, details.links == 1 else { return .other }
            try copyFile(place, details, name, to: target, progress: progress)
            return .copied
        } catch {
            // Something is mounted on it.
            if error.errno == .improperLink && error.call == "openat2" { return .other }
            throw error
        }
    }

    /// Copies a regular file; `place` stands for it.
    func copyFile(
        _ place: borrowing OwnedDescriptor, _ details: FileDetails, _ name: EntryName, to target: borrowing OwnedDescriptor,
        progress: (Int64) -> Void
    ) throws(KernelError) {
        // A regular file for sure, so opening it has no effect; by way of the descriptor, so that it is this one.
        let source = try place.reopenedForReading()
        let found = try attributes.attributes(of: source, where: CopiedAttributes.include)
        let permissions = details.status.permissions
        // Attributes of a file that its owner may not write are for root only.
        let initial = found.isEmpty ? permissions & 0o777 : 0o600
        let new = try target.makeFile(name, mode: initial)
        try content.copy(source, to: new, details, progress: progress)
        try setOwner(of: new, details)
        // After the owner: a change of that takes capabilities away. Before the mode: an access list changes it.
        for attribute in found { try new.setAttribute(shifted(attribute), isPlace: false) }
        if !found.isEmpty || initial & fresh.mask != permissions { try new.setPermissions(permissions) }
        try new.setTimes(details.times)
    }

    /// An empty file in the place of one that something is mounted on.
    func makeEmptyFile(_ details: FileDetails, _ name: EntryName, in target: borrowing OwnedDescriptor) throws(KernelError) {
        let new = try target.makeFile(name, mode: 0o600)
        try setOwner(of: new, details)
        try new.setPermissions(details.status.permissions)
        try new.setTimes(details.times)
    }

    /// Copies a symbolic link, a device, a named pipe or a socket; `place` stands for it.
    func copySpecial(
        _ place: borrowing OwnedDescriptor, _ details: FileDetails, _ name: EntryName, from source: borrowing OwnedDescriptor,
        to target: borrowing OwnedDescriptor
    ) throws(KernelError) {
        let status = details.status
        if status.kind == .symbolicLink {
            try target.makeSymbolicLink(name, to: place.linkTarget())
        } else {
            try target.makeNode(name, status.kind, mode: status.permissions & 0o777, device: status.deviceNumber)
        }
        let owner = try shiftedOwner(status)
        if needsOwner(owner) { try target.setOwner(of: name, owner.user, owner.group) }
        let found = try attributes.attributes(of: name, in: source, place: place, where: CopiedAttributes.include)
        if !found.isEmpty, let new = try target.place(of: name) {
            for attribute in found { try new.setAttribute(shifted(attribute), isPlace: true) }
        }
        if status.kind != .symbolicLink, !found.isEmpty || status.permissions & 0o777 & fresh.mask != status.permissions {
            try target.setPermissions(of: name, status.permissions)
        }
        try target.setTimes(of: name, details.times)
    }

    /// Gives a directory everything but its content, which must be complete; nobody but root could use it before that.
    ///
    /// - Parameters:
    ///   - target: The copy.
    ///   - details: Of the original.
    ///   - source: Nil when its attributes are not to be read, because something is mounted on it.
    ///   - isTop: Whether the copy lies in a directory of others, so that it may not be as new entries are.
    /// - Throws: ``KernelError``
    func finish(
        _ target: SharedDescriptor, _ details: FileDetails, attributesOf source: SharedDescriptor?, isTop: Bool = false
    ) throws(KernelError) {
        let found = try source.map { (source) throws(KernelError) in
            try attributes.attributes(of: source.owned, where: CopiedAttributes.include)
        }
        let owner = try shiftedOwner(details.status)
        if isTop || needsOwner(owner) { try target.owned.setOwner(owner.user, owner.group) }
        for attribute in found ?? [] { try target.owned.setAttribute(shifted(attribute), isPlace: false) }
        try target.owned.setPermissions(details.status.permissions)
        try target.owned.setTimes(details.times)
    }

    private func setOwner(of file: borrowing OwnedDescriptor, _ details: FileDetails) throws(KernelError) {
        let owner = try shiftedOwner(details.status)
        if needsOwner(owner) { try file.setOwner(owner.user, owner.group) }
    }

    private func shiftedOwner(_ status: FileStatus) throws(KernelError) -> (user: UInt32, group: UInt32) {
        guard let shift else { return (status.owner, status.group) }
        return (try shift.user(status.owner), try shift.group(status.group))
    }

    private func needsOwner(_ owner: (user: UInt32, group: UInt32)) -> Bool { fresh.owner != owner }

    private func shifted(_ attribute: ExtendedAttribute) throws(KernelError) -> ExtendedAttribute {
        guard let shift else { return attribute }
        return try shift.shifted(attribute)
    }
}
