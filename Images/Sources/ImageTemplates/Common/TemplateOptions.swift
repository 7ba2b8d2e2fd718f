// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// What every template gets from lxc-create.
package struct TemplateOptions: Sendable, Equatable {
    /// The container's name.
    package var name = ""
    /// The container's folder, where its `config` is.
    package var path = ""
    /// Where the root filesystem is mounted now.
    package var rootfs = ""
    /// Owners of the configuration file, as the id map makes them; nil to leave them.
    package var mappedUser: UInt32?
    package var mappedGroup: UInt32?
    package var wantsHelp = false
    /// Whether device nodes of the image are made; a container's `/dev` is filled when it starts.
    package var makesDevices = false

    package init() {}

    static let rows: [OptionRow] = [
        OptionRow(short: UInt8(ascii: "h"), long: "help", argument: .none),
        OptionRow(short: nil, long: "name", argument: .required),
        OptionRow(short: nil, long: "path", argument: .required),
        OptionRow(short: nil, long: "rootfs", argument: .required),
        OptionRow(short: nil, long: "mapped-uid", argument: .required),
        OptionRow(short: nil, long: "mapped-gid", argument: .required),
        OptionRow(short: nil, long: "devices", argument: .none),
    ]

    static let usage = """
          --devices             also make the image's device nodes
          -h, --help            this text

        Given by lxc-create:
          --name=NAME           name of the container
          --path=DIR            folder of the container; its "config" gets the image's lines
          --rootfs=DIR          where the root filesystem is to be made
          --mapped-uid=ID       user and group that get "config" in a container with
          --mapped-gid=ID       mapped ids

        """

    /// Reads a command line: the options of every template, then the template's own.
    ///
    /// `take` gets the index of one of `rows` and its argument.
    mutating func parse(
        _ arguments: [String], program: StaticString, rows: [OptionRow], take: (Int, String) throws(ImageFailure) -> Void
    ) throws(ImageFailure) {
        let help = "lxc-create -t \(program) -h shows the options"
        let scanned = OptionScanner.scan(program: "lxc-\(program)", arguments: arguments, rows: Self.rows + rows)
        if let fault = scanned.fault {
            let prefix = "lxc-\(program): "
            throw ImageFailure(fault.hasPrefix(prefix) ? String(fault.dropFirst(prefix.count)) : fault, advice: help)
        }
        for occurrence in scanned.occurrences {
            let argument = occurrence.argument ?? ""
            if occurrence.row >= Self.rows.count {
                try take(occurrence.row - Self.rows.count, argument)
            } else {
                try takeCommon(occurrence.row, argument)
            }
        }
        if let word = scanned.operands.first { throw ImageFailure("unexpected word \(shown(word))", advice: help) }
    }

    private mutating func takeCommon(_ row: Int, _ argument: String) throws(ImageFailure) {
        switch row {
        case 0: wantsHelp = true
        case 1: name = argument
        case 2: path = argument
        case 3: rootfs = argument
        case 4: mappedUser = try Self.identifier(argument, "--mapped-uid")
        case 5: mappedGroup = try Self.identifier(argument, "--mapped-gid")
        default: makesDevices = true
        }
    }

    /// Checks that there is a container to fill.
    func check(_ template: StaticString) throws(ImageFailure) {
        if name.isEmpty || path.isEmpty || rootfs.isEmpty {
            throw ImageFailure(
                "--name, --path and --rootfs are needed", advice: "templates are run by lxc-create: lxc-create -t \(template) -n NAME")
        }
        // These become lines of the configuration file; a line break would smuggle in a key.
        for (option, text) in [("--name", name), ("--path", path), ("--rootfs", rootfs)]
        where text.kernelBytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw ImageFailure("\(option) has a control character in it")
        }
        if ProcessControl.effectiveUser != 0 {
            throw ImageFailure("only root can make a root filesystem", advice: "run lxc-create as root")
        }
    }

    /// Whether the container's ids are mapped.
    var isMapped: Bool {
        get throws(ImageFailure) { if mappedUser != nil { true } else { try Surroundings.hasMappedIDs } }
    }

    private static func identifier(_ text: String, _ option: String) throws(ImageFailure) -> UInt32? {
        // C LXC's own tools write -1 for "no map".
        if text == "-1" || text.isEmpty { return nil }
        // The highest number means "no change" to chown(2).
        guard let number = UInt32(text), number != UInt32.max else { throw ImageFailure("\(option): \(shown(text)) is not an id") }
        return number
    }
}
