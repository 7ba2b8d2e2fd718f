// SPDX-License-Identifier: Apache-2.0

/// Why a configuration cannot be used: the place, the key, the reason, and what to do.
package struct ConfigProblem: Error, Sendable, Equatable {
    /// What sort of fault it is.
    package enum Kind: Sendable, Equatable {
        /// The text is not a configuration: no equals sign, a NUL, an open quote.
        case syntax
        case unknownKey
        case badValue
        /// A file could not be read, or an include leads nowhere.
        case file
        /// More than a configuration may have.
        case tooLarge
    }

    package var kind: Kind
    package var origin: ConfigOrigin
    /// Byte in the line, counted from 1; 0 when no place in a line is meant.
    package var column: Int
    /// The key as it was written.
    package var key: String?
    package var reason: String
    /// Whether the file itself, which is the place then, cannot be read; the reason is why.
    package private(set) var isUnreadableFile = false
    package var hint: String?
    /// The lines that included the file, the innermost first.
    package var includedFrom: [ConfigOrigin]

    package init(
        _ kind: Kind, at origin: ConfigOrigin, column: Int = 0, key: String? = nil, _ reason: String, hint: String? = nil,
        includedFrom: [ConfigOrigin] = []
    ) {
        self.kind = kind
        self.origin = origin
        self.column = column
        self.key = key
        self.reason = reason
        self.hint = hint
        self.includedFrom = includedFrom
    }

    /// That a file that no line asked for cannot be read.
    ///
    /// - Parameters:
    ///   - kind: `.file`, or `.tooLarge`.
    ///   - file: The file.
    ///   - reason: Why.
    ///   - includedFrom: See ``includedFrom``.
    /// - Returns: The problem, without a key.
    package static func unreadable(
        _ kind: Kind = .file, at file: ConfigOrigin, _ reason: String, includedFrom: [ConfigOrigin] = []
    ) -> ConfigProblem {
        var problem = ConfigProblem(kind, at: file, reason, includedFrom: includedFrom)
        problem.isUnreadableFile = true
        return problem
    }

    /// `FILE:LINE:COLUMN`, without the parts that are not known.
    package var place: String {
        origin.line > 0 && column > 0 ? "\(origin):\(column)" : origin.description
    }
}

extension ConfigProblem: CustomStringConvertible {
    /// At most four lines: place, key and reason; the chain of includes; the hint.
    package var description: String {
        var text = place.isEmpty ? "" : place + ": "
        if let key { text += shown(key) + ": " }
        text += (isUnreadableFile ? "cannot read it: " : "") + reason
        if !includedFrom.isEmpty {
            // A long chain is shown by both of its ends.
            let chain = includedFrom.map { $0.description }
            text +=
                "\n  included from "
                + (chain.count > 6 ? chain[..<3] + ["..."] + chain[(chain.count - 2)...] : chain[...]).joined(separator: ", from ")
        }
        if let hint { text += "\n  \(hint)" }
        return text
    }

    private func shown(_ key: String) -> String {
        let isPlain = key.utf8.count <= 80 && key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isPlain ? key : quoted(key)
    }
}
