// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Kinds of namespaces, namespaces(7).
public struct Namespaces: OptionSet, Sendable, Hashable {
    /// The kernel's `CLONE_NEW*` flags.
    public let rawValue: Int32

    /// Kinds by the kernel's flags.
    ///
    /// - Parameter rawValue: `CLONE_NEW*` flags.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// What is mounted.
    public static let mount = Namespaces(rawValue: NamespaceSet.mount.rawValue)
    /// Where the cgroup tree begins.
    public static let cgroup = Namespaces(rawValue: NamespaceSet.cgroup.rawValue)
    /// The host's name.
    public static let uts = Namespaces(rawValue: NamespaceSet.uts.rawValue)
    /// Shared memory and queues of System V.
    public static let ipc = Namespaces(rawValue: NamespaceSet.ipc.rawValue)
    /// Users and what they may do.
    public static let user = Namespaces(rawValue: NamespaceSet.user.rawValue)
    /// Numbers of processes.
    public static let pid = Namespaces(rawValue: NamespaceSet.pid.rawValue)
    /// Network devices.
    public static let network = Namespaces(rawValue: NamespaceSet.network.rawValue)
    /// Clocks that count from the boot.
    public static let time = Namespaces(rawValue: NamespaceSet.time.rawValue)
}
