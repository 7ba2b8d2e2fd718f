// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct PathTextTests {
    @Test(arguments: ["", "a", "fünf", "/a/rather/long/path/that/no/small/text/can/hold", "日本語"])
    func joinedTextsAreWhatPlusMakes(text: String) {
        #expect(text.appendingPath("x") == text + "/x")
        #expect("folder".appendingPath(text) == "folder/" + text)
        #expect(String(concatenating: text, text) == text + text)
        #expect(String(concatenating: "a", text, "", "é", text) == "a" + text + "é" + text)
    }

    @Test(arguments: [
        ("/a/b/c", "/a/b"), ("/a", "/"), ("/", "/"), ("a", "."), ("", "."), ("a/b", "a"), ("/é/ü", "/é"), ("/a/b/", "/a/b"), ("//", "/"),
    ])
    func parentOfAPath(path: String, parent: String) { #expect(path.parentPath == parent) }

    /// Every place in texts of every length around those of the words that are compared.
    @Test func aByteIsFoundWhereverItIs() {
        for length in 0...40 {
            // With neighbours that differ in one bit, and with the highest bit.
            for filling in [UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: "9"), 0x01, 0x7F] {
                var bytes = [UInt8](repeating: filling, count: length)
                #expect(!String(decoding: bytes, as: UTF8.self).holds(byte: UInt8(ascii: ":")))
                for position in 0..<length {
                    bytes[position] = UInt8(ascii: ":")
                    #expect(String(decoding: bytes, as: UTF8.self).holds(byte: UInt8(ascii: ":")))
                    bytes[position] = filling
                }
            }
        }
        #expect("/a/path/with/\u{E000}/in/it".holds(byte: 0xEE))
        #expect(!"/a/path/with/日本語 é/in/it".holds(byte: 0xEE))
    }

    @Test(arguments: ["日本語", "a:b", "/x/:", ":", "", "/eine/lange/Straße"]) func aByteIsFoundAsOneByOne(text: String) {
        for byte in UInt8.min...UInt8.max { #expect(text.holds(byte: byte) == text.utf8.contains(byte), "\(byte)") }
    }

    @Test func aByteIsFoundInAPart() {
        let bytes = Array("key = a = b\n".utf8)
        #expect(bytes.position(of: UInt8(ascii: "="), in: 0..<bytes.count) == 4)
        #expect(bytes.position(of: UInt8(ascii: "="), in: 5..<bytes.count) == 8)
        #expect(bytes.position(of: UInt8(ascii: "="), in: 5..<8) == 8)
        #expect(bytes.position(of: 0x0A, in: 0..<bytes.count) == 11)
        #expect(bytes.position(of: 0x0A, in: 0..<0) == 0)
        #expect([UInt8]().position(of: 0x0A, in: 0..<0) == 0)
    }
}
