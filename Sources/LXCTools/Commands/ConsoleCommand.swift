// SPDX-License-Identifier: Apache-2.0

/// What `lxc-console` is asked to do.
package struct ConsoleRequest: Sendable, Equatable {
    package var target: ContainerTarget
    /// 0 is /dev/console, from 1 the terminals; `nil` means the first free terminal.
    package var terminal: Int32?
    /// The control character that begins a command to lxc-console, 1 (Ctrl-A) to 26 (Ctrl-Z).
    package var escape: UInt8 = 1
}

/// `lxc-console`.
package enum ConsoleCommand: ToolCommand {
    static let terminal = Option(
        "tty", "t", .required("NUMBER"), default: "the first free one", help: "Connect to this terminal; 0 is /dev/console.")
    static let escape = Option(
        "escape", "e", .required("PREFIX"), default: "^a", help: "Control key that begins a command such as q, written ^x or x.")

    package static let table = OptionTable(
        tool: "lxc-console",
        synopsis: ["[-n] NAME [OPTION...]"],
        summary: "Connects this terminal with a login terminal of a running container.",
        groups: [.init(nil, [terminal, escape])],
        operands: Operands(name: .required, candidates: .active))

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> ConsoleRequest {
        var request = ConsoleRequest(target: try target(options, common))
        if let number = try options.integer(terminal, in: -1...Int(Int32.max)), number >= 0 { request.terminal = Int32(number) }
        if let text = options.value(escape) { request.escape = try controlCharacter(text) }
        return request
    }

    /// Does it and prints the result.
    package static func run(
        _ request: ConsoleRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.openConsole(request)
        return .success
    }

    /// What is shown on connecting; each line is framed for a terminal in raw mode.
    package static func greeting(terminal: Int32, escape: UInt8) -> String {
        let key = String(UnicodeScalar(escape &+ UInt8(ascii: "a") &- 1))
        return "\r\nConnected to tty \(terminal)\r\n"
            + "Type <Ctrl+\(key) q> to exit the console, <Ctrl+\(key) Ctrl+\(key)> to enter Ctrl+\(key) itself\r\n"
    }

    private static func controlCharacter(_ text: String) throws(ToolFailure) -> UInt8 {
        let letters = Array((text.hasPrefix("^") ? text.dropFirst() : text[...]).lowercased().utf8)
        guard letters.count == 1, let letter = letters.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter) else {
            throw .usage("\(escape.displayName): \"\(text)\" is not a control key", advice: "write a letter, or ^ and a letter, such as ^a")
        }
        return letter - UInt8(ascii: "a") + 1
    }
}
