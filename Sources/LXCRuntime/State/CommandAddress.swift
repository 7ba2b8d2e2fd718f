// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// The abstract name of a container's control socket.
package struct CommandAddress: Sendable, Hashable {
    /// The longest text that is used as it is, in bytes.
    static let longestPlainText = 105

    package let lxcPath: String
    package let name: String
    /// The socket name: `LXCPATH/NAME/command`, or `lxc/HASH/command` when that is too long.
    package let text: String

    /// Makes the address of one container.
    ///
    /// Trailing slashes of the container path are dropped; nothing else is normalised, because clients and monitors must come to
    /// the same bytes.
    package init(lxcPath: String, name: String) {
        let path = Self.withoutTrailingSlashes(lxcPath)
        self.lxcPath = path
        self.name = name
        let plain = String(concatenating: path, "/", name, "/command")
        // What the kernel reads is never longer than the text.
        let isShort = plain.utf8.count <= Self.longestPlainText || plain.kernelBytes.count <= Self.longestPlainText
        text = isShort ? plain : Self.hashedText(lxcPath: path, name: name)
    }

    /// A socket name found on the host, whose container is not known yet.
    init(foundText text: String) {
        lxcPath = ""
        name = ""
        self.text = text
    }

    /// The socket address to bind or to connect to.
    package func socketAddress() throws(KernelError) -> AbstractAddress { try AbstractAddress(text) }

    static func hashedText(lxcPath: String, name: String) -> String {
        "lxc/\(NameHash("\(lxcPath)/\(name)").text)/command"
    }

    /// A path without the slashes at its end; the root directory keeps its one.
    package static func withoutTrailingSlashes(_ path: String) -> String {
        let bytes = path.utf8.span
        var end = bytes.count
        while end > 1, bytes[end - 1] == UInt8(ascii: "/") { end -= 1 }
        return end == bytes.count ? path : path.part(0..<end)
    }
}
