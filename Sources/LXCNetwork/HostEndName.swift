// SPDX-License-Identifier: Apache-2.0

/// Names for the host's ends of veth devices.
package enum HostEndName {
    private static let characters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    private static let randomCount = 6

    /// `veth` and six random letters or digits, as C LXC names them.
    package static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return random(&generator)
    }

    /// A name for a device whose own one is taken: what it was called, as far as it fits, and three random letters or digits.
    static func replacement(for name: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let start = name.utf8.count <= 11 ? name : String(name.prefix(8))
        return start + "-" + String((0..<3).compactMap { _ in characters.randomElement(using: &generator) })
    }

    /// As ``random()``, with the source of chance.
    static func random(_ generator: inout some RandomNumberGenerator) -> String {
        "veth" + String((0..<randomCount).compactMap { _ in characters.randomElement(using: &generator) })
    }
}
