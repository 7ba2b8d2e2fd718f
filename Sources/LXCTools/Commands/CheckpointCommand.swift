// SPDX-License-Identifier: Apache-2.0
package import LXCOperations
import LinuxKernel

/// What `lxc-checkpoint` is asked to do.
package struct CheckpointRequest: Sendable, Equatable {
    package var target: ContainerTarget
    package var options: CheckpointOptions
    /// Takes the container up again from disk instead.
    package var restores = false
    /// Whether the restored container stays on the caller's terminal.
    package var isForeground = false
}

/// `lxc-checkpoint`.
package enum CheckpointCommand: ToolCommand {
    static let restore = Option("restore", "r", help: "Take the container up again from the images in DIR.")
    static let directory = Option(
        "checkpoint-dir", "D", .required("DIR"), completes: .directory, help: "The folder of the images; it is made when it is missing.")
    static let verbose = Option("verbose", "v", help: "Have criu write everything it does to its log.")
    static let actionScript = Option(
        "action-script", "A", .required("PATH"), completes: .file, help: "A program that criu calls at each of its stages.")
    static let stop = Option("stop", "s", help: "Stop the container once it is written.")
    static let preDump = Option(
        "pre-dump", "p", help: "Write the memory only; the container runs on, and the next checkpoint has less to do.")
    static let preDumpDirectory = Option(
        "predump-dir", nil, .required("DIR"), completes: .directory, help: "The images of an earlier pre-dump, relative to -D.")
    static let daemon = Option("daemon", "d", help: "Run the restored container in the background; this is what happens anyway.")
    static let foreground = Option("foreground", "F", help: "Keep the restored container on this terminal.")

    package static let table = OptionTable(
        tool: "lxc-checkpoint",
        synopsis: ["-n NAME -D DIR [-s|-p] [OPTION...]", "-r -n NAME -D DIR [-d|-F] [OPTION...]"],
        summary: "Writes the state of a running container to disk with criu, and takes it up again from there.",
        groups: [
            .init(nil, [restore, directory, verbose, actionScript]),
            .init("Checkpoint options", [stop, preDump, preDumpDirectory]),
            .init("Restore options", [daemon, foreground]),
        ],
        operands: Operands(name: .required, candidates: .active),
        notes: [
            "The container must have been started with lxc.console.path = none and lxc.tty.max = 0, by root and without lxc.idmap; its network "
                + "devices are of type veth or empty. Connections of programs outside of it come back only if they are still open at both ends.",
            "criu(8) has to be installed, and says in its own log what it cannot write, for example terminals that somebody uses.",
        ])

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> CheckpointRequest {
        let target = try target(options, common)
        guard let folder = options.value(directory), !folder.isEmpty else {
            throw .usage("there is no folder for the images", advice: "name one with -D DIR")
        }
        let restores = options.has(restore)
        for option in [stop, preDump, preDumpDirectory] where restores && options.has(option) {
            throw ToolFailure(.badOptions, "\(option.displayName) is not for -r")
        }
        for option in [daemon, foreground] where !restores && options.has(option) {
            throw ToolFailure(.badOptions, "\(option.displayName) is for -r only")
        }
        if options.has(stop) && options.has(preDump) { throw ToolFailure(.badOptions, "after -p the container runs on, so -s cannot be") }
        var request = CheckpointRequest(target: target, options: CheckpointOptions(directory: try absolute(folder)), restores: restores)
        request.options.stops = options.has(stop)
        request.options.isPreliminary = options.has(preDump)
        request.options.earlier = options.value(preDumpDirectory)
        request.options.actionScript = try options.value(actionScript).map { (path) throws(ToolFailure) in try absolute(path) }
        request.options.isVerbose = options.has(verbose)
        request.isForeground = options.has(foreground)
        return request
    }

    private static func absolute(_ path: String) throws(ToolFailure) -> String {
        if path.hasPrefix("/") { return path }
        do { return try ProcessControl.workingDirectory() + "/" + path } catch {
            throw ToolFailure("cannot learn the working directory", error)
        }
    }

    /// Does it and prints the result.
    package static func run(
        _ request: CheckpointRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.checkpoint(request)
        return .success
    }
}
