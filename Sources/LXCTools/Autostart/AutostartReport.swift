// SPDX-License-Identifier: Apache-2.0

/// What became of the containers of one `lxc-autostart`: a line for each that failed, and the exit status.
final class AutostartReport<Streams: ToolStreams> {
    private let request: AutostartRequest
    private let streams: Streams
    private var successes = 0
    private var failures = 0

    init(_ request: AutostartRequest, _ streams: Streams) {
        self.request = request
        self.streams = streams
    }

    /// A remark that is no failure.
    func note(_ text: String) {
        if request.options.isQuiet || request.options.errorFormat == .json { return }
        streams.printError("lxc-autostart: \(ErrorPrinter.printable(text))\n")
    }

    /// Some containers went well.
    func count(_ number: Int) { successes += number }

    /// A container is done with; `failure` is nil when all is well.
    func ended(_ name: String, _ failure: ToolFailure?) {
        guard let failure else { return count(1) }
        failures += 1
        if request.options.isQuiet { return }
        switch request.options.errorFormat {
        case .text: streams.printError(ErrorPrinter.line(failure, tool: "lxc-autostart", container: name))
        case .json: streams.printError(ErrorPrinter.text(failure, tool: "lxc-autostart", container: name, format: .json))
        }
    }

    /// How many failed, unless none did.
    func summarize() {
        if failures == 0 { return }
        let verb =
            switch request.action {
            case .start: "started"
            case .reboot: "rebooted"
            case .shutdown: "shut down"
            case .kill: "killed"
            }
        note("\(failures) of \(failures + successes) containers could not be \(verb)")
    }

    var exit: ExitCode { failures == 0 ? .success : successes == 0 ? .failure : .partial }
}
