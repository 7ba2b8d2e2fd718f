// SPDX-License-Identifier: Apache-2.0
import CLinux

/// One name in a directory.
package struct DirectoryEntry: Sendable {
    package let name: EntryName
    /// What it is, as the directory says it: a hint only, because names change; unknown on filesystems that do not say.
    package let kind: FileStatus.Kind
}

/// Lists directories into memory that it keeps: musl asks the kernel anew for each large block, 3 % of the time that copying a tree takes.
package final class DirectoryEntryReader {
    private let size: Int
    private let room: UnsafeMutableRawPointer

    /// `size`: how many bytes the kernel hands out at once, at least 1024; in as many as here most directories fit.
    package init(size: Int = 32768) {
        self.size = size
        room = .allocate(byteCount: size, alignment: 8)
    }

    deinit { room.deallocate() }

    /// The entries of a directory from its read position on, in the filesystem's order, without `.` and `..`.
    ///
    /// Kernel call: `getdents64(2)`.
    package func entries(of directory: borrowing OwnedDescriptor, subject: @autoclosure () -> String) throws(KernelError)
        -> [DirectoryEntry]
    {
        var entries: [DirectoryEntry] = []
        try read(directory, subject()) { (name, kind) in entries.append(DirectoryEntry(name: EntryName(name), kind: kind)) }
        return entries
    }

    /// As ``entries(of:subject:)``, one by one; a name is valid during the call only.
    func read(
        _ directory: borrowing OwnedDescriptor, _ subject: @autoclosure () -> String,
        _ body: (UnsafeBufferPointer<UInt8>, FileStatus.Kind) -> Void
    ) throws(KernelError) {
        let number = directory.number
        while true {
            let filled = try kernelCall("getdents64", subject()) { clinux_getdents(number, room, size) }
            if filled == 0 { return }
            var offset = 0
            // struct linux_dirent64: inode, offset (8 bytes each), length of the record (2), kind (1), name.
            while offset < filled {
                let record = UnsafeRawPointer(room) + offset
                offset += Int(record.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
                let start = (record + 19).assumingMemoryBound(to: UInt8.self)
                let name = UnsafeBufferPointer(start: start, count: strlen(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)))
                if name.elementsEqual([0x2E]) || name.elementsEqual([0x2E, 0x2E]) { continue }
                body(name, FileStatus.Kind(entryType: record.load(fromByteOffset: 18, as: UInt8.self)))
            }
        }
    }
}

extension FileStatus.Kind {
    fileprivate init(entryType: UInt8) {
        switch Int32(entryType) {
        case 8: self = .regular
        case 4: self = .directory
        case 10: self = .symbolicLink
        case 2: self = .characterDevice
        case 6: self = .blockDevice
        case 1: self = .fifo
        case 12: self = .socket
        default: self = .unknown
        }
    }
}
