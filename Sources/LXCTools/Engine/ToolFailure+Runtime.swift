// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LXCRuntime

extension ToolFailure {
    /// What the runtime could not do, for the user; the code tells programs what kind of failure it is.
    package init(_ failure: OperationFailure, code: Code = .systemCall, exit: ExitCode = .failure) {
        self.init(
            code, failure.what, reason: failure.reason.isEmpty ? nil : failure.reason, origin: Origin(failure.origin, key: failure.key),
            advice: failure.hint, exit: exit)
    }

    /// A problem of a configuration, for the user.
    package init(_ problem: ConfigProblem) {
        self.init(OperationFailure(problem), code: .badConfiguration)
    }

    /// `lxc-info` of a container whose configuration cannot be read; spelled as C LXC spells it.
    package static func informationFailed(path: String, name: String, _ failure: OperationFailure) -> ToolFailure {
        ToolFailure(
            .badConfiguration, "Failure to retrieve information on \(path):\(name)", reason: "\(failure.what): \(failure.reason)",
            origin: Origin(failure.origin, key: failure.key), advice: failure.hint)
    }
}

extension ToolFailure.Origin {
    /// `nil` when neither the place nor the key is known.
    fileprivate init?(_ origin: ConfigOrigin?, key: String?) {
        let file = origin.flatMap { $0.file.isEmpty ? nil : $0.file }
        guard file != nil || key != nil else { return nil }
        self.init(setting: key ?? "the configuration", file: file, line: origin.flatMap { $0.line > 0 ? $0.line : nil })
    }
}
