// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Why a tool did not do what it was asked: what, on what, why, where it was asked for, and what to do.
package struct ToolFailure: Error, Sendable, Equatable {
    /// The kind of failure, a word that programs can rely on.
    package struct Code: Sendable, Equatable {
        package let word: String
        package init(_ word: String) { self.word = word }

        /// A command line that cannot be read at all.
        package static let usage = Code("usage")
        /// Options that can be read but not carried out: wrong together, or a value out of bounds.
        package static let badOptions = Code("bad-options")
        package static let noName = Code("no-container-name")
        package static let notDefined = Code("container-not-defined")
        package static let alreadyExists = Code("container-already-exists")
        package static let notRunning = Code("container-not-running")
        package static let stillRunning = Code("container-running")
        package static let notPermitted = Code("not-permitted")
        package static let badConfiguration = Code("configuration")
        package static let startFailed = Code("start-failed")
        package static let timedOut = Code("timed-out")
        package static let notAvailable = Code("not-available")
        package static let systemCall = Code("system-call")
    }

    /// The setting that asked for what failed.
    package struct Origin: Sendable, Equatable {
        /// A key or option, for example `lxc.mount.entry`.
        package let setting: String
        package let file: String?
        /// Counted from 1.
        package let line: Int?

        package init(setting: String, file: String? = nil, line: Int? = nil) {
            self.setting = setting
            self.file = file
            self.line = line
        }
    }

    package let code: Code
    /// What was being done, to what.
    package let message: String
    /// Why it failed, in words.
    package let reason: String?
    package let origin: Origin?
    /// What to do next.
    package let advice: String?
    package let exit: ExitCode
    /// Whether the line names the tool before the message; C LXC leaves its name out of a few answers that scripts compare.
    package let namesTool: Bool

    package init(
        _ code: Code, _ message: String, reason: String? = nil, origin: Origin? = nil, advice: String? = nil, exit: ExitCode = .failure,
        namesTool: Bool = true
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.origin = origin
        self.advice = advice
        self.exit = exit
        self.namesTool = namesTool
    }

    /// An option or word that does not fit.
    package static func usage(_ message: String, advice: String? = nil) -> ToolFailure { ToolFailure(.usage, message, advice: advice) }

    /// A system call of the tool itself that failed.
    package init(_ doing: String, _ error: KernelError) {
        self.init(.systemCall, doing, reason: error.reasonWithPath(after: doing))
    }
}
