// SPDX-License-Identifier: Apache-2.0

/// An address with the length of its network prefix; also used for routes.
package struct InterfaceAddress: Sendable, Equatable {
    package var address: IPAddress
    /// 0 to 32 or 0 to 128.
    package var prefixLength: Int
    /// IPv4 only, when it was written out.
    package var broadcast: IPAddress?
    package var origin: ConfigOrigin

    package init(address: IPAddress, prefixLength: Int, broadcast: IPAddress? = nil, origin: ConfigOrigin = ConfigOrigin()) {
        self.address = address
        self.prefixLength = prefixLength
        self.broadcast = broadcast
        self.origin = origin
    }
}
