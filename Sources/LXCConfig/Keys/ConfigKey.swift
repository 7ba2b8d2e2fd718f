// SPDX-License-Identifier: Apache-2.0

/// One key of the configuration: a row of the table that the parser, the writer, get, set, clear and the manual page read.
///
/// A class, because every line of a file looks its row up: handing out a reference is cheaper than copying a row.
package final class ConfigKey: Sendable {
    /// How often a key may be given, and what stands behind its name.
    package enum Form: Sendable, Equatable {
        /// One value; the last one wins.
        case scalar
        /// Every line adds to a list.
        case list
        /// The name goes on with a free part: `lxc.sysctl.NAME`.
        case tree
        /// Takes no value; an empty one clears everything under the name.
        case branch
        /// Names a file whose content stands in its place.
        case include
        /// From an older LXC and without an effect.
        case retired
    }

    /// What the value is made of, for the manual page and for completion.
    package enum Unit: String, Sendable {
        case text, path, directory, command, flag = "0 or 1", number, bytes = "size in bytes", seconds, signal, words, address, name, none
    }

    /// The current name; `N` stands for the number of a network device.
    package let name: String
    /// Names of the same key in older releases, all accepted for ever.
    package let historic: [String]
    package let form: Form
    package let unit: Unit
    /// What the key does, one or two sentences.
    package let documentation: String
    let access: Access

    init(_ name: String, historic: [String] = [], _ form: Form, _ unit: Unit, _ documentation: String, _ access: Access) {
        self.name = name
        self.historic = historic
        self.form = form
        self.unit = unit
        self.documentation = documentation
        self.access = access
    }

    /// The four things that can be done to a key.
    struct Access: Sendable {
        /// Takes a value that is not empty.
        var set: @Sendable (inout ContainerConfig, inout KeyInput) throws(ValueProblem) -> Void
        /// The value as get_config_item returns it; nil for a key that cannot be read.
        var get: @Sendable (ContainerConfig, KeyPlace) -> String?
        /// Back to the default, or an empty list.
        var clear: @Sendable (inout ContainerConfig, KeyPlace) -> Void
        /// Names that are set below a tree.
        var subKeys: @Sendable (ContainerConfig) -> [String] = { _ in [] }
        /// What an empty value is read as; nil clears.
        var emptyValue: String?
        /// The value that writes the default down, where an empty one does not; nil otherwise.
        var defaultValue: String?
    }
}

/// Which of the things that one row stands for is meant.
package struct KeyPlace: Sendable, Equatable {
    /// Number of the network device.
    package var index: Int?
    /// The free part of a tree's name; empty when the whole tree is meant.
    package var rest: String

    package init(index: Int? = nil, rest: String = "") {
        self.index = index
        self.rest = rest
    }
}

/// A value on its way into the settings.
struct KeyInput {
    let place: KeyPlace
    /// Set functions may replace it by a settled form: a variable's value, random digits.
    var value: String
    let origin: ConfigOrigin
}

extension ConfigKey {
    /// Whether the same name may be given again without replacing what was there.
    var isRepeatable: Bool { name == "lxc.cgroup" || name == "lxc.cgroup2" }
}
