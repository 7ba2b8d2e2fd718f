// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

/// How a program is run in a running container.
public struct AttachOptions: Sendable, Hashable {
    /// Confinement that the program may be spared.
    public struct Elevation: OptionSet, Sendable, Hashable {
        /// A bit for each.
        public let rawValue: UInt8

        /// Confinement by its bits.
        ///
        /// - Parameter rawValue: A bit for each.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// It stays in the caller's cgroups.
        public static let cgroup = Elevation(rawValue: AttachWishes.Elevation.cgroup.rawValue)
        /// It keeps capabilities that the container's init does not have.
        public static let capabilities = Elevation(rawValue: AttachWishes.Elevation.capabilities.rawValue)
        /// It has no label of the security module, no system call filter and no `no_new_privs`.
        public static let securityModule = Elevation(rawValue: AttachWishes.Elevation.securityModule.rawValue)
    }

    /// The descriptors that become the program's standard streams. With a terminal among them the program gets a terminal of its own, which
    /// is connected with it.
    public var input: Int32 = 0
    /// See ``input``.
    public var output: Int32 = 1
    /// See ``input``.
    public var error: Int32 = 2
    /// Variables that the program gets besides those of the caller and of the configuration.
    public var environment: [String: String] = [:]
    /// Whether the caller's environment is left out; nil for what the system configuration says.
    public var clearsEnvironment: Bool?
    /// Names of the caller's variables that stay in an environment that is cleared.
    public var keptVariables: [String] = []
    /// The working directory, if the container has it; nil for the caller's. The root directory takes its place.
    public var directory: String?
    /// The user in the container; nil for that of the container's init.
    public var user: UInt32?
    /// The group in the container; nil for that of the container's init.
    public var group: UInt32?
    /// Supplementary groups in the container; the caller's never go along.
    public var supplementaryGroups: [UInt32] = []
    /// Whether the program may gain no privileges by executing a file (`no_new_privs`), even where the container's init may.
    public var noNewPrivileges = false
    /// The namespaces that are entered; nil for all of the container's.
    public var namespaces: Namespaces?
    /// Without the mount namespace: whether `/proc` and `/sys` are mounted anew to fit the other namespaces.
    public var remountsProcAndSys = false
    /// Confinement that the program is spared.
    public var elevation: Elevation = []
    /// The label of the security module; nil for that of the container's init.
    public var securityLabel: String?
    /// The architecture that the program sees, for example `i686`; nil for the container's.
    public var architecture: String?
    /// File that records what appears on the program's terminal.
    public var terminalLog: String?

    /// As the container's init, with the caller's standard streams.
    public init() {}

    /// For the process that does it.
    ///
    /// - Parameter command: The program and its arguments.
    /// - Returns: The options.
    /// - Throws: ``LXCError`` for an architecture that is not known.
    func operation(_ command: [String]) throws(LXCError) -> LXCOperations.AttachOptions {
        var options = LXCOperations.AttachOptions()
        options.command = command
        options.elevated = AttachWishes.Elevation(rawValue: elevation.rawValue)
        options.namespaces = namespaces.map { NamespaceSet(rawValue: $0.rawValue) }
        if let architecture {
            guard let known = KernelArchitecture(name: architecture) else {
                throw LXCError(.failed, "cannot run a program", reason: "\"\(architecture)\" is not an architecture")
            }
            options.architecture = known
        }
        options.remountsProcAndSys = remountsProcAndSys
        options.clearsEnvironment = clearsEnvironment
        options.keptVariables = keptVariables
        options.setVariables = environment.map { "\($0.key)=\($0.value)" }.sorted()
        options.terminalLog = terminalLog
        options.user = user
        options.group = group
        if !supplementaryGroups.isEmpty { options.groups = supplementaryGroups }
        options.noNewPrivileges = noNewPrivileges
        options.label = securityLabel
        options.directory = directory
        return options
    }
}
