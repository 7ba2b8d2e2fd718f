// SPDX-License-Identifier: Apache-2.0
internal import Unpacking

/// What users are told about an unpacked archive.
enum Summary {
    static func print(_ report: UnpackReport) {
        for note in report.notes { Surroundings.say(note) }
        if report.skipped > report.notes.count {
            Surroundings.say("left out \(report.skipped - report.notes.count) more members like these")
        }
    }
}
