// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// `lxc.environment` and its two narrower sisters
enum EnvironmentKeys {
    static let all: [ConfigKey] = [
        variables(
            "lxc.environment", "NAME=VALUE for the container's processes and the hooks; NAME alone takes the value from the caller.",
            get: { $0.process.environment }, edit: { $1(&$0.process.environment) }),
        variables(
            "lxc.environment.runtime", "As lxc.environment, only for the container's processes.",
            get: { $0.process.environmentRuntime }, edit: { $1(&$0.process.environmentRuntime) }),
        variables(
            "lxc.environment.hooks", "As lxc.environment, only for hooks.",
            get: { $0.process.environmentHooks }, edit: { $1(&$0.process.environmentHooks) }),
    ]

    private static func variables(
        _ name: String, _ documentation: String, get: @escaping @Sendable (ContainerConfig) -> [EnvironmentVariable],
        edit: @escaping @Sendable (inout ContainerConfig, (inout [EnvironmentVariable]) -> Void) -> Void
    ) -> ConfigKey {
        .list(
            name, .text, documentation,
            add: { (config, input) throws(ValueProblem) in
                let variable = try variable(input.value)
                // Another process that rebuilds the settings may have another environment.
                input.value = variable.assignment
                edit(&config) { $0.append(variable) }
            },
            get: { get($0).map { $0.assignment } }, clear: { edit(&$0) { $0 = [] } })
    }

    private static func variable(_ text: String) throws(ValueProblem) -> EnvironmentVariable {
        if let equals = text.utf8.firstIndex(of: 0x3D) {
            let name = String(text[..<equals])
            if name.isEmpty { throw ValueProblem("the variable has no name", hint: "write NAME=VALUE") }
            return EnvironmentVariable(name: name, value: String(text[text.index(after: equals)...]))
        }
        guard let value = ProcessEnvironment.value(text) else {
            throw ValueProblem("the variable \(quoted(text)) is not set here", hint: "set it before the call, or write \(text)=VALUE")
        }
        return EnvironmentVariable(name: text, value: value)
    }
}
