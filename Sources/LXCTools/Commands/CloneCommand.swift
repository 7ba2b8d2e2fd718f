// SPDX-License-Identifier: Apache-2.0
import LXCStorage

/// `lxc-clone` of LXC 1.0 to 2.1, for the scripts that call it; today `lxc-copy` does the same.
package enum CloneCommand: ToolCommand {
    static let backing = Option(
        "backingstore", "B", .required("TYPE"), default: "the original's",
        completes: .words({ StorageKind.allCases.map { $0.rawValue } }), help: "Kind of storage of the clone.")
    static let size = Option(
        "size", "L", .required("SIZE[UNIT]"), default: "the original's",
        help: "Size of the clone's block device; units b, k, m, g and t, m when there is none.")
    static let original = Option("orig", "o", .required("ORIG"), completes: .container(.stopped), help: "Name of the original.")
    static let newName = Option("new", "n", .required("NEW"), help: "Name of the clone.")
    static let volumeGroup = Option("vgname", "v", .required("VG"), help: "Not supported, as in LXC.")
    static let filesystem = Option("fstype", "t", .required("TYPE"), help: "Not supported, as in LXC.")
    static let copyHooks = Option("copyhooks", "H", help: "Hooks of the original's directory are copied anyway.")
    static let path = Option(
        "lxcpath", "p", .required("PATH"), completes: .directory, help: "Look for the original in PATH instead of the configured folder.")
    static let newPath = Option(
        "newpath", "P", .required("PATH"), default: "the original's", completes: .directory,
        help: "Put the clone into the container path PATH.")

    package static let table = OptionTable(
        tool: "lxc-clone",
        synopsis: ["[OPTION...] ORIG NEW [-- HOOK-ARGUMENT...]", "[OPTION...] -o ORIG -n NEW [-- HOOK-ARGUMENT...]"],
        summary: "Makes a container of another one. It is kept for older scripts: see lxc-copy.",
        groups: [
            .init(
                nil,
                [
                    CopyCommand.snapshot, backing, size, original, newName, volumeGroup, filesystem, CopyCommand.keepName,
                    CopyCommand.keepAddresses, copyHooks, path, newPath, CopyCommand.rename,
                ])
        ],
        operands: Operands(name: .absent, rest: .words), shared: .helpOnly)

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> CopyRequest {
        for option in [volumeGroup, filesystem] where options.has(option) {
            throw .usage("\(option.displayName) is not supported", advice: "the clone gets what its original has")
        }
        var words = options.words
        let old = options.value(original) ?? (words.isEmpty ? nil : words.removeFirst())
        let new = options.value(newName) ?? (words.isEmpty ? nil : words.removeFirst())
        guard let old, let new else {
            throw .usage("Error: you must provide orig and new names", advice: "write lxc-clone ORIG NEW")
        }
        var shared = common
        if let path = options.value(path) { shared.paths = [path] }
        var request = CopyRequest(target: ContainerTarget(name: old, options: shared))
        request.tool = "lxc-clone"
        request.newName = new
        request.newPath = options.value(newPath)
        request.task = options.has(CopyCommand.rename) ? .rename : options.has(CopyCommand.snapshot) ? .snapshot : .copy
        try request.readStorage(options, kind: [backing], size: size)
        request.arguments = words
        request.isHistoric = true
        return request
    }

    /// Does it and prints the result.
    package static func run(
        _ request: CopyRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.copy(request)
        let how = request.task == .snapshot ? "snapshot" : "copy"
        try streams.print("Created container \(request.newName ?? "") as \(how) of \(request.target.name)\n")
        return .success
    }
}
