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

    /// Puts the value at the end of a list, in place of one with the same name.
    ///
    /// - Throws: ``ValueProblem`` when there are 1000 other names: the search is linear, and no kernel has that much to set.
    func replace(in list: inout [NamedValue]) throws(ValueProblem) {
        list.removeAll { $0.name == name }
        if list.count >= 1000 { throw ValueProblem("more than 1000 different names") }
        list.append(self)
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
