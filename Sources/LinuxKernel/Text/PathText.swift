// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The path of an entry of the folder that this is the path of.
    ///
    /// One allocation: two `+` make a text for each, and paths are what these programs are made of (a sixth of the instructions of
    /// `lxc-copy -s`).
    ///
    /// - Parameter name: The entry, or a path below the folder.
    /// - Returns: Both with a slash between them.
    package func appendingPath(_ name: String) -> String {
        let (folder, entry) = (utf8.span, name.utf8.span)
        return String(unsafeUninitializedCapacity: folder.count + 1 + entry.count) { buffer in
            let target = UnsafeMutableRawBufferPointer(buffer)
            folder.bytes.withUnsafeBytes { target.copyMemory(from: $0) }
            target[folder.count] = 0x2F
            entry.bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: target[(folder.count + 1)...]).copyMemory(from: $0) }
            return folder.count + 1 + entry.count
        }
    }

    /// Texts one after the other, in one allocation: interpolation and `+` grow a text several times.
    ///
    /// - Parameters: The texts; up to five are what paths and records are made of.
    @inline(never) package init(
        concatenating first: String, _ second: String, _ third: String = "", _ fourth: String = "", _ fifth: String = ""
    ) {
        let count = first.utf8.count + second.utf8.count + third.utf8.count + fourth.utf8.count + fifth.utf8.count
        self.init(unsafeUninitializedCapacity: count) { buffer in
            var end = 0
            func append(_ text: String) {
                let (bytes, rest) = (text.utf8.span.bytes, UnsafeMutableRawBufferPointer(buffer)[end...])
                bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: rest).copyMemory(from: $0) }
                end += bytes.byteCount
            }
            append(first)
            append(second)
            append(third)
            append(fourth)
            append(fifth)
            return end
        }
    }

    /// The path of the folder that the entry of this path lies in; `.` when it is a name alone.
    package var parentPath: String {
        guard let slash = utf8.lastIndex(of: 0x2F) else { return "." }
        let end = utf8.distance(from: utf8.startIndex, to: slash)
        return end == 0 ? "/" : part(0..<end)
    }

    /// A copy of some of the bytes; `range` begins and ends beside ASCII characters.
    package func part(_ range: Range<Int>) -> String {
        let bytes = utf8.span.extracting(range)
        return String(unsafeUninitializedCapacity: bytes.count) { buffer in
            bytes.bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            return bytes.count
        }
    }
}
