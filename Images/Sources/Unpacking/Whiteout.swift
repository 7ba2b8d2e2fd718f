// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel

/// A member of a layer that says what of earlier layers is gone (image-spec, "Whiteouts").
enum Whiteout {
    static let prefix = Array(".wh.".utf8)

    /// This name, beside the whiteout.
    case name([UInt8])
    /// Everything in the directory of the whiteout.
    case everything
    /// Records of aufs, which first had whiteouts; they mean nothing in an image.
    case bookkeeping

    init(_ path: EntryPath) throws(ImageFailure) {
        let rest = Array(path.name.dropFirst(Self.prefix.count))
        if rest.starts(with: Self.prefix) {
            self = rest.dropFirst(Self.prefix.count).elementsEqual(".opq".utf8) ? .everything : .bookkeeping
            return
        }
        if rest.isEmpty || rest == [0x2E] || rest == [0x2E, 0x2E] {
            throw ImageFailure("the whiteout \(shown(path.text)) names no file")
        }
        self = .name(rest)
    }
}

/// Patterns with `*` and `?`, which stand for slashes too.
enum Wildcard {
    /// Whether a pattern covers all of a text; takes no more than the product of their lengths.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let (pattern, text) = (Array(pattern.kernelBytes), text.kernelBytes)
        var (position, index) = (0, 0)
        var retry: (position: Int, index: Int)?
        while index < text.count {
            if position < pattern.count, pattern[position] == 0x2A {
                retry = (position, index)
                position += 1
            } else if position < pattern.count, pattern[position] == 0x3F || pattern[position] == text[index] {
                position += 1
                index += 1
            } else if let last = retry {
                retry = (last.position, last.index + 1)
                position = last.position + 1
                index = last.index + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == 0x2A }
    }
}
