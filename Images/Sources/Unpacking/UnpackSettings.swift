// SPDX-License-Identifier: Apache-2.0

/// How an archive is unpacked.
package struct UnpackSettings: Sendable {
    package var limits = UnpackLimits()
    package var ownership = Ownership.recorded
    /// Whether device nodes are made. A container's `/dev` is filled when it starts, so an image needs none.
    package var makesDevices = false
    /// Whether this is one layer of several: it may replace and remove what earlier ones made, with whiteouts, and its paths may go
    /// through their symbolic links, as everywhere else where layers are applied. They stay beneath the root all the same.
    package var isLayer = false
    /// Paths that are left out, with all that is in them; `*` and `?` stand for anything, also for slashes.
    package var excluded: [String] = []

    package init() {}
}

/// What was left out on purpose.
package struct UnpackReport: Sendable {
    /// One sentence for each, at most ``shownNotes`` of them.
    package private(set) var notes: [String] = []
    /// How many there were.
    package private(set) var skipped = 0
    /// Members that were made.
    package var made = 0

    private static let shownNotes = 10

    package init() {}

    mutating func skip(_ path: EntryPath, _ reason: String) {
        skipped += 1
        if notes.count < Self.shownNotes { notes.append("left out \(shown(path.text)): \(reason)") }
    }
}
