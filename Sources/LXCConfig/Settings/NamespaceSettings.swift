// SPDX-License-Identifier: Apache-2.0

/// `lxc.namespace.*` and `lxc.time.offset.*`
package struct NamespaceSettings: Sendable, Equatable {
    /// `lxc.namespace.clone`: the namespaces that are made; nil = the usual ones.
    package var clone: [NamespaceKind]?
    /// `lxc.namespace.keep`: the namespaces inherited from the caller.
    package var keep: [NamespaceKind] = []
    /// `lxc.namespace.share.NS`: a container's name, a process number or the path of a namespace.
    package var share = KeyedList<NamespaceKind, Sourced<String>>()
    /// `lxc.time.offset.boot` in nanoseconds.
    package var timeOffsetBoot: Int64 = 0
    /// `lxc.time.offset.monotonic` in nanoseconds.
    package var timeOffsetMonotonic: Int64 = 0

    package init() {}
}
