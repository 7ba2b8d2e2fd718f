// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCTemplates

@Suite struct BusyboxProgramTests {
    @Test func dropsNamesThatWouldLeaveTheFolder() {
        let output = "bin/sh\nusr/bin/env\n../etc/passwd\n/bin/x\nbin//y\n\nbin/.\nsbin/../z\nlast"
        #expect(BusyboxProgram.applets(in: Array(output.utf8)) == ["bin/sh", "usr/bin/env", "last"])
    }

    /// A header of a 64-bit program with one program header of the given kind.
    private func wideProgram(kind: UInt8, count: UInt8 = 1, table: UInt8 = 64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64 + 56)
        bytes.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        bytes[32] = table
        bytes[54] = 56
        bytes[56] = count
        bytes[64] = kind
        return bytes
    }

    @Test func tellsStaticFromDynamic() {
        #expect(ElfHeader(wideProgram(kind: 1))?.needsInterpreter == false)
        #expect(ElfHeader(wideProgram(kind: 3))?.needsInterpreter == true)
    }

    @Test func refusesWhatIsNoProgram() {
        #expect(ElfHeader([])?.needsInterpreter == nil)
        #expect(ElfHeader(Array("#!/bin/sh\n".utf8) + [UInt8](repeating: 0, count: 100))?.needsInterpreter == nil)
        #expect(ElfHeader(wideProgram(kind: 1, count: 9))?.needsInterpreter == nil, "the table ends behind the bytes")
        var far = wideProgram(kind: 1)
        far.replaceSubrange(32..<40, with: [UInt8](repeating: 0xFF, count: 8))
        #expect(ElfHeader(far)?.needsInterpreter == nil)
        far.replaceSubrange(32..<40, with: [0xF0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
        #expect(ElfHeader(far)?.needsInterpreter == nil)
    }
}
