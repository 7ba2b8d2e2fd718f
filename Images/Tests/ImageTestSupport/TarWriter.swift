// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Writes tar archives byte by byte: what a test says is what is in them, however wrong it is.
package struct TarWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// The fields of one header; see tar(5), "ustar".
    package struct Header {
        package var name: [UInt8]
        package var kind: Character = "0"
        package var mode: UInt32 = 0o644
        package var user = 0
        package var group = 0
        package var size = 0
        package var link = ""
        package var major = 0
        package var minor = 0
        package var modified = 1_700_000_000
        /// The bytes of the size field as they are, when `size` cannot say it.
        package var rawSize: [UInt8]?

        package init(_ name: String, kind: Character = "0") {
            self.name = Array(name.utf8)
            self.kind = kind
        }
    }

    /// Adds a header as it is, with a right checksum.
    package mutating func add(_ header: Header) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: [UInt8], at offset: Int, room: Int) {
            for (index, byte) in text.prefix(room).enumerated() { block[offset + index] = byte }
        }
        func octal(_ number: Int, at offset: Int, digits: Int) {
            put(Array(String(number, radix: 8).utf8).padded(to: digits), at: offset, room: digits)
        }
        put(header.name, at: 0, room: 100)
        octal(Int(header.mode), at: 100, digits: 7)
        octal(header.user, at: 108, digits: 7)
        octal(header.group, at: 116, digits: 7)
        if let raw = header.rawSize { put(raw, at: 124, room: 12) } else { octal(header.size, at: 124, digits: 11) }
        octal(header.modified, at: 136, digits: 11)
        block[156] = header.kind.asciiValue ?? 0x30
        put(Array(header.link.utf8), at: 157, room: 100)
        put(Array("ustar\0".utf8) + Array("00".utf8), at: 257, room: 8)
        octal(header.major, at: 329, digits: 7)
        octal(header.minor, at: 337, digits: 7)
        for index in 148..<156 { block[index] = 0x20 }
        let sum = block.reduce(0) { $0 + Int($1) }
        put(Array(String(sum, radix: 8).utf8).padded(to: 6) + [0, 0x20], at: 148, room: 8)
        bytes += block
    }

    package mutating func file(_ name: String, _ content: String = "x", mode: UInt32 = 0o644, user: Int = 0) {
        var header = Header(name)
        header.size = content.utf8.count
        header.mode = mode
        header.user = user
        add(header)
        pad(Array(content.utf8))
    }

    package mutating func directory(_ name: String, mode: UInt32 = 0o755) {
        var header = Header(name, kind: "5")
        header.mode = mode
        add(header)
    }

    package mutating func link(_ name: String, to target: String, isHard: Bool = false) {
        var header = Header(name, kind: isHard ? "1" : "2")
        header.link = target
        add(header)
    }

    package mutating func device(_ name: String, kind: Character = "3", major: Int = 1, minor: Int = 3) {
        var header = Header(name, kind: kind)
        (header.major, header.minor) = (major, minor)
        add(header)
    }

    /// A pax record before the next member, for example `path` or `SCHILY.xattr.user.note`.
    package mutating func pax(_ key: String, _ value: [UInt8]) {
        let rest = Array(" \(key)=".utf8) + value + [0x0A]
        var length = rest.count
        while String(length).utf8.count + rest.count != length { length = String(length).utf8.count + rest.count }
        let record = Array(String(length).utf8) + rest
        var header = Header("pax", kind: "x")
        header.size = record.count
        add(header)
        pad(record)
    }

    package mutating func pad(_ content: [UInt8]) {
        bytes += content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// The archive with its end.
    package var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}

extension [UInt8] {
    fileprivate func padded(to digits: Int) -> [UInt8] { [UInt8](repeating: 0x30, count: Swift.max(0, digits - count)) + self }
}
