// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LXCTools
import LinuxKernel

/// An engine that notes what it was asked and answers from prepared values.
final class RecordingEngine: ContainerEngine {
    /// The last request of each kind, described.
    private(set) var calls: [String] = []
    private(set) var started: StartRequest?
    private(set) var executed: ExecuteRequest?
    private(set) var attached: AttachRequest?
    private(set) var console: ConsoleRequest?
    private(set) var stopped: StopRequest?
    private(set) var waited: WaitRequest?
    private(set) var created: CreateRequest?
    private(set) var destroyed: DestroyRequest?
    private(set) var copied: CopyRequest?
    private(set) var daemon: MonitorDaemonRequest?
    private(set) var checkpointed: CheckpointRequest?
    /// The fields that facts were asked for, by container.
    private(set) var lookups: [String: ListFields] = [:]

    /// Thrown by every call when set.
    var failure: ToolFailure?
    var exit = ExitCode.success
    var stateReached = true
    var events: [MonitorEvent] = []
    var report = InfoReport(name: "web", state: .stopped)
    var listed: [ListedContainer] = []
    var snapshotRows: [SnapshotRow] = []
    var rows: [String: ListRow] = [:]
    var nested: [String: [ListRow]] = [:]
    var controls: [String: String] = [:]
    var values: [SystemConfigItem: String] = [:]
    var candidates: [AutostartCandidate] = []
    var uses: [ContainerUsage] = []
    /// Why containers cannot be started or stopped, by name.
    var failures: [String: ToolFailure] = [:]

    private func note(_ call: String) throws(ToolFailure) {
        calls.append(call)
        if let failure { throw failure }
    }

    func start(_ request: StartRequest) throws(ToolFailure) -> ExitCode {
        started = request
        try note("start \(request.target.name)")
        return exit
    }

    func execute(_ request: ExecuteRequest) throws(ToolFailure) -> ExitCode {
        executed = request
        try note("execute \(request.target.name)")
        return exit
    }

    func prepareToAttach() throws(ToolFailure) {}

    func attach(_ request: AttachRequest) throws(ToolFailure) -> ExitCode {
        attached = request
        try note("attach \(request.target.name)")
        return exit
    }

    func openConsole(_ request: ConsoleRequest) throws(ToolFailure) {
        console = request
        try note("console \(request.target.name)")
    }

    func stop(_ request: StopRequest) throws(ToolFailure) {
        stopped = request
        try note("stop \(request.target.name)")
    }

    func autostartCandidates(_ options: CommonOptions) throws(ToolFailure) -> [AutostartCandidate] {
        try note("candidates")
        return candidates
    }

    func startTogether(_ targets: [ContainerTarget], ended: (Int, ToolFailure?) -> Void) throws(ToolFailure) {
        try note("start " + targets.map { $0.name }.joined(separator: "+"))
        for (index, target) in targets.enumerated() { ended(index, failures[target.name]) }
    }

    func stopTogether(
        _ targets: [ContainerTarget], _ action: StopRequest.Action, timeout: Int?, ended: (Int, ToolFailure?) -> Void
    ) throws(ToolFailure) {
        try note("\(action) " + targets.map { $0.name }.joined(separator: "+") + (timeout.map { " in \($0)" } ?? ""))
        for (index, target) in targets.enumerated() { ended(index, failures[target.name]) }
    }

    func pause(seconds: Int) { calls.append("pause \(seconds)") }

    func freeze(_ target: ContainerTarget) throws(ToolFailure) { try note("freeze \(target.name)") }

    func unfreeze(_ target: ContainerTarget) throws(ToolFailure) { try note("unfreeze \(target.name)") }

    func wait(_ request: WaitRequest) throws(ToolFailure) -> Bool {
        waited = request
        try note("wait \(request.target.name)")
        return stateReached
    }

    func monitor(_ request: MonitorRequest, event: (MonitorEvent) throws(ToolFailure) -> Void) throws(ToolFailure) {
        try note("monitor \(request.options.paths.joined(separator: " "))")
        for item in events { try event(item) }
    }

    func quitMonitorDaemons(_ request: MonitorRequest) throws(ToolFailure) {
        try note("quit \(request.options.paths.joined(separator: " "))")
    }

    func runMonitorDaemon(_ request: MonitorDaemonRequest) throws(ToolFailure) -> ExitCode {
        daemon = request
        try note("monitord")
        return exit
    }

