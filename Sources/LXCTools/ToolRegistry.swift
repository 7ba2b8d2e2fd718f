// SPDX-License-Identifier: Apache-2.0
import LXCRuntime

/// All tools.
package enum ToolRegistry {
    /// Every tool's table; built only for completion, manual and the list of tools.
    package static var tables: [OptionTable] {
        [
            AttachCommand.table, AutostartCommand.table, CgroupCommand.table, CheckConfigCommand.table,
            CheckpointCommand.table, CloneCommand.table, ConfigCommand.table,
            ConsoleCommand.table, ContainersCommand.table, CopyCommand.table,
            CreateCommand.table, DestroyCommand.table, DeviceCommand.table, ExecuteCommand.table, FreezeCommand.table, InfoCommand.table,
            ListCommand.table, MonitorCommand.table, NetCommand.table, SnapshotCommand.table, StartCommand.table,
            StartEphemeralCommand.table, StopCommand.table,
            TopCommand.table, UnfreezeCommand.table, UnshareCommand.table,
            UpdateConfigCommand.table, UsernsExecCommand.table, WaitCommand.table,
        ]
    }

    /// Names of the tools that users call.
    package static var names: [String] { tables.map { $0.tool } }

    /// Runs the tool of that name; `nil` when there is none.
    ///
    /// Debian wraps two of them for ordinary users, to get cgroups from systemd; ours ask for those themselves.
    static func run(_ tool: String, _ runner: ToolRunner<some ContainerEngine, some ToolStreams>, program: String, arguments: [String])
        -> ExitCode?
    {
        switch tool {
        case "lxc-attach", "lxc-unpriv-attach": runner.run(AttachCommand.self, program: program, arguments: arguments)
        case "lxc-autostart": runner.run(AutostartCommand.self, program: program, arguments: arguments)
        case "lxc-cgroup": runner.run(CgroupCommand.self, program: program, arguments: arguments)
        case "lxc-checkconfig": runner.run(CheckConfigCommand.self, program: program, arguments: arguments)
        case "lxc-checkpoint": runner.run(CheckpointCommand.self, program: program, arguments: arguments)
        case "lxc-clone": runner.run(CloneCommand.self, program: program, arguments: arguments)
        case "lxc-config": runner.run(ConfigCommand.self, program: program, arguments: arguments)
        case "lxc-console": runner.run(ConsoleCommand.self, program: program, arguments: arguments)
        case "lxc-containers": runner.run(ContainersCommand.self, program: program, arguments: arguments)
        case "lxc-copy": runner.run(CopyCommand.self, program: program, arguments: arguments)
        case "lxc-create": runner.run(CreateCommand.self, program: program, arguments: arguments)
        case "lxc-destroy": runner.run(DestroyCommand.self, program: program, arguments: arguments)
        case "lxc-device": runner.run(DeviceCommand.self, program: program, arguments: arguments)
        case "lxc-execute": runner.run(ExecuteCommand.self, program: program, arguments: arguments)
        case "lxc-freeze": runner.run(FreezeCommand.self, program: program, arguments: arguments)
        case "lxc-info": runner.run(InfoCommand.self, program: program, arguments: arguments)
        case "lxc-ls": runner.run(ListCommand.self, program: program, arguments: arguments)
        case MappedHelper.programName: runner.run(MappedCommand.self, program: program, arguments: arguments)
        case "lxc-monitor": runner.run(MonitorCommand.self, program: program, arguments: arguments)
        case "lxc-monitord": runner.run(MonitorDaemonCommand.self, program: program, arguments: arguments)
        case "lxc-net": runner.run(NetCommand.self, program: program, arguments: arguments)
        case "lxc-snapshot": runner.run(SnapshotCommand.self, program: program, arguments: arguments)
        case "lxc-start", "lxc-unpriv-start": runner.run(StartCommand.self, program: program, arguments: arguments)
        case "lxc-start-ephemeral": runner.run(StartEphemeralCommand.self, program: program, arguments: arguments)
        case "lxc-stop": runner.run(StopCommand.self, program: program, arguments: arguments)
        case "lxc-top": runner.run(TopCommand.self, program: program, arguments: arguments)
        case "lxc-unfreeze": runner.run(UnfreezeCommand.self, program: program, arguments: arguments)
        case "lxc-unshare": runner.run(UnshareCommand.self, program: program, arguments: arguments)
        case "lxc-update-config": runner.run(UpdateConfigCommand.self, program: program, arguments: arguments)
        case "lxc-usernsexec": runner.run(UsernsExecCommand.self, program: program, arguments: arguments)
        case "lxc-wait": runner.run(WaitCommand.self, program: program, arguments: arguments)
        default: nil
        }
    }
}
