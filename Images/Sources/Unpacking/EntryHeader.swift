// SPDX-License-Identifier: Apache-2.0
internal import CArchive
internal import LinuxKernel

/// A header as libarchive took it apart, on its way to an ``ArchiveEntry``.
struct EntryHeader {
    private let raw: OpaquePointer
    private let path: EntryPath

    init(_ raw: OpaquePointer) throws(ImageFailure) {
        self.raw = raw
        guard let name = archive_entry_pathname(raw) else { throw ImageFailure("a member has no name, or one that is not text") }
        path = try EntryPath(checking: Self.bytes(name))
    }

    func entry() throws(ImageFailure) -> ArchiveEntry {
        ArchiveEntry(
            path: path, kind: try kind(), permissions: UInt32(archive_entry_mode(raw)) & 0o7777,
            user: try owner(archive_entry_uid(raw)), group: try owner(archive_entry_gid(raw)), modified: modified,
            attributes: try attributes())
    }

    private func kind() throws(ImageFailure) -> ArchiveEntry.Kind {
        if let target = archive_entry_hardlink(raw) {
            do { return .hardLink(target: try EntryPath(checking: Self.bytes(target))) } catch {
                throw error.during("the hard link \(shown(path.text))")
            }
        }
        switch Int(archive_entry_filetype(raw)) {
        case CARCHIVE_DIRECTORY: return .directory
        case CARCHIVE_REGULAR: return .regular(size: try size())
        case CARCHIVE_LINK: return .symbolicLink(target: try linkTarget())
        case CARCHIVE_CHARACTER: return .characterDevice(major: try major(), minor: try minor())
        case CARCHIVE_BLOCK: return .blockDevice(major: try major(), minor: try minor())
        case CARCHIVE_FIFO: return .fifo
        case CARCHIVE_SOCKET: return .socket
        default: throw ImageFailure("the member \(shown(path.text)) is of a kind that is not known")
        }
    }

    private func size() throws(ImageFailure) -> Int64 {
        let size = archive_entry_size(raw)
        if size < 0 { throw ImageFailure("the size of \(shown(path.text)) is negative") }
        return size
    }

    private func linkTarget() throws(ImageFailure) -> [UInt8] {
        let target = archive_entry_symlink(raw).map(Self.bytes) ?? []
        if target.isEmpty || target.count > 4095 {
            throw ImageFailure("the target of the symbolic link \(shown(path.text)) is empty or has more than 4095 bytes")
        }
        return target
    }

    private func major() throws(ImageFailure) -> UInt32 { try deviceNumber(UInt64(archive_entry_rdevmajor(raw)), most: 0xFFF) }
    private func minor() throws(ImageFailure) -> UInt32 { try deviceNumber(UInt64(archive_entry_rdevminor(raw)), most: 0xFFFFF) }

    /// The kernel has 12 bits for the driver and 20 for the device.
    private func deviceNumber(_ number: UInt64, most: UInt32) throws(ImageFailure) -> UInt32 {
        guard let number = UInt32(exactly: number), number <= most else {
            throw ImageFailure("the device number of \(shown(path.text)) is too large")
        }
        return number
    }

    private func owner(_ number: Int64) throws(ImageFailure) -> UInt32 {
        // The highest number means "no change" to chown(2).
        guard let id = UInt32(exactly: number), id != UInt32.max else {
            throw ImageFailure("the owner of \(shown(path.text)), \(number), is not an id")
        }
        return id
    }

    private var modified: FileTime {
        let nanoseconds = Int64(archive_entry_mtime_nsec(raw))
        return FileTime(
            seconds: Int64(archive_entry_mtime(raw)), nanoseconds: (0..<1_000_000_000).contains(nanoseconds) ? nanoseconds : 0)
    }

    private func attributes() throws(ImageFailure) -> [ExtendedAttribute] {
        var found: [ExtendedAttribute] = []
        if archive_entry_xattr_reset(raw) == 0 { return [] }
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while archive_entry_xattr_next(raw, &name, &value, &size) == ARCHIVE_OK {
            guard let name else { continue }
            // The kernel's limits: XATTR_NAME_MAX, XATTR_SIZE_MAX.
            let bytes = Self.bytes(name)
            if bytes.isEmpty || bytes.count > 255 || size > 65536 {
                throw ImageFailure("an extended attribute of \(shown(path.text)) is larger than the kernel allows")
            }
            found.append(ExtendedAttribute(name: EntryName(bytes), value: Array(UnsafeRawBufferPointer(start: value, count: size))))
        }
        return found
    }

    /// Every byte as it is: `String(cString:)` would repair what is not UTF-8.
    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        var bytes: [UInt8] = []
        var next = text
        while next.pointee != 0 {
            bytes.append(UInt8(bitPattern: next.pointee))
            next += 1
        }
        return bytes
    }
}
