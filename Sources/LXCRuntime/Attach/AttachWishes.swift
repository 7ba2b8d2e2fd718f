// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// What the caller of an attach asks for, before anything is known about the running container.
package struct AttachWishes: Sendable {
    /// Confinement that the program may be spared.
    package struct Elevation: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// It stays in the caller's cgroups.
        package static let cgroup = Elevation(rawValue: 1)
        /// It keeps capabilities that init does not have.
        package static let capabilities = Elevation(rawValue: 2)
        /// No label, no system call filter and no `no_new_privs`.
        package static let securityModule = Elevation(rawValue: 4)
    }

    /// The program and its arguments; empty means the user's shell in the container.
    package var command: [String] = []
    package var elevated: Elevation = []
    /// The namespaces to enter; nil means all of the container's.
    package var namespaces: NamespaceSet?
    /// The architecture that the program sees; nil means init's.
    package var architecture: KernelArchitecture?
    package var remountsProcAndSys = false
    /// `NAME=VALUE` lines.
    package var environment: [String] = []
    package var user: UInt32?
    package var group: UInt32?
    /// Supplementary groups in the container; nil means none.
    package var groups: [UInt32]?
    /// Whether the program may gain no privileges, even where init may.
    package var noNewPrivileges = false
    /// Label of the security module; nil means init's.
    package var label: String?
    /// The program's working directory, if the container has it; nil for the caller's.
    package var directory: String?
    /// File that records what appears on the program's terminal.
    package var terminalLog: String?
    /// The container's configuration on disk.
    package var config: ContainerConfig

    package init(config: ContainerConfig) { self.config = config }
}
