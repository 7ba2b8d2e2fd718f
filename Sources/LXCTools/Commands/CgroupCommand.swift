// SPDX-License-Identifier: Apache-2.0

/// What `lxc-cgroup` is asked to do.
package struct CgroupRequest: Sendable, Equatable {
    package var target: ContainerTarget
    /// A control file, for example `memory.max`.
    package var object: String
    /// The value to write; `nil` reads.
    package var value: String?
}

/// `lxc-cgroup`.
package enum CgroupCommand: ToolCommand {
    package static let table = OptionTable(
        tool: "lxc-cgroup",
        synopsis: ["[-n] NAME [OPTION...] STATE-OBJECT [VALUE]"],
        summary: "Shows or sets a control file of a running container's cgroup, for example memory.max.",
        operands: Operands(name: .required, rest: .words, candidates: .active))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> CgroupRequest {
        let target = try target(options, common)
        guard let object = options.words.first else {
            throw .usage("there is no control file", advice: "name one after the container, for example memory.max")
        }
        if object.isEmpty || object.hasPrefix(".") || object.utf8.contains(UInt8(ascii: "/")) {
            throw .usage("\"\(object)\" is not the name of a control file")
        }
        return CgroupRequest(target: target, object: object, value: options.words.dropFirst().first)
    }

    /// Does it and prints the result.
    package static func run(
        _ request: CgroupRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        if let value = request.value {
            try engine.writeControl(request.object, value, of: request.target)
        } else {
            // The file's own line end stays: scripts have always read an empty line after the value.
            try streams.print(try engine.readControl(request.object, of: request.target) + "\n")
        }
        return .success
    }
}
