// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LXCRuntime
package import LinuxKernel

/// How a program is run in a running container.
package struct AttachOptions: Sendable, Equatable {
    /// The program and its arguments; empty means the user's shell in the container.
    package var command: [String] = []
    /// Confinement that the program is spared.
    package var elevated: AttachWishes.Elevation = []
    /// The namespaces to enter; nil means all of the container's.
    package var namespaces: NamespaceSet?
    /// The architecture that the program sees; nil means the container's.
    package var architecture: KernelArchitecture?
    /// Without the mount namespace: whether `/proc` and `/sys` are mounted anew to fit the other namespaces.
    package var remountsProcAndSys = false
    /// Whether the caller's environment is left out; nil for what the system configuration says.
    package var clearsEnvironment: Bool?
    /// Names of the caller's variables that stay in a cleared environment.
    package var keptVariables: [String] = []
    /// `NAME=VALUE` each.
    package var setVariables: [String] = []
    /// File that records what appears on the program's terminal.
    package var terminalLog: String?
    /// Ids in the container; nil means init's.
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

    package init() {}
}
