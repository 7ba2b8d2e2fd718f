// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// One device of a running container.
package struct MadeDevice: Sendable, Equatable {
    /// What was asked for; a bridge that the system chose or a device found by a prefix is filled in.
    package var settings: NetworkSettings
    /// Name in the container; empty for a device of type empty.
    package var nameInside = ""
    /// Number in the container; 0 for a device of type empty.
    package var indexInside: UInt32 = 0
    /// The host's end of a veth.
    package var hostEnd: HostEnd?

    /// The end of a veth that stays on the host.
    package struct HostEnd: Sendable, Equatable {
        package var name: String
        package var index: UInt32

        package init(name: String, index: UInt32) {
            self.name = name
            self.index = index
        }
    }

    package init(_ settings: NetworkSettings) { self.settings = settings }

    /// The type as it is configured.
    package var type: String { settings.type?.value ?? "empty" }
}
