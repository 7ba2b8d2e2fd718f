// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Where swift-lxc is installed: whose programs do the work, and which system configuration holds.
///
/// The library executes the program `lxc` of an installation, and only that. It never reads the environment to find it, so that a
/// program which runs as root cannot be talked into executing something else.
public struct Installation: Sendable, Hashable {
    /// The folder of the `lxc-*` tools: `/usr/local/bin`.
    public let tools: String
    /// The folder of the programs that users do not call: `/usr/local/libexec/lxc`.
    public let helpers: String
    /// The folder of the administrator's files: `/etc/lxc`.
    public let settings: String
    /// Where the root user's containers are, unless ``systemItem(_:)`` says otherwise: `/var/lib/lxc`.
    public let containers: String

    /// The installation that this program belongs to.
    ///
    /// That is the one below `/usr/local`, unless `scripts/lib/stamp-paths.sh` has written another one into the program file, as `make install`
    /// does with the programs of swift-lxc itself.
    public init() {
        tools = InstalledPaths.bin
        helpers = InstalledPaths.libexec
        settings = InstalledPaths.sysconf
        containers = InstalledPaths.containers
    }

    /// What `make install PREFIX=...` has installed.
    ///
    /// - Parameter prefix: An absolute path. Below `/usr` and `/usr/local` the system's `/etc` and `/var` are used, elsewhere those below
    ///   the prefix.
    public init(prefix: String) {
        let prefix = Self.withoutTrailingSlashes(prefix)
        let isSystem = prefix == "/usr" || prefix == "/usr/local"
        tools = prefix + "/bin"
        helpers = prefix + "/libexec/lxc"
        settings = (isSystem ? "" : prefix) + "/etc/lxc"
        containers = (isSystem ? "" : prefix) + "/var/lib/lxc"
    }

    /// An installation whose folders were chosen one by one.
    ///
    /// - Parameters:
    ///   - tools: The folder of the `lxc-*` tools (`BINDIR`).
    ///   - helpers: The folder of the programs that users do not call (`LIBEXECDIR` with `/lxc`).
    ///   - settings: The folder of the administrator's files (`SYSCONFDIR` with `/lxc`).
    ///   - containers: Where the root user's containers are (`LOCALSTATEDIR` with `/lib/lxc`).
    public init(tools: String, helpers: String, settings: String, containers: String) {
        self.tools = tools
        self.helpers = helpers
        self.settings = settings
        self.containers = containers
    }

    /// An item of the system configuration, `lxc.conf`, of the user who runs this program.
    ///
    /// - Parameter name: For example `lxc.lxcpath` or `lxc.default_config`.
    /// - Returns: Its value or its default; nil when it has none, or when there is no such item.
    /// - Throws: ``LXCError`` with the code `invalidConfiguration` when the file cannot be read or holds a word that is not allowed.
    public func systemItem(_ name: String) throws(LXCError) -> String? {
        guard let item = SystemConfigItem(name: name) else { return nil }
        return try systemConfig().value(of: item)
    }

    func systemConfig() throws(LXCError) -> SystemConfig {
        let owner: SystemConfig.Owner =
            ProcessControl.effectiveUser == 0 ? .root : .user(home: ProcessEnvironment.value("HOME") ?? "/")
        do {
            return try SystemConfig.load(
                owner: owner, paths: InstallPaths(systemConfiguration: settings, containers: containers))
        } catch { throw LXCError(error) }
    }

    /// The program that does work in a process of its own.
    var worker: String { tools + "/lxc" }

    /// The program that passes on what happens to containers.
    var monitorDaemon: String { helpers + "/lxc-monitord" }

    private static func withoutTrailingSlashes(_ path: String) -> String {
        var path = Substring(path)
        while path.last == "/" { path.removeLast() }
        return String(path)
    }
}
