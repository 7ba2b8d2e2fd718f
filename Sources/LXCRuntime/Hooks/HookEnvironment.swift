// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCNetwork
import LinuxKernel

/// The variables that hooks find, besides those of whoever called lxc-start (which a start hook does not get).
struct HookEnvironment {
    /// Set for every hook of a run.
    private var common = KeyedList<String, String>()
    /// Filled in when it is known.
    var initPID: Int32?
    /// `stop` or `reboot`, for the hooks after the end.
    var target: String?
    /// The name of the original, for the hooks of a clone.
    var sourceName: String?
    /// `NAME` and path of each namespace kept open for the stop hook, e.g. `("mnt", "/proc/12/fd/7")`.
    var namespaces: [(file: String, path: String)] = []

    init(_ plan: StartPlan, mountPoint: String, hasCgroupNamespaces: Bool) {
        let config = plan.config
        common["LXC_NAME"] = plan.name
        common["LXC_CONFIG_FILE"] = plan.configFile
        common["LXC_ROOTFS_MOUNT"] = mountPoint
        common["LXC_LOG_LEVEL"] = plan.logLevel.name
        common["LXC_HOOK_VERSION"] = "\(config.hooks.version)"
        if let path = config.rootfs.plainPath { common["LXC_ROOTFS_PATH"] = path }
        if let path = config.console.consolePath { common["LXC_CONSOLE"] = path }
        if let path = config.console.logFile { common["LXC_CONSOLE_LOGPATH"] = path }
        if hasCgroupNamespaces { common["LXC_CGNS_AWARE"] = "1" }
    }

    /// `NAME=VALUE` lines for one hook.
    ///
    /// `inside`: whether the hook runs in the container's namespaces and so sees `lxc.environment`.
    func lines(for hook: Hook, plan: StartPlan, inside: Bool) -> [String] {
        var variables = common
        if let initPID, [.startHost, .stop, .postStop].contains(hook) { variables["LXC_PID"] = "\(initPID)" }
        if let target, [.stop, .postStop].contains(hook) { variables["LXC_TARGET"] = target }
        if let sourceName, hook == .clone { variables["LXC_SRC_NAME"] = sourceName }
        if hook == .clone, let path = plan.config.rootfs.path?.value { variables["LXC_ROOTFS_PATH"] = path }
        let version = plan.config.hooks.version
        if version == 1 {
            variables["LXC_HOOK_TYPE"] = hook.rawValue
            variables["LXC_HOOK_SECTION"] = "lxc"
            if hook == .stop {
                for (file, path) in namespaces { variables["LXC_\(file.uppercased())_NS"] = path }
            }
        }
        if inside {
            for variable in plan.config.process.environment + plan.config.process.environmentHooks {
                variables[variable.name] = variable.value
            }
        }
        return Self.lines(variables, over: Self.inherited(by: hook))
    }

    /// `NAME=VALUE` lines for a network script.
    func lines(for moment: NetworkScript, _ device: MadeDevice, plan: StartPlan) -> [String] {
        var variables = common
        if moment == .down {
            if let initPID { variables["LXC_PID"] = "\(initPID)" }
            for (file, path) in namespaces { variables["LXC_\(file.uppercased())_NS"] = path }
        }
        if plan.config.hooks.version == 1 {
            variables["LXC_HOOK_TYPE"] = moment.rawValue
            variables["LXC_HOOK_SECTION"] = "net"
            variables["LXC_NET_TYPE"] = device.type
            if let link = device.settings.link, device.type != "empty" { variables["LXC_NET_PARENT"] = link }
            if let hostEnd = device.hostEnd { variables["LXC_NET_PEER"] = hostEnd.name }
        }
        return Self.lines(variables, over: ProcessEnvironment.lines)
    }

    private static func lines(_ variables: KeyedList<String, String>, over inherited: [String]) -> [String] {
        inherited.filter { line in
            guard let name = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).first else { return false }
            return variables[String(name)] == nil
        } + variables.entries.map { "\($0.key)=\($0.value)" }
    }

    /// Arguments behind the command of a network script: type, device of the host, host's end of a veth.
    func arguments(for moment: NetworkScript, _ device: MadeDevice, plan: StartPlan) -> [String] {
        let link = device.type == "empty" ? nil : device.settings.link
        let own = [device.type] + [link, device.hostEnd?.name].compactMap { $0 }
        return plan.config.hooks.version == 0 ? [plan.name, "net", moment.rawValue] + own : own
    }

    /// The caller's variables are for programs of the host; a start hook is a program of the container, as init is.
    private static func inherited(by hook: Hook) -> [String] {
        hook == .start ? ["PATH=\(AttachEnvironment.defaultPath)"] : ProcessEnvironment.lines
    }

    /// Arguments behind the command of the configuration.
    func arguments(for hook: Hook, plan: StartPlan, extra: [String] = []) -> [String] {
        guard plan.config.hooks.version == 0 else { return extra }
        let stop = hook == .stop ? namespaces.map { "\($0.file):\($0.path)" } : []
        return [plan.name, "lxc", hook.rawValue] + stop + extra
    }
}
