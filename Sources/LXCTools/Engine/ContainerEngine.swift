// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LXCOperations

/// What the tools ask of the library below them; one call a tool, so that joining the two is a thin adapter and a test can stand in.
///
/// Every call throws ``ToolFailure``; the texts that scripts know are ready-made in `ToolFailure+Standard.swift`.
package protocol ContainerEngine {
    /// Starts a container. Returns when it runs, or, in the foreground, when it has ended: with init's status.
    func start(_ request: StartRequest) throws(ToolFailure) -> ExitCode
    /// Runs one command under a minimal init and returns its status; with ``ExecuteRequest/isDaemon`` returns at once.
    func execute(_ request: ExecuteRequest) throws(ToolFailure) -> ExitCode
    /// Runs a command, or the user's shell, in a running container and returns its status.
    func attach(_ request: AttachRequest) throws(ToolFailure) -> ExitCode
    /// Prepares the program for ``attach(_:)``; it may begin anew here, so a tool that does other things first says so before them.
    func prepareToAttach() throws(ToolFailure)
    /// Connects the caller's terminal with a terminal of the container until the user detaches.
    func openConsole(_ request: ConsoleRequest) throws(ToolFailure)
    /// Stops or reboots a container.
    func stop(_ request: StopRequest) throws(ToolFailure)
    /// All defined containers of the folder asked for, sorted by name, with what `lxc-autostart` wants to know of them.
    func autostartCandidates(_ options: CommonOptions) throws(ToolFailure) -> [AutostartCandidate]
    /// Starts containers at the same time; `ended` is called with the place of each once it runs, or with the reason why it does not.
    func startTogether(_ targets: [ContainerTarget], ended: (Int, ToolFailure?) -> Void) throws(ToolFailure)
    /// Stops or reboots containers at the same time. `timeout`: as in ``StopRequest``, for all of them together; one that does not stop is
    /// killed then, and one that does not reboot has failed.
    func stopTogether(
        _ targets: [ContainerTarget], _ action: StopRequest.Action, timeout: Int?, ended: (Int, ToolFailure?) -> Void
    ) throws(ToolFailure)
    /// Lets time go by.
    func pause(seconds: Int)
    /// Stops all processes of a container without ending them.
    func freeze(_ target: ContainerTarget) throws(ToolFailure)
    /// Lets a frozen container go on.
    func unfreeze(_ target: ContainerTarget) throws(ToolFailure)
    /// Waits for one of some states; `false` when the time is over first.
    func wait(_ request: WaitRequest) throws(ToolFailure) -> Bool
    /// Calls `event` for every event of the containers below the given folders, until it fails or the events end.
    func monitor(_ request: MonitorRequest, event: (MonitorEvent) throws(ToolFailure) -> Void) throws(ToolFailure)
    /// Tells the monitor daemon of each folder to quit.
    func quitMonitorDaemons(_ request: MonitorRequest) throws(ToolFailure)
    /// Is the monitor daemon until nobody listens any more.
    func runMonitorDaemon(_ request: MonitorDaemonRequest) throws(ToolFailure) -> ExitCode
    /// Writes a running container to disk, or takes it up again from there.
    func checkpoint(_ request: CheckpointRequest) throws(ToolFailure)
    /// Makes a container.
    func create(_ request: CreateRequest) throws(ToolFailure)
    /// Lets a template print its own help.
    func printTemplateHelp(_ template: String) throws(ToolFailure)
    /// Removes a container.
    func destroy(_ request: DestroyRequest) throws(ToolFailure)
    /// Copies or renames a container.
    func copy(_ request: CopyRequest) throws(ToolFailure)
    /// Makes an ephemeral copy and starts it; `created` is called with its name in between. Returns when it runs, or, in the foreground,
    /// when it has ended.
    func startEphemeral(_ request: CopyRequest, created: (String) throws(ToolFailure) -> Void) throws(ToolFailure) -> ExitCode
    /// The snapshots of a container.
    func snapshots(_ target: ContainerTarget) throws(ToolFailure) -> [SnapshotRow]
    /// Makes, restores or destroys snapshots.
    func changeSnapshots(_ request: SnapshotRequest) throws(ToolFailure)
    /// Collects what `lxc-info` is asked for.
    func information(_ request: InfoRequest) throws(ToolFailure) -> InfoReport
    /// Names of all containers in the folder asked for, sorted; a missing folder has none.
    func containers(_ options: CommonOptions) throws(ToolFailure) -> [ListedContainer]
    /// What the running containers of the folder asked for use, sorted by name; made to be called again and again.
    func usage(_ options: CommonOptions) throws(ToolFailure) -> [ContainerUsage]
    /// Looks up some facts of containers, a row each in their order; facts that cannot be had stay empty, so that a broken container
    /// does not hide the others.
    func facts(of containers: [ListedContainer], _ fields: ListFields, _ options: CommonOptions) throws(ToolFailure) -> [ListRow]
    /// The containers inside a running container, each with its level from 1, children after their parent.
    func nestedContainers(
        of container: ListedContainer, levels: Int, _ fields: ListFields, _ options: CommonOptions
    ) throws(ToolFailure) -> [ListRow]
    /// The content of a control file of a running container's cgroup, exactly as read.
    func readControl(_ object: String, of target: ContainerTarget) throws(ToolFailure) -> String
    /// Writes a control file of a running container's cgroup.
    func writeControl(_ object: String, _ value: String, of target: ContainerTarget) throws(ToolFailure)
    /// Gives a running container a device of the host, or takes it away.
    func changeDevice(_ request: DeviceRequest) throws(ToolFailure)
    /// The value of a system-wide setting; `nil` when it is not set.
    func systemValue(_ item: SystemConfigItem) throws(ToolFailure) -> String?
}

/// The container that a tool works on, and the shared options.
package struct ContainerTarget: Sendable, Equatable {
    package let name: String
    package let options: CommonOptions

    package init(name: String, options: CommonOptions = CommonOptions()) {
        self.name = name
        self.options = options
    }
}
