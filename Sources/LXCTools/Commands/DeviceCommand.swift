// SPDX-License-Identifier: Apache-2.0

/// What `lxc-device` is asked to do.
package struct DeviceRequest: Sendable, Equatable {
    package enum Action: Sendable { case add, remove }

    package var target: ContainerTarget
    package var action: Action
    /// A network interface, or the path of a device file.
    package var device: String
    /// Its name on the other side, or in case of a removed device file in the container; `nil` when it is the same.
    package var newName: String?

    /// Paths have slashes, names of network interfaces never have.
    package var isPath: Bool { device.utf8.contains(UInt8(ascii: "/")) }
}

/// `lxc-device`.
package enum DeviceCommand: ToolCommand {
    package static let table = OptionTable(
        tool: "lxc-device",
        synopsis: ["[-n] NAME [OPTION...] [--] add|del DEVICE [NEW-NAME]"],
        summary: "Gives a running container a device file or a network interface of the host, or takes it away.",
        operands: Operands(name: .required, rest: .words, candidates: .running),
        notes: [
            "DEVICE is a path, for example /dev/ttyUSB0, or a network interface, for example eth1. With add, NEW-NAME is its path or name in "
                + "the container. With del, DEVICE is what the container calls it, and NEW-NAME the name that an interface gets on the host; "
                + "a device file with another path than on the host can be given as when it was added, with both."
        ])

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> DeviceRequest {
        let target = try target(options, common)
        let words = options.words
        guard let verb = words.first else { throw .usage("there is no command", advice: "give add or del, and a device") }
        guard verb == "add" || verb == "del" else { throw .usage("\"\(verb)\" is neither add nor del") }
        guard words.count > 1, !words[1].isEmpty else { throw .usage("there is no device", advice: "give a path or a network interface") }
        if words.count > 3 { throw .usage("the word \"\(words[3])\" is too many") }
        let request = DeviceRequest(
            target: target, action: verb == "add" ? .add : .remove, device: words[1], newName: words.count == 3 ? words[2] : nil)
        if let name = request.newName { try check(name, request) }
        return request
    }

    private static func check(_ name: String, _ request: DeviceRequest) throws(ToolFailure) {
        if request.isPath {
            if !name.hasPrefix("/") { throw .usage("\"\(name)\" is not an absolute path in the container") }
        } else if name.isEmpty || name.utf8.count > 15 || name.utf8.contains(UInt8(ascii: "/")) {
            throw .usage("\"\(name)\" is no name for a network interface", advice: "it has at most 15 characters and no slash")
        }
    }

    /// Does it; prints nothing.
    package static func run(
        _ request: DeviceRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.changeDevice(request)
        return .success
    }
}
