// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct KernelTextTests {
    @Test(
        arguments: [
            [], Array("plain".utf8), Array("日本語 é".utf8), [0xFF, 0x41, 0x80], [0xEE, 0xBE, 0x80], [0xE2, 0x82], [0xC0, 0xAF],
            [0xF4, 0x90, 0x80, 0x80], Array(1...255),
        ] as [[UInt8]])
    func everyByteStringSurvivesTheRoundTrip(bytes: [UInt8]) {
        #expect(String(kernelBytes: bytes).kernelBytes == bytes)
    }
}
