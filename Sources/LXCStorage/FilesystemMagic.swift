// SPDX-License-Identifier: Apache-2.0

/// What the first bytes of an image or a device say about its filesystem.
///
/// Found by looking, not by trying every filesystem: what an image holds is not trusted, so one driver only gets to see it.
package enum FilesystemMagic: Sendable, Equatable {
    /// The type as `mount(8)` and the kernel call it.
    case filesystem(String)
    /// Several filesystems left their mark, the newest one cannot be told.
    case ambiguous([String])
    /// Something else, as the rest of a sentence: `a LUKS volume`.
    case other(String)
    case unknown

    /// As much as has to be read of the beginning.
    package static let length = 0x10048

    /// - Parameter bytes: The beginning, at most ``length`` bytes; less when the whole is shorter.
    package init(_ bytes: [UInt8]) {
        let found = Self.types(Reader(bytes: bytes))
        if let first = found.first {
            self = found.count == 1 ? .filesystem(first) : .ambiguous(found)
        } else if let other = Self.others.first(where: { Reader(bytes: bytes).has($0.magic, at: $0.offset) }) {
            self = .other(other.name)
        } else {
            self = .unknown
        }
    }

    /// Whether a filesystem never is written to.
    package static func isReadOnly(_ type: String) -> Bool { ["squashfs", "erofs", "iso9660", "cramfs", "romfs"].contains(type) }

    private struct Mark {
        let offset: Int
        let magic: [UInt8]
        let name: String
    }

    private static let marks = [
        Mark(offset: 0, magic: Array("XFSB".utf8), name: "xfs"),
        Mark(offset: 0x10040, magic: Array("_BHRfS_M".utf8), name: "btrfs"),
        Mark(offset: 0x400, magic: [0x10, 0x20, 0xF5, 0xF2], name: "f2fs"),
        Mark(offset: 0, magic: Array("hsqs".utf8), name: "squashfs"),
        Mark(offset: 0x400, magic: [0xE2, 0xE1, 0xF5, 0xE0], name: "erofs"),
        Mark(offset: 0x8001, magic: Array("CD001".utf8), name: "iso9660"),
        Mark(offset: 0x8000, magic: Array("JFS1".utf8), name: "jfs"),
        Mark(offset: 0x10034, magic: Array("ReIsEr".utf8), name: "reiserfs"),
        Mark(offset: 0x1018, magic: [0xC6, 0x85, 0x73, 0xF6, 0x4E, 0x1A, 0x45, 0xCA], name: "bcachefs"),
        Mark(offset: 0, magic: [0x45, 0x3D, 0xCD, 0x28], name: "cramfs"),
        Mark(offset: 0, magic: Array("-rom1fs-".utf8), name: "romfs"),
    ]

    private static let others = [
        Mark(offset: 0, magic: Array("LUKS".utf8) + [0xBA, 0xBE], name: "a LUKS volume"),
        Mark(offset: 0, magic: Array("QFI".utf8) + [0xFB], name: "a qcow2 image"),
        Mark(offset: 0x218, magic: Array("LVM2 001".utf8), name: "an LVM physical volume"),
        Mark(offset: 0xFF6, magic: Array("SWAPSPACE2".utf8), name: "swap space"),
        Mark(offset: 0, magic: [0x1F, 0x8B], name: "a gzip file"),
        Mark(offset: 0, magic: [0xFD] + Array("7zXZ".utf8), name: "an xz file"),
        Mark(offset: 0, magic: [0x28, 0xB5, 0x2F, 0xFD], name: "a zstd file"),
        Mark(offset: 0x101, magic: Array("ustar".utf8), name: "a tar archive"),
        Mark(offset: 0x200, magic: Array("EFI PART".utf8), name: "a disk with partitions"),
        Mark(offset: 0x1FE, magic: [0x55, 0xAA], name: "a disk with partitions"),
    ]

    private static func types(_ reader: Reader) -> [String] {
        var found = marks.filter { reader.has($0.magic, at: $0.offset) }.map { $0.name }
        if let type = extended(reader) { found.append(type) }
        return found
    }

    /// ext2, ext3 and ext4 differ in the features that they use.
    private static func extended(_ reader: Reader) -> String? {
        let start = 0x400
        guard reader.has([0x53, 0xEF], at: start + 56), let blockSize = reader.word(at: start + 24),
            let creator = reader.word(at: start + 72),
            let revision = reader.word(at: start + 76), let compatible = reader.word(at: start + 92),
            let incompatible = reader.word(at: start + 96), let writeCompatible = reader.word(at: start + 100)
        else { return nil }
        // The mark itself is two bytes only: one in 65536 files has them there by chance.
        guard blockSize <= 6, creator <= 4, revision <= 1 else { return nil }
        let hasJournal = compatible & 0x4 != 0
        // filetype, recover, meta_bg; sparse_super, large_file, btree_dir: all that ext3 knows.
        guard incompatible & ~0x16 == 0, writeCompatible & ~0x7 == 0 else { return "ext4" }
        return hasJournal ? "ext3" : "ext2"
    }
}

/// Reads fields that may lie beyond the end.
private struct Reader {
    let bytes: [UInt8]

    func has(_ magic: [UInt8], at offset: Int) -> Bool {
        bytes.count >= offset + magic.count && bytes[offset..<offset + magic.count].elementsEqual(magic)
    }

    /// A little-endian number of 32 bits.
    func word(at offset: Int) -> UInt32? {
        guard bytes.count >= offset + 4 else { return nil }
        return (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }
}
