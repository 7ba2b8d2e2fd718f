// SPDX-License-Identifier: Apache-2.0
import LXCOperations

/// Which interface of C LXC's this is, and what of it is there.
public enum LibraryVersion {
    /// The release of C LXC whose features are offered, as `lxc_get_version` of the library for C programs tells it.
    public static let interface = "5.0.2"

    /// Whether something is there that C LXC's releases got one after the other; `lxc_has_api_extension`.
    ///
    /// - Parameter name: What C LXC calls it, for example `mount_injection`.
    /// - Returns: False for names that are not known, too.
    public static func hasExtension(_ name: String) -> Bool { APIExtensions.names.contains(name) }
}
