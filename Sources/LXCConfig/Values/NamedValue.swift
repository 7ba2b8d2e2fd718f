// SPDX-License-Identifier: Apache-2.0

/// A value under a free name, for example one sysctl.
package struct NamedValue: Sendable, Equatable {
    package var name: String
    package var value: String
    package var origin: ConfigOrigin

    package init(name: String = "", value: String = "", origin: ConfigOrigin = ConfigOrigin()) {
        self.name = name
        self.value = value
        self.origin = origin
    }
}

/// One variable of an environment.
package struct EnvironmentVariable: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(name: String = "", value: String = "") {
        self.name = name
        self.value = value
    }

    /// `NAME=VALUE`, as execve(2) takes it.
    package var assignment: String { "\(name)=\(value)" }
}
