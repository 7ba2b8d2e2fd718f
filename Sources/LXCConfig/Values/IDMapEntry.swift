// SPDX-License-Identifier: Apache-2.0

/// One range of a user namespace's id map.
package struct IDMapEntry: Sendable, Equatable {
    package enum Kind: Sendable, Equatable { case user, group }

    package var kind: Kind
    /// First id inside the container.
    package var containerID: UInt32
    /// First id on the host.
    package var hostID: UInt32
    /// How many ids, at least 1.
    package var count: UInt32
    package var origin: ConfigOrigin

    package init(
        kind: Kind = .user, containerID: UInt32 = 0, hostID: UInt32 = 0, count: UInt32 = 0, origin: ConfigOrigin = ConfigOrigin()
    ) {
        self.kind = kind
        self.containerID = containerID
        self.hostID = hostID
        self.count = count
        self.origin = origin
    }
}
