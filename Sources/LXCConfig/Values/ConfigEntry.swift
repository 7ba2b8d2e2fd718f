// SPDX-License-Identifier: Apache-2.0

/// One assignment that was applied, after includes were read and names were made current.
///
/// What depends on the moment of reading (`lxc.environment = NAME`, the random digits of a hardware address) is already settled in
/// ``value``, so the same entries give the same settings in another process.
package struct ConfigEntry: Sendable, Equatable {
    /// The current name of the key, with its index or free part: `lxc.net.0.link`.
    package var key: String
    /// The text after the equals sign, without the quotes around it.
    package var value: String
    package var origin: ConfigOrigin

    package init(key: String = "", value: String = "", origin: ConfigOrigin = ConfigOrigin()) {
        self.key = key
        self.value = value
        self.origin = origin
    }
}
