// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The command line of the busybox template: what every template gets from lxc-create, and an option of its own.
package struct BusyboxOptions: Sendable, Equatable {
    /// The container's name.
    package var name = ""
    /// The container's folder, where its `config` is.
    package var path = ""
    /// Where the root filesystem is mounted now; nil for `rootfs` in the container's folder.
    package var rootfs: String?
    /// Owner of the configuration file, as the id map makes it; nil to leave it.
    package var mappedUser: UInt32?
    package var mappedGroup: UInt32?
    /// The busybox program to install; nil to search.
    package var busyboxPath: String?
    package var wantsHelp = false

    static let usage = """
        Usage: lxc-create -t busybox -n NAME [-- --busybox-path=PATH]

        A small container: one busybox program under the names of all its applets, and its init.

        Options after "--":
          --busybox-path=PATH   the busybox to install, best a static one
                                (default: "busybox" in PATH)
          -h, --help            this text

        Given by lxc-create:
          -n, --name=NAME       name of the container
          -p, --path=DIR        folder of the container; its "config" gets the template's lines
          --rootfs=DIR          where the root filesystem is to be made (default: DIR/rootfs)
          --mapped-uid=ID       user and group that get "config" in a container with
          --mapped-gid=ID       mapped ids

        """

    private enum Row: Int, CaseIterable {
        case help, name, path, rootfs, mappedUser, mappedGroup, busyboxPath

        var option: OptionRow {
            switch self {
            case .help: OptionRow(short: UInt8(ascii: "h"), long: "help", argument: .none)
            case .name: OptionRow(short: UInt8(ascii: "n"), long: "name", argument: .required)
            case .path: OptionRow(short: UInt8(ascii: "p"), long: "path", argument: .required)
            case .rootfs: OptionRow(short: nil, long: "rootfs", argument: .required)
            case .mappedUser: OptionRow(short: nil, long: "mapped-uid", argument: .required)
            case .mappedGroup: OptionRow(short: nil, long: "mapped-gid", argument: .required)
            case .busyboxPath: OptionRow(short: nil, long: "busybox-path", argument: .required)
            }
        }
    }

    /// Reads the words after the program's name.
    ///
    /// - Throws: ``TemplateFailure`` when a word is not understood, or `--name` or `--path` is missing.
    package init(_ arguments: [String]) throws(TemplateFailure) {
        let scanned = try TemplateProgram.scan("busybox", arguments, Row.allCases.map { $0.option })
        for occurrence in scanned.occurrences {
            guard let row = Row(rawValue: occurrence.row) else { continue }
            try take(row, occurrence.argument ?? "")
        }
        if wantsHelp { return }
        if let word = scanned.operands.first { throw TemplateFailure("unexpected word \"\(word)\"", advice: Self.seeHelp) }
        if name.isEmpty || path.isEmpty {
            throw TemplateFailure("--name and --path are needed", advice: "templates are run by lxc-create: lxc-create -t busybox -n NAME")
        }
        // These become lines of the configuration file; a line break would smuggle in a key.
        for (option, text) in [("--name", name), ("--rootfs", rootfs ?? "")] where text.kernelBytes.contains(where: { $0 < 0x20 }) {
            throw TemplateFailure("\(option) has a control character in it")
        }
    }

    private static let seeHelp = "lxc-create -t busybox -h shows the options"

    private mutating func take(_ row: Row, _ argument: String) throws(TemplateFailure) {
        switch row {
        case .help: wantsHelp = true
        case .name: name = argument
        case .path: path = argument
        case .rootfs: rootfs = argument
        case .mappedUser: mappedUser = try Self.identifier(argument, "--mapped-uid")
        case .mappedGroup: mappedGroup = try Self.identifier(argument, "--mapped-gid")
        case .busyboxPath: busyboxPath = argument
        }
    }

    private static func identifier(_ text: String, _ option: String) throws(TemplateFailure) -> UInt32 {
        // The highest number means "no change" to chown(2).
        guard let number = UInt32(text), number != UInt32.max else { throw TemplateFailure("\(option): \"\(text)\" is not an id") }
        return number
    }
}
