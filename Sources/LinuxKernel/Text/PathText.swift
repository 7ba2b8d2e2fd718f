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

    /// A copy of some of the bytes; `range` begins and ends beside ASCII characters.
    func part(_ range: Range<Int>) -> String {
        let bytes = utf8.span.extracting(range)
        return String(unsafeUninitializedCapacity: bytes.count) { buffer in
            bytes.bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            return bytes.count
        }
    }
}
