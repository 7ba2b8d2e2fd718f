// SPDX-License-Identifier: Apache-2.0

/// `lxc.namespace.*` and `lxc.time.offset.*`
package struct NamespaceSettings: Sendable, Equatable {
    /// `lxc.namespace.clone`: the namespaces that are made; nil = the usual ones.
    package var clone: [NamespaceKind]?
    /// `lxc.namespace.keep`: the namespaces inherited from the caller.
    package var keep: [NamespaceKind] = []
    /// `lxc.namespace.share.NS`: a container's name, a process number or the path of a namespace.
    ///
    /// Kept as a list: the metadata of a dictionary would cost every program that starts, and hardly any container shares.
    package var share: [NamespaceKind: Sourced<String>] {
        get {
            var table: [NamespaceKind: Sourced<String>] = [:]
            for item in shared { table[item.kind] = item.source }
            return table
        }
        set {
            shared = []
            for kind in NamespaceKind.allCases {
                if let source = newValue[kind] { setShare(kind, source) }
            }
        }
    }
    private(set) var shared: [SharedNamespace] = []
    /// `lxc.time.offset.boot` in nanoseconds.
    package var timeOffsetBoot: Int64 = 0
    /// `lxc.time.offset.monotonic` in nanoseconds.
    package var timeOffsetMonotonic: Int64 = 0

    package init() {}

    /// A namespace of somebody else.
    struct SharedNamespace: Sendable, Equatable {
        let kind: NamespaceKind
        let source: Sourced<String>
    }

    /// Sets or forgets what a kind of namespace is shared with.
    mutating func setShare(_ kind: NamespaceKind, _ source: Sourced<String>?) {
        shared.removeAll { $0.kind == kind }
        if let source { shared.append(SharedNamespace(kind: kind, source: source)) }
    }
}
