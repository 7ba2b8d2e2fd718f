// SPDX-License-Identifier: Apache-2.0

/// Everything the user asked for about one container: values only, no live state.
///
/// An optional that is `nil` was not set; the default then is the business of whoever uses the value. Copies share their memory.
package struct ContainerConfig: Sendable, Equatable {
    private struct Values: Sendable, Equatable {
        var rootfs = RootfsSettings()
        var mounts = MountSettings()
        var networks: [NetworkSettings] = []
        var cgroup = CgroupSettings()
        var security = SecuritySettings()
        var process = ProcessSettings()
        var console = ConsoleSettings()
        var hooks = HookSettings()
        var namespaces = NamespaceSettings()
        var start = StartSettings()
        var log = LogSettings()
        var idMap: [IDMapEntry] = []
        var hostName: String?
        var isEphemeral = false
        var entries: [ConfigEntry] = []
    }

    private var shared = CopyOnWrite(Values())

    package init() {}

    package var rootfs: RootfsSettings {
        _read { yield shared.value.rootfs }
        _modify { yield &shared.value.rootfs }
    }
    package var mounts: MountSettings {
        _read { yield shared.value.mounts }
        _modify { yield &shared.value.mounts }
    }
    /// The network devices, in the order of their indexes.
    package var networks: [NetworkSettings] {
        _read { yield shared.value.networks }
        _modify { yield &shared.value.networks }
    }
    package var cgroup: CgroupSettings {
        _read { yield shared.value.cgroup }
        _modify { yield &shared.value.cgroup }
    }
    package var security: SecuritySettings {
        _read { yield shared.value.security }
        _modify { yield &shared.value.security }
    }
    package var process: ProcessSettings {
        _read { yield shared.value.process }
        _modify { yield &shared.value.process }
    }
    package var console: ConsoleSettings {
        _read { yield shared.value.console }
        _modify { yield &shared.value.console }
    }
    package var hooks: HookSettings {
        _read { yield shared.value.hooks }
        _modify { yield &shared.value.hooks }
    }
    package var namespaces: NamespaceSettings {
        _read { yield shared.value.namespaces }
        _modify { yield &shared.value.namespaces }
    }
    package var start: StartSettings {
        _read { yield shared.value.start }
        _modify { yield &shared.value.start }
    }
    package var log: LogSettings {
        _read { yield shared.value.log }
        _modify { yield &shared.value.log }
    }
    package var idMap: [IDMapEntry] {
        _read { yield shared.value.idMap }
        _modify { yield &shared.value.idMap }
    }
    /// `lxc.uts.name`
    package var hostName: String? {
        _read { yield shared.value.hostName }
        _modify { yield &shared.value.hostName }
    }
    /// `lxc.ephemeral`: the container is destroyed when it stops.
    package var isEphemeral: Bool {
        _read { yield shared.value.isEphemeral }
        _modify { yield &shared.value.isEphemeral }
    }
    /// Every assignment that was applied, in order, after includes were read.
    package var entries: [ConfigEntry] {
        _read { yield shared.value.entries }
        _modify { yield &shared.value.entries }
    }

    /// The place of the last assignment of a key, given by its current name.
    package func origin(of key: String) -> ConfigOrigin? {
        entries.last { $0.key == key }?.origin
    }
}
