// SPDX-License-Identifier: Apache-2.0
import Foundation
import ImageTestSupport
import Testing
import Unpacking

/// Archives that ask for too much (reliability I5): each is refused within 10 seconds and 256 MiB, and nothing of it stays.
@Suite(.serialized, .needs("xz", "zstd", packages: "xz-utils zstd")) struct BombTests {
    private static let mostKiB = 256 << 10
    /// Where others work too, a file may take a hundred times as long to be made.
    private static let mostSeconds: Double = ProcessInfo.processInfo.environment["LXC_TEST_SHARED_MACHINE"] == nil ? 10 : 60

    /// Unpacks a file in a process of its own; returns what that said.
    private func refusal(_ place: Workplace, _ archive: String) throws -> String {
        let start = Date()
        let output = try place.shell("timeout 60 \(BuiltProducts.folder)/unpack-probe \(place.path)/\(archive) root")
        let seconds = Date().timeIntervalSince(start)
        let lines = output.split(separator: "\n")
        try #require(lines.count == 2)
        let peak = try #require(Int(lines[1]))
        print("\(archive): \(String(format: "%.2f", seconds)) s, \(peak >> 10) MiB: \(lines[0])")
        #expect(seconds < Self.mostSeconds)
        #expect(peak < Self.mostKiB)
        #expect(lines[0].hasPrefix("refused"))
        #expect(try place.tree() == [])
        return String(lines[0])
    }

    /// One file of 10 GB of zeros.
    @Test(arguments: ["gzip -1", "xz -0 -T1", "zstd -1 -q", "zstd --ultra --long=27 -q"]) func zeros(tool: String) throws {
        let place = try Workplace()
        var header = TarWriter.Header("zeros")
        header.size = 8_589_934_591
        var tar = TarWriter()
        tar.add(header)
        _ = try place.write("head", tar.bytes)
        // As much as the limits let through, and a little more: the rest would not be read.
        try place.shell("{ cat head; head -c 600M /dev/zero; } | \(tool) > zeros")
        #expect(try refusal(place, "zeros").contains("200 times"))
    }

    /// gzip in gzip in gzip: only one layer is ever taken off, and what is left is no archive.
    @Test func nested() throws {
        let place = try Workplace()
        try place.shell("head -c 100M /dev/zero | gzip | gzip | gzip > nested")
        #expect(try refusal(place, "nested") != "")
    }

    @Test func oneTerabyteOfHoles() throws {
        let place = try Workplace()
        try place.shell("truncate -s 1T sparse && tar --sparse -czf holes sparse")
        #expect(try refusal(place, "holes").contains("32768 MiB"))
    }

    @Test(arguments: [UInt8(40), 38, 33]) func windowsOfXz(dictionary: UInt8) throws {
        let place = try Workplace()
        try place.shell("head -c 300k /dev/urandom > content && tar -c content | xz -0 > window")
        try place.shell(
            """
            python3 - << 'END'
            import zlib, struct
            data = bytearray(open("window", "rb").read())
            size = (data[12] + 1) * 4
            header = data[12:12 + size - 4]
            at = header.index(bytes([0x21, 1])) + 2
            header[at] = \(dictionary)
            data[12:12 + size] = header + struct.pack("<I", zlib.crc32(bytes(header)))
            open("window", "wb").write(data)
            END
            """)
        #expect(try refusal(place, "window").contains("128 MiB"))
    }

    @Test func windowOfZstd() throws {
        let place = try Workplace()
        try place.shell("head -c 300M /dev/urandom | zstd --ultra --long=31 -1 -q > window")
        #expect(try refusal(place, "window").contains("128 MiB"))
    }

    @Test(arguments: ["x", "g", "L", "K"] as [Character]) func headersOfOneGigabyte(kind: Character) throws {
        let place = try Workplace()
        var header = TarWriter.Header("long", kind: kind)
        header.size = 1 << 30
        var tar = TarWriter()
        tar.add(header)
        _ = try place.write("head", tar.bytes)
        try place.shell("{ cat head; head -c 1G /dev/zero | tr '\\0' a; } > header")
        #expect(try refusal(place, "header") != "")
    }

    /// One million members in the place of the same file, and one million files.
    @Test func manyMembers() throws {
        let place = try Workplace()
        var tar = TarWriter()
        tar.file("same", "")
        _ = try place.write("one", tar.bytes)
        try place.shell("for i in {1..1000}; do cat one; done > thousand && for i in {1..100}; do cat thousand; done > duplicates")
        #expect(try refusal(place, "duplicates").contains("more than 1000 of"))
        var limits = UnpackSettings()
        limits.limits.entries = 1000
        var many = TarWriter()
        for number in 0..<1001 { many.file("f\(number)", "") }
        let failure = #expect(throws: ImageFailure.self) { try place.unpack(many.finished, limits) }
        #expect(failure?.message.contains("1000 members") == true)
        #expect(try place.tree() == [])
    }

    /// Ten million empty files, with names of their own; the archive ends where it would be refused anyway.
    @Test(arguments: ["gzip -1", "zstd -3 -q", "xz -1 -T1"]) func manyEmptyFiles(tool: String) throws {
        let place = try Workplace()
        var tar = TarWriter()
        tar.file("directory/0000000", "")
        _ = try place.write("one", tar.bytes)
        try place.shell(
            """
            python3 - << 'END' | \(tool) > files
            import sys
            block = bytearray(open("one", "rb").read())
            for number in range(30000):
                block[10:17] = b"%07d" % number
                block[148:156] = b" " * 8
                block[148:156] = b"%06o\\0 " % sum(block)
                sys.stdout.buffer.write(block)
            END
            """)
        #expect(try refusal(place, "files").contains("bytes for each"))
    }

    @Test func manyDirectories() throws {
        let place = try Workplace()
        var limits = UnpackSettings()
        limits.limits.directories = 100
        var many = TarWriter()
        for number in 0..<101 { many.directory("d\(number)") }
        #expect(throws: ImageFailure.self) { try place.unpack(many.finished, limits) }
        #expect(try place.tree() == [])
    }

    /// Negative, overflowing and unreadable numbers in the size field, some as base-256.
    @Test(arguments: [
        [UInt8](repeating: 0xFF, count: 12), [0x80] + [UInt8](repeating: 0xFF, count: 11), [0xFF] + [UInt8](repeating: 0, count: 11),
        Array("77777777777\0".utf8), Array("-0000000001\0".utf8), Array("zzzzzzzzzzz\0".utf8),
    ]) func sizes(raw: [UInt8]) throws {
        let place = try Workplace()
        var header = TarWriter.Header("f")
        header.rawSize = raw
        var tar = TarWriter()
        tar.file("before")
        tar.add(header)
        _ = try place.write("sizes", tar.finished)
        let output = try place.shell("timeout 60 \(BuiltProducts.folder)/unpack-probe sizes root")
        // What is no number at all is nothing to some tar; it must only never be believed.
        #expect(output.hasPrefix("refused") || raw == Array("zzzzzzzzzzz\0".utf8) || raw == Array("-0000000001\0".utf8))
    }

    /// Every cut and every changed byte of a small archive ends in an answer.
    @Test(arguments: ["gzip", "xz", "zstd -q", "cat"]) func damagedArchives(tool: String) throws {
        let place = try Workplace()
        try place.shell("mkdir in && seq 300 > in/f && ln -s f in/l && tar -C in -c . | \(tool) > image")
        let image = [UInt8](try Data(contentsOf: URL(fileURLWithPath: place.path + "/image")))
        for round in 0..<200 {
            var damaged = image
            if round % 2 == 0 { damaged = Array(image[..<(image.count * round / 200)]) }
            for _ in 0..<(round % 2 == 0 || damaged.isEmpty ? 0 : 5) {
                damaged[Int.random(in: 0..<damaged.count)] = UInt8.random(in: .min ... .max)
            }
            let target = try Workplace()
            do { try target.unpack(damaged) } catch { #expect(try target.tree() == [], "\(error)") }
            #expect(target.isCanaryIntact)
        }
    }
}
