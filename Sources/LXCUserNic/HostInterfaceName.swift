// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCNetwork

/// Names of the host's ends: whose a device is can be read from it.
enum HostInterfaceName {
    /// The most bytes of a device's name.
    private static let longest = 15
    private static let randomCount = 4

    /// `vethUID_XXXX` with four random letters or digits, as C LXC has it. A number of more than six digits has no room there: it
    /// stands in base 36 before a `-`, so that nobody's name begins like somebody else's.
    static func random(for user: UInt32) -> String {
        let start = start(for: user)
        return start + HostEndName.randomText(min(randomCount, longest - start.utf8.count))
    }

    /// Whether a name is one that ``random(for:)`` gives to devices of a user.
    static func isOf(_ user: UInt32, _ name: ExactWord) -> Bool { name.bytes.starts(with: start(for: user).utf8) }

    private static func start(for user: UInt32) -> String {
        user <= 999_999 ? "veth\(user)_" : "veth\(String(user, radix: 36))-"
    }
}
