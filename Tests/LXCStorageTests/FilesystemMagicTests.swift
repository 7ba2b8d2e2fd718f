// SPDX-License-Identifier: Apache-2.0
import LXCStorage
import Testing

struct FilesystemMagicTests {
    private func image(_ marks: (Int, [UInt8])..., length: Int = FilesystemMagic.length) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        for (offset, mark) in marks { bytes.replaceSubrange(offset..<offset + mark.count, with: mark) }
        return bytes
    }

    /// The superblock of ext2 with some features: compatible, incompatible, read-only compatible.
    private func extended(_ compatible: UInt8, _ incompatible: UInt8, _ writeCompatible: UInt8) -> [UInt8] {
        image(
            (0x438, [0x53, 0xEF]), (0x418, [2]), (0x44C, [1]), (0x45C, [compatible]), (0x460, [incompatible]), (0x464, [writeCompatible]))
    }

    @Test func extendedFilesystems() {
        #expect(FilesystemMagic(extended(0x38, 0x02, 0x03)) == .filesystem("ext2"))
        #expect(FilesystemMagic(extended(0x3C, 0x06, 0x03)) == .filesystem("ext3"))
        #expect(FilesystemMagic(extended(0x3C, 0x42, 0x6B)) == .filesystem("ext4"))
    }

    private static let marks: [(offset: Int, mark: String, type: String)] = [
        (0, "XFSB", "xfs"), (0x10040, "_BHRfS_M", "btrfs"), (0, "hsqs", "squashfs"), (0x8001, "CD001", "iso9660"), (0x8000, "JFS1", "jfs"),
        (0x10034, "ReIsEr2Fs", "reiserfs"), (0, "-rom1fs-", "romfs"),
    ]

    @Test(arguments: marks) func others(offset: Int, mark: String, type: String) {
        #expect(FilesystemMagic(image((offset, Array(mark.utf8)))) == .filesystem(type))
    }

    @Test func numbers() {
        #expect(FilesystemMagic(image((0x400, [0x10, 0x20, 0xF5, 0xF2]))) == .filesystem("f2fs"))
        #expect(FilesystemMagic(image((0x400, [0xE2, 0xE1, 0xF5, 0xE0]))) == .filesystem("erofs"))
        #expect(FilesystemMagic.isReadOnly("erofs") && FilesystemMagic.isReadOnly("squashfs") && !FilesystemMagic.isReadOnly("ext4"))
    }

    @Test func whatIsNoFilesystemIsNamed() {
        #expect(FilesystemMagic(image((0, [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE]))) == .other("a LUKS volume"))
        #expect(FilesystemMagic(image((0, [0x51, 0x46, 0x49, 0xFB]))) == .other("a qcow2 image"))
        #expect(FilesystemMagic(image((0x1FE, [0x55, 0xAA]))) == .other("a disk with partitions"))
        #expect(FilesystemMagic(image((0x101, Array("ustar".utf8)))) == .other("a tar archive"))
    }

    @Test func severalMarks() {
        #expect(FilesystemMagic(image((0, Array("XFSB".utf8)), (0x8001, Array("CD001".utf8)))) == .ambiguous(["xfs", "iso9660"]))
    }

    /// Cut anywhere, filled with anything: an answer, never a trap.
    @Test func hostileBeginnings() {
        #expect(FilesystemMagic([]) == .unknown)
        #expect(FilesystemMagic(image()) == .unknown)
        let whole = extended(0x3C, 0x42, 0x6B)
        for length in 0..<0x480 {
            #expect(FilesystemMagic(Array(whole.prefix(length))) == (length < 0x468 ? .unknown : .filesystem("ext4")))
        }
        // Two bytes that happen to be those of ext2, in the middle of nonsense.
        #expect(FilesystemMagic([UInt8](repeating: 0xFF, count: 0x438) + [0x53, 0xEF] + [UInt8](repeating: 0xFF, count: 4096)) == .unknown)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let length = Int.random(in: 0...FilesystemMagic.length, using: &generator)
            _ = FilesystemMagic((0..<length).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
        }
    }
}
