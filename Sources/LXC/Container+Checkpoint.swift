// SPDX-License-Identifier: Apache-2.0
import LXCOperations

/// How a running container is written to disk.
public struct CheckpointOptions: Sendable, Hashable {
    /// Whether the container ends once it is written; otherwise it runs on.
    public var stops = false
    /// Whether only its memory is written, so that the next checkpoint has less to do.
    public var isPreliminary = false
    /// The folder of an earlier, preliminary checkpoint, relative to that of this one.
    public var earlier: String?
    /// A program that criu calls at each of its stages.
    public var actionScript: String?
    /// Whether criu's log tells everything.
    public var isVerbose = false

    /// The whole container, which runs on.
    public init() {}
}

extension Container {
    /// Writes the running container to disk with criu(8), which must be installed. ``resume(from:actionScript:isVerbose:)`` takes it up again.
    ///
    /// It must have been started by root with `lxc.console.path = none` and `lxc.tty.max = 0`, and without `lxc.idmap`; its network devices
    /// are of type veth or empty.
    ///
    /// - Parameters:
    ///   - directory: The folder for the images, an absolute path. They hold the memory of everything in the container.
    ///   - options: What is written, and what becomes of the container.
    /// - Throws: ``LXCError``: `notDefined`, `notRunning`, and `failed` with what criu complained about.
    public func checkpoint(to directory: String, options: CheckpointOptions = CheckpointOptions()) throws(LXCError) {
        guard directory.hasPrefix("/") else {
            throw LXCError(.failed, "cannot checkpoint \(name)", reason: "\"\(directory)\" is not an absolute path")
        }
        var checkpoint = LXCOperations.CheckpointOptions(directory: directory)
        checkpoint.stops = options.stops
        checkpoint.isPreliminary = options.isPreliminary
        checkpoint.earlier = options.earlier
        checkpoint.actionScript = options.actionScript
        checkpoint.isVerbose = options.isVerbose
        try perform(.checkpoint(checkpoint))
    }

    /// Takes the container up again where a checkpoint has left it, in the background; it must not be running.
    ///
    /// - Parameters:
    ///   - directory: The folder of the images, an absolute path.
    ///   - actionScript: A program that criu calls at each of its stages.
    ///   - isVerbose: Whether criu's log tells everything.
    /// - Throws: ``LXCError``: `notDefined`, `alreadyRunning`, and `failed` with what criu complained about.
    public func resume(from directory: String, actionScript: String? = nil, isVerbose: Bool = false) throws(LXCError) {
        guard directory.hasPrefix("/") else {
            throw LXCError(.failed, "cannot restore \(name)", reason: "\"\(directory)\" is not an absolute path")
        }
        var options = RestoreOptions(directory: directory)
        options.actionScript = actionScript
        options.isVerbose = isVerbose
        try perform(.restoreCheckpoint(options))
    }
}
