// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Number of a device, makedev(3).
package struct DeviceNumber: Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(major: UInt32, minor: UInt32) { rawValue = clinux_makedev(major, minor) }

    package var major: UInt32 { clinux_major(rawValue) }
    package var minor: UInt32 { clinux_minor(rawValue) }
}
