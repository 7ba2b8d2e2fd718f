// SPDX-License-Identifier: Apache-2.0

/// The little of an ELF program that tells who can run it: elf(5).
package struct ElfHeader: Sendable, Equatable {
    /// A value of `e_machine`.
    package let machine: UInt16
    /// Whether it is a program of 64 bits.
    package let isWide: Bool
    package let isBigEndian: Bool
    private let bytes: [UInt8]

    /// As much of a file as is enough for every question but ``needsInterpreter``; also what binfmt_misc looks at.
    package static let length = 256

    /// Reads the header; nil when the bytes are no ELF program.
    ///
    /// - Parameter bytes: The start of a file.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= 52, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return nil }
        isWide = bytes[4] == 2
        isBigEndian = bytes[5] == 2
        machine = isBigEndian ? UInt16(bytes[18]) << 8 | UInt16(bytes[19]) : UInt16(bytes[19]) << 8 | UInt16(bytes[18])
        self.bytes = bytes
    }

    /// Whether the program asks for a dynamic linker (`PT_INTERP`); nil when its program headers are not among the bytes.
    package var needsInterpreter: Bool? {
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

    private func number(at offset: Int, width: Int) -> Int? {
        guard offset >= 0, width <= bytes.count, offset <= bytes.count - width else { return nil }
        let part = bytes[offset..<offset + width]
        let value = (isBigEndian ? Array(part) : part.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(exactly: value)
    }
}

extension ElfHeader {
    /// The machine's name as `uname -m` says it there, with which QEMU's programs are named too; its number when it has none here.
    package var machineName: String {
        switch (machine, isWide, isBigEndian) {
        case (3, _, _): "i386"
        case (8, false, false): "mipsel"
        case (8, true, false): "mips64el"
        case (8, false, true): "mips"
        case (8, true, true): "mips64"
        case (20, _, _): "ppc"
        case (21, _, false): "ppc64le"
        case (21, _, true): "ppc64"
        case (22, _, _): "s390x"
        case (40, _, false): "arm"
        case (40, _, true): "armeb"
        case (62, _, _): "x86_64"
        case (183, _, _): "aarch64"
        case (243, true, _): "riscv64"
        case (243, false, _): "riscv32"
        case (258, _, _): "loongarch64"
        default: "machine \(machine)"
        }
    }

    /// Whether this machine's processor runs the program by itself.
    ///
    /// Where only the kernel's configuration tells (32-bit programs on a 64-bit machine of the same family) this says yes.
    package var isNative: Bool {
        #if arch(x86_64)
            return machine == 62 || machine == 3
        #elseif arch(arm64)
            return machine == 183 || machine == 40
        #else
            return machine == Self.ownMachine
        #endif
    }

    #if !arch(x86_64) && !arch(arm64)
        /// What this very program is made for; nil when that cannot be read.
        private static var ownMachine: UInt16? {
            // Without an answer every program counts as foreign, and the kernel has the last word when it is executed.
            (try? WholeFile.read("/proc/self/exe", limit: 64 << 20)).flatMap { ElfHeader($0) }?.machine
        }
    #endif
}
