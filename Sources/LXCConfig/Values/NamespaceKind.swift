// SPDX-License-Identifier: Apache-2.0

/// The kinds of namespaces; raw values are the words of `lxc.namespace.*` and the names under `/proc/PID/ns`.
package enum NamespaceKind: String, Sendable, CaseIterable {
    case user
    case mnt
    case pid
    case uts
    case ipc
    case net
    case cgroup
    case time

    /// The kind for a word of the configuration; `mount` is what the manual page shows for `mnt`.
    package init?(word: String) {
        switch word {
        case "mount": self = .mnt
        default: self.init(rawValue: word)
        }
    }
}
