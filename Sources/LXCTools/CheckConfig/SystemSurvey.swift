// SPDX-License-Identifier: Apache-2.0

/// What the running system says about itself, as far as `lxc-checkconfig` shows it.
package struct SystemSurvey: Sendable {
    /// How a helper program is installed.
    package enum Helper: Sendable, Equatable { case absent, unprivileged, ready }

    /// A program format that the kernel hands to an interpreter.
    package struct Interpreter: Sendable, Equatable {
        package let name: String
        package let isEnabled: Bool
        package let program: String
        /// The letters the kernel shows; `F` means that it works in containers without a file there.
        package let flags: String

        package init(name: String, isEnabled: Bool, program: String, flags: String) {
            self.name = name
            self.isEnabled = isEnabled
            self.program = program
            self.flags = flags
        }
    }

    /// Names of the kernel modules that are loaded, with `_` for `-`.
    package var modules: Set<String> = []
    /// Name and number of each limit on namespaces.
    package var namespaceLimits: [(name: String, value: String)] = []
    /// Whether processes have a cgroup namespace.
    package var hasCgroupNamespace = true
    package var cgroupMountsVersion1: [String] = []
    package var cgroupMountsVersion2: [String] = []
    /// What is missing among the v1 hierarchies that containers need, for example `freezer`.
    package var missingVersion1Controllers: [String] = []
    /// Whether the v1 `cpuset` hierarchy can pass its settings on to children; `nil` when there is no v1 hierarchy.
    package var hasCloneChildren: Bool?
    package var newuidmap = Helper.ready
    package var newgidmap = Helper.ready
    /// `nil` when binfmt_misc is not mounted.
    package var interpreters: [Interpreter]?

    package init() {}
}
