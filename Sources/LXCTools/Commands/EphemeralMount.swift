// SPDX-License-Identifier: Apache-2.0

/// Something of the host that an ephemeral copy gets mounted: one part of `lxc-copy -m`.
package struct EphemeralMount: Sendable, Equatable {
    /// How the copy sees what is mounted.
    package enum Kind: String, Sendable {
        /// The very files.
        case bind
        /// A view of them; changes are kept aside and go with the copy.
        case overlay
    }

    package let kind: Kind
    /// Absolute path on the host.
    package let source: String
    /// Absolute path in the copy.
    package let target: String
    package let isReadOnly: Bool

    /// Reads `TYPE=SRC[:DST][:ro|rw][,...]`.
    ///
    /// - Throws: ``ToolFailure`` naming the part that does not fit.
    static func all(_ text: String) throws(ToolFailure) -> [EphemeralMount] {
        var mounts: [EphemeralMount] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) { mounts.append(try EphemeralMount(String(part))) }
        return mounts
    }

    /// A folder of the host, at the same place in the copy: `lxc-start-ephemeral -b`.
    ///
    /// - Throws: ``ToolFailure`` for a path that is not absolute.
    static func folder(_ path: String, of option: Option) throws(ToolFailure) -> EphemeralMount {
        guard path.hasPrefix("/") else { throw .usage("\(option.displayName): \"\(path)\" is not an absolute path") }
        return EphemeralMount(kind: .bind, source: path, target: path, isReadOnly: false)
    }

    private init(kind: Kind, source: String, target: String, isReadOnly: Bool) {
        (self.kind, self.source, self.target, self.isReadOnly) = (kind, source, target, isReadOnly)
    }

    private init(_ text: String) throws(ToolFailure) {
        func refused(_ reason: String) -> ToolFailure {
            .usage("-m/--mount: \"\(text)\" \(reason)", advice: "write TYPE=SRC[:DST][:ro|rw], for example bind=/srv/data:/data:ro")
        }
        guard let equals = text.firstIndex(of: "=") else { throw refused("has no =") }
        switch text[..<equals] {
        case "bind": kind = .bind
        // aufs is not in Linux; overlay is what took its place.
        case "overlay", "overlayfs", "aufs": kind = .overlay
        default: throw refused("is of no known type")
        }
        var words = text[text.index(after: equals)...].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var mode = "rw"
        if words.count > 1, let last = words.last, last == "ro" || last == "rw" {
            mode = last
            words.removeLast()
        }
        guard words.count <= 2, let source = words.first else { throw refused("has too many parts") }
        guard words.allSatisfy({ $0.hasPrefix("/") }) else { throw refused("has a path that is not absolute") }
        if kind == .overlay && mode == "ro" { throw refused("is an overlay, which is always writable") }
        self.source = source
        target = words.count == 2 ? words[1] : source
        isReadOnly = mode == "ro"
    }
}
