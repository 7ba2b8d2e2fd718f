// SPDX-License-Identifier: Apache-2.0

/// Something in a configuration that works but should be written differently.
package struct ConfigNote: Sendable, Equatable {
    /// The name as written.
    package var old: String
    /// The name to write today; nil when the key has no effect any more.
    package var new: String?
    package var origin: ConfigOrigin

    package init(old: String, new: String?, origin: ConfigOrigin) {
        self.old = old
        self.new = new
        self.origin = origin
    }

    /// One text for all notes of a start, at most two lines; nil when there are none.
    package static func summary(_ notes: [ConfigNote]) -> String? {
        guard let first = notes.first else { return nil }
        var text = "\(first.origin): \(first.description)"
        if notes.count > 1 { text += ", and \(notes.count - 1) more historic \(notes.count == 2 ? "key" : "keys")" }
        return text + "\n  lxc-update-config -c \(first.origin.file) writes the names of today"
    }
}

extension ConfigNote: CustomStringConvertible {
    package var description: String {
        new.map { "\(old) is called \($0) today" } ?? "\(old) has no effect any more"
    }
}
