// SPDX-License-Identifier: Apache-2.0

/// What `lxc-snapshot` is asked to do.
package struct SnapshotRequest: Sendable, Equatable {
    /// What is to be done.
    package enum Task: Sendable, Equatable {
        case make(commentFile: String?)
        case list(withComments: Bool)
        /// `newName`: nil to bring the container itself back.
        case restore(snapshot: String, newName: String?)
        case destroy(snapshot: String)
        case destroyAll
    }

    package var target: ContainerTarget
    package var task: Task
    package var format = OutputFormat.table
}

/// A line of the list of snapshots.
package struct SnapshotRow: Sendable, Equatable {
    package let name: String
    /// The folder of all snapshots of the container.
    package let folder: String
    /// `YYYY:MM:DD hh:mm:ss`; empty when it is not known.
    package let time: String
    package let comment: String?

    package init(name: String, folder: String, time: String, comment: String?) {
        self.name = name
        self.folder = folder
        self.time = time
        self.comment = comment
    }
}

/// `lxc-snapshot`.
package enum SnapshotCommand: ToolCommand {
    static let list = Option("list", "L", help: "List the snapshots.")
    static let comments = Option("showcomments", "C", help: "With -L: print the comment of each.")
    static let comment = Option(
        "comment", "c", .required("FILE"), completes: .file, help: "Keep the text in FILE as the snapshot's comment.")
    static let restore = Option("restore", "r", .required("SNAP"), help: "Bring the container back to SNAP, for example snap0.")
    static let newName = Option("newname", "N", .required("NEWNAME"), help: "With -r: make a new container NEWNAME of the snapshot.")
    static let destroy = Option("destroy", "d", .required("SNAP"), help: "Destroy SNAP; ALL destroys every snapshot.")

    package static let table = OptionTable(
        tool: "lxc-snapshot",
        synopsis: [
            "-n NAME [-c FILE]", "-n NAME -L [-C]", "-n NAME -r SNAP [-N NEWNAME]", "-n NAME -d SNAP|ALL",
        ],
        summary: "Makes a snapshot of a stopped container, lists them, goes back to one, or destroys one.",
        groups: [.init(nil, [list, comments, comment, restore, newName, destroy, SharedOption.format])],
        operands: Operands(name: .required, rest: .words))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> SnapshotRequest {
        let target = try target(options, common)
        var words = options.words
        let task: SnapshotRequest.Task
        if let snapshot = options.value(restore) {
            // LXC 1.0 took the new name as a plain word.
            let name = options.value(newName) ?? (words.isEmpty ? nil : words.removeFirst())
            task = .restore(snapshot: snapshot, newName: name == target.name ? nil : name)
        } else if let snapshot = options.value(destroy) {
            task = snapshot == "ALL" ? .destroyAll : .destroy(snapshot: snapshot)
        } else if options.has(list) || options.has(comments) {
            task = .list(withComments: options.has(comments))
        } else {
            task = .make(commentFile: options.value(comment))
        }
        if options.has(newName) && !options.has(restore) {
            throw .usage("-N is for -r", advice: "name the snapshot to restore with -r")
        }
        if let word = words.first { throw .usage("the word \"\(word)\" is too many") }
        return SnapshotRequest(target: target, task: task, format: try options.outputFormat())
    }

    /// Does it and prints the result.
    package static func run(
        _ request: SnapshotRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        guard case .list(let withComments) = request.task else {
            try engine.changeSnapshots(request)
            return .success
        }
        let rows = try engine.snapshots(request.target)
        switch request.format {
        case .table: try streams.print(table(rows, withComments: withComments))
        case .json: try streams.print(json(rows))
        }
        return .success
    }

    private static func table(_ rows: [SnapshotRow], withComments: Bool) -> String {
        if rows.isEmpty { return "No snapshots\n" }
        var text = ""
        for row in rows {
            text += "\(row.name) (\(row.folder))" + (row.time.isEmpty ? "" : " " + row.time) + "\n"
            guard withComments, let comment = row.comment else { continue }
            text += comment + (comment.hasSuffix("\n") || comment.isEmpty ? "" : "\n")
        }
        return text
    }

    private static func json(_ rows: [SnapshotRow]) -> String {
        let rows = rows.map { row in
            JSONValue.object([
                .init("name", .string(row.name)), .init("path", .string(row.folder)),
                .init("created", .optional(row.time.isEmpty ? nil : row.time)), .init("comment", .optional(row.comment)),
            ])
        }
        return JSONValue.document([.init("snapshots", .array(rows))]).text + "\n"
    }
}
