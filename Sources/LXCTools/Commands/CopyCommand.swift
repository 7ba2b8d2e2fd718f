// SPDX-License-Identifier: Apache-2.0
package import LXCStorage

/// What `lxc-copy` and its predecessors are asked to do.
package struct CopyRequest: Sendable, Equatable {
    package enum Task: Sendable, Equatable { case copy, snapshot, rename, ephemeral }

    /// What notes begin with.
    package var tool = "lxc-copy"
    /// The original.
    package var target: ContainerTarget
    /// Name of the copy; nil for one that is drawn, of an ephemeral copy.
    package var newName: String?
    /// Between the original's name and the six letters of a drawn name.
    package var separator = "_"
    /// Container path of the copy; nil for the original's.
    package var newPath: String?
    package var task = Task.copy
    package var allowsRunning = false
    package var isForeground = false
    /// `-m`: what an ephemeral copy gets mounted.
    package var mounts: [EphemeralMount] = []
    package var storage: StorageKind?
    package var usesMemory = false
    package var sizeInBytes: UInt64?
    package var keepsData = false
    package var keepsName = false
    package var keepsAddresses = false
    /// Arguments of clone hooks; of an ephemeral copy the command to run.
    package var arguments: [String] = []
    /// Asked for by `lxc-clone`: layers lie where LXC 1.0 put them.
    package var isHistoric = false

    package init(target: ContainerTarget) { self.target = target }

    /// Reads what `lxc-copy` and `lxc-clone` both have: storage of the copy, and what it keeps of the original's names.
    ///
    /// `kind`: the options for the kind of storage; the first one that is given counts.
    mutating func readStorage(_ options: ParsedOptions, kind: [Option], size: Option) throws(ToolFailure) {
        storage = try kind.compactMap({ options.value($0) }).first.map { (word) throws(ToolFailure) in try BackingRequest.copyKind(word) }
        sizeInBytes = try options.value(size).map { (text) throws(ToolFailure) in try BackingRequest.bytes(text, of: size) }
        keepsName = options.has(CopyCommand.keepName)
        keepsAddresses = options.has(CopyCommand.keepAddresses)
    }
}

/// `lxc-copy`.
package enum CopyCommand: ToolCommand {
    static let newName = Option("newname", "N", .required("NEWNAME"), help: "Name of the copy.")
    static let newPath = Option(
        "newpath", "p", .required("PATH"), default: "the original's", completes: .directory,
        help: "Put the copy into the container path PATH.")
    static let rename = Option("rename", "R", help: "Rename the container instead.")
    static let snapshot = Option("snapshot", "s", help: "Share with the original what neither of them changes.")
    static let allowRunning = Option(
        "allowrunning", "a", help: "With -s: copy a container that runs; what its programs have not written yet is missing.")
    static let foreground = Option("foreground", "F", help: "With -e: start it in the foreground, on this terminal.")
    static let daemon = Option("daemon", "d", help: "With -e: start it in the background, as without this option.")
    static let ephemeral = Option("ephemeral", "e", help: "Make a snapshot, start it, and destroy it when it stops.")
    static let mount = Option(
        "mount", "m", .required("TYPE=SRC[:DST][:ro|rw]"),
        help: "With -e: mount SRC of the host in the copy; TYPE is bind or overlay. Several are separated by commas.")
    static let backing = Option(
        "backingstorage", "B", .required("TYPE"), default: "the original's",
        completes: .words({ StorageKind.allCases.map { $0.rawValue } }), help: "Kind of storage of the copy.")
    static let backingStore = Option("backingstore", nil, .required("TYPE"), help: "What -B was called in LXC 2.0.")
    static let memory = Option("tmpfs", "t", help: "With -e: keep the changes in memory; they are gone when it stops or reboots.")
    static let size = Option(
        "fssize", "L", .required("SIZE[UNIT]"), default: "the original's",
        help: "Size of the copy's block device; units b, k, m, g and t, m when there is none.")
    static let keepData = Option("keepdata", "D", help: "With -e: keep the copy when it stops.")
    static let keepName = Option("keepname", "K", help: "Keep the host name.")
    static let keepAddresses = Option("keepmac", "M", help: "Keep the hardware addresses of network devices.")

    package static let table = OptionTable(
        tool: "lxc-copy",
        synopsis: [
            "-n NAME -N NEWNAME [OPTION...] [-- HOOK-ARGUMENT...]", "-n NAME [-N NEWNAME] -e [OPTION...] [-- COMMAND [ARG...]]",
            "-n NAME -N NEWNAME -R",
        ],
        summary: "Copies a container, renames it, or starts a copy that is gone when it stops.",
        groups: [
            .init(
                nil,
                [
                    newName, newPath, rename, snapshot, allowRunning, foreground, daemon, ephemeral, mount, backing, backingStore, memory,
                    size, keepData,
                    keepName, keepAddresses,
                ])
        ],
        operands: Operands(name: .required, rest: .words, candidates: .stopped))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> CopyRequest {
        var request = CopyRequest(target: try target(options, common))
        request.newName = options.value(newName)
        request.newPath = options.value(newPath)
        // Of several the last one decides, as with C LXC.
        request.task =
            switch options.last(of: [rename, snapshot, ephemeral]) {
            case let option? where option.isSame(as: rename): .rename
            case let option? where option.isSame(as: snapshot): .snapshot
            case let option? where option.isSame(as: ephemeral): .ephemeral
            default: .copy
            }
        request.allowsRunning = options.has(allowRunning)
        request.isForeground = options.last(of: [foreground, daemon]).map { $0.isSame(as: foreground) } ?? false
        for text in options.values(mount) { request.mounts += try EphemeralMount.all(text) }
        try request.readStorage(options, kind: [backing, backingStore], size: size)
        request.usesMemory = options.has(memory)
        request.keepsData = options.has(keepData)
        request.arguments = options.words
        try check(request)
        return request
    }

    private static func check(_ request: CopyRequest) throws(ToolFailure) {
        if request.newName == nil && request.task != .ephemeral {
            throw .usage("there is no name for the copy", advice: "add -N NEWNAME")
        }
        if let name = request.newName, name == request.target.name, request.newPath == nil {
            throw .usage("the copy cannot have the name of the original")
        }
        guard request.task != .ephemeral else {
            if request.usesMemory && request.keepsData { throw .usage("-t and -D exclude each other: memory is not kept") }
            return
        }
        if !request.mounts.isEmpty || request.usesMemory || request.keepsData {
            throw .usage("-m, -t and -D are for ephemeral copies", advice: "add -e")
        }
    }

    /// Does it and prints the result.
    package static func run(
        _ request: CopyRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        guard request.task == .ephemeral else {
            try engine.copy(request)
            return .success
        }
        return try engine.startEphemeral(request) { (name) throws(ToolFailure) in
            try streams.print("Created \(name) as clone of \(request.target.name)\n")
        }
    }
}
