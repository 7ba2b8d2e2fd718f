// SPDX-License-Identifier: Apache-2.0

/// The little of an ELF file that tells whether it runs without a dynamic linker: elf(5).
enum ElfHeader {
    /// Looks for an interpreter (`PT_INTERP`).
    ///
    /// - Parameter bytes: The start of the file, with all program headers.
    /// - Returns: Whether the program asks for one; nil when the bytes are no ELF program.
    static func needsInterpreter(_ bytes: [UInt8]) -> Bool? {
        guard bytes.count >= 52, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return nil }
        let isWide = bytes[4] == 2
        let isBigEndian = bytes[5] == 2

        func number(at offset: Int, width: Int) -> Int? {
            guard offset >= 0, width <= bytes.count, offset <= bytes.count - width else { return nil }
            let part = bytes[offset..<offset + width]
            let value = (isBigEndian ? Array(part) : part.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int(exactly: value)
        }

        guard let table = number(at: isWide ? 32 : 28, width: isWide ? 8 : 4),
            let entrySize = number(at: isWide ? 54 : 42, width: 2),
            let count = number(at: isWide ? 56 : 44, width: 2)
        else { return nil }
        for index in 0..<count {
            let (offset, overflow) = table.addingReportingOverflow(index * entrySize)
            guard !overflow, let kind = number(at: offset, width: 4) else { return nil }
            if kind == 3 { return true }
        }
        return false
    }
}
