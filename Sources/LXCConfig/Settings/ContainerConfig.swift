// SPDX-License-Identifier: Apache-2.0

/// Everything the user asked for about one container: values only, no live state.
///
/// An optional that is `nil` was not set; the default then is the business of whoever uses the value.
package struct ContainerConfig: Sendable, Equatable {
    package var rootfs = RootfsSettings()
    package var mounts = MountSettings()
    /// The network devices, in the order of their indexes.
    package var networks: [NetworkSettings] = []
    package var cgroup = CgroupSettings()
    package var security = SecuritySettings()
    package var process = ProcessSettings()
    package var console = ConsoleSettings()
    package var hooks = HookSettings()
    package var namespaces = NamespaceSettings()
    package var start = StartSettings()
    package var log = LogSettings()
    package var idMap: [IDMapEntry] = []
    /// `lxc.uts.name`
    package var hostName: String?
    /// `lxc.ephemeral`: the container is destroyed when it stops.
    package var isEphemeral = false
    /// Every assignment that was applied, in order, after includes were read.
    package var entries: [ConfigEntry] = []

    package init() {}

    /// The place of the last assignment of a key, given by its current name.
    package func origin(of key: String) -> ConfigOrigin? {
        entries.last { $0.key == key }?.origin
    }
}
