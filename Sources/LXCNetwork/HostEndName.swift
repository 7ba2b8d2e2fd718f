// SPDX-License-Identifier: Apache-2.0

/// Names for the host's ends of veth devices.
package enum HostEndName {
    private static let characters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)

    /// `veth` and six random letters or digits, as C LXC names them.
    package static func random() -> String { "veth" + randomText(6) }

    /// Letters and digits by chance, `count` of them.
    package static func randomText(_ count: Int) -> String {
        String(decoding: (0..<count).map { _ in characters[Int.random(in: 0..<characters.count)] }, as: UTF8.self)
    }

    /// A name for a device whose own one is taken: what it was called, if that leaves room, and three random letters or digits.
    static func replacement(for name: String) -> String { (name.utf8.count <= 11 ? name : "phys") + "-" + randomText(3) }
}
