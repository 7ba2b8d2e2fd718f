// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// A server of images.
struct ImageServer: Equatable {
    /// Scheme, host and path, without a slash at the end.
    let base: String
    /// Whether everybody on the way can read and change what is transferred.
    let isPlain: Bool

    static let usual = "images.linuxcontainers.org"

    /// Reads what the user wrote: `HOST[:PORT][/PATH]`, or a URL.
    init(_ text: String) throws(ImageFailure) {
        var rest = text[...]
        while rest.last == "/" { rest.removeLast() }
        isPlain = rest.hasPrefix("http://")
        if isPlain {
            rest = rest.dropFirst(7)
        } else if rest.hasPrefix("https://") {
            rest = rest.dropFirst(8)
        }
        guard !rest.isEmpty, !rest.hasPrefix("-"), !rest.hasPrefix("/"), rest.utf8.allSatisfy(Self.isPlainCharacter), !rest.contains("..")
        else {
            throw ImageFailure("\(shown(text)) is not a server", advice: "write HOST, https://HOST/PATH or http://HOST")
        }
        base = (isPlain ? "http://" : "https://") + rest
    }

    /// The address of a file.
    func url(_ path: String) -> String { base + "/" + path.drop { $0 == "/" } }

    static func isPlainCharacter(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "-._~:/[]%+".utf8.contains(byte)
    }
}
