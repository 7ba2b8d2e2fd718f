// SPDX-License-Identifier: Apache-2.0
import CLinux

extension [UInt8] {
    /// The first place of a byte in a part of the bytes, or the end of the part.
    ///
    /// Library call: `memchr(3)`, which looks at eight bytes at a time; lines of files are long enough for that.
    package func position(of byte: UInt8, in range: Range<Int>) -> Int {
        withUnsafeBytes { bytes in
            let part = UnsafeRawBufferPointer(rebasing: bytes[range])
            guard let start = part.baseAddress, let found = memchr(start, Int32(byte), part.count) else { return range.upperBound }
            return range.lowerBound + (UnsafeRawPointer(found) - start)
        }
    }
}

extension StringProtocol {
    /// Where another text, which is not empty, stands first in this one, byte for byte; nil when it does not.
    ///
    /// The standard library's own search needs a module that Embedded Swift lacks.
    package func firstRange(of text: String) -> Range<Index>? {
        var start = utf8.startIndex
        while start < utf8.endIndex {
            var (here, wanted) = (start, text.utf8.startIndex)
            while here < utf8.endIndex, wanted < text.utf8.endIndex, utf8[here] == text.utf8[wanted] {
                utf8.formIndex(after: &here)
                text.utf8.formIndex(after: &wanted)
            }
            if wanted == text.utf8.endIndex { return start..<here }
            utf8.formIndex(after: &start)
        }
        return nil
    }

    /// Whether another text stands in this one.
    package func holds(_ text: String) -> Bool { firstRange(of: text) != nil }
}