    func checkpoint(_ request: CheckpointRequest) throws(ToolFailure) {
        checkpointed = request
        try note("checkpoint \(request.target.name)")
    }

    func create(_ request: CreateRequest) throws(ToolFailure) {
        created = request
        try note("create \(request.target.name)")
    }

    func printTemplateHelp(_ template: String) throws(ToolFailure) { try note("help of \(template)") }

    func destroy(_ request: DestroyRequest) throws(ToolFailure) {
        destroyed = request
        try note("destroy \(request.target.name)")
    }

    func information(_ request: InfoRequest) throws(ToolFailure) -> InfoReport {
        try note("information \(request.target.name)")
        return report
    }

    func containers(_ options: CommonOptions) throws(ToolFailure) -> [ListedContainer] {
        try note("containers")
        return listed
    }

    func facts(of containers: [ListedContainer], _ fields: ListFields, _ options: CommonOptions) throws(ToolFailure) -> [ListRow] {
        for container in containers { lookups[container.name] = fields }
        return containers.map { rows[$0.name] ?? ListRow(name: $0.name) }
    }

    func usage(_ options: CommonOptions) throws(ToolFailure) -> [ContainerUsage] {
        try note("usage")
        return uses
    }

    func copy(_ request: CopyRequest) throws(ToolFailure) {
        copied = request
        try note("\(request.task) \(request.target.name) to \(request.newName ?? "-")")
    }

    func startEphemeral(_ request: CopyRequest, created: (String) throws(ToolFailure) -> Void) throws(ToolFailure) -> ExitCode {
        copied = request
        try created(request.newName ?? request.target.name + "_AbC123")
        try note("start a copy of \(request.target.name)")
        return .success
    }

    func snapshots(_ target: ContainerTarget) throws(ToolFailure) -> [SnapshotRow] {
        try note("snapshots of \(target.name)")
        return snapshotRows
    }

    func changeSnapshots(_ request: SnapshotRequest) throws(ToolFailure) {
        try note("\(request.task) of \(request.target.name)")
    }

    func changeDevice(_ request: DeviceRequest) throws(ToolFailure) {
        let action = request.action == .add ? "add" : "delete"
        try note("\(action) \(request.device) as \(request.newName ?? "-") of \(request.target.name)")
    }

    func nestedContainers(
        of container: ListedContainer, levels: Int, _ fields: ListFields, _ options: CommonOptions
    ) throws(ToolFailure) -> [ListRow] {
        (nested[container.name] ?? []).filter { $0.parents.count <= levels }
    }

    func readControl(_ object: String, of target: ContainerTarget) throws(ToolFailure) -> String {
        try note("read \(object) of \(target.name)")
        return controls[object] ?? ""
    }

    func writeControl(_ object: String, _ value: String, of target: ContainerTarget) throws(ToolFailure) {
        try note("write \(value) to \(object) of \(target.name)")
    }

    func systemValue(_ item: SystemConfigItem) throws(ToolFailure) -> String? { values[item] }
}

/// Streams that keep what is written.
final class RecordingStreams: ToolStreams {
    private(set) var output = ""
    private(set) var errors = ""
    /// Width of the terminal; `nil` for a file.
    let width: Int?

    init(width: Int? = nil) { self.width = width }

    func write(_ text: String, to stream: StandardStream) throws(KernelError) {
        if stream == .output { output += text } else { errors += text }
    }

    func columns(of stream: StandardStream) -> Int? { width }

    func isTerminal(_ stream: StandardStream) -> Bool { width != nil }
}

/// What one command line did.
struct ToolRun {
    let status: Int32
    let output: String
    let errors: String
    let engine: RecordingEngine

    /// Runs a command line, split at blanks unless given as words.
    init(_ line: String, width: Int? = nil, _ prepare: (RecordingEngine) -> Void = { _ in }) {
        self.init(words: line.split(separator: " ").map(String.init), width: width, prepare)
    }

    init(words: [String], width: Int? = nil, _ prepare: (RecordingEngine) -> Void = { _ in }) {
        engine = RecordingEngine()
        prepare(engine)
        let streams = RecordingStreams(width: width)
        status = Multicall.run(words, engine: engine, streams: streams)
        output = streams.output
        errors = streams.errors
    }
}
