// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

extension ConfigUpdate {
    /// The update as a unified diff with three lines around every change; empty when nothing changes.
    package var diff: [UInt8] {
        guard isNeeded else { return [] }
        var text = "--- \(name)\n+++ \(name) (updated)\n".kernelBytes
        for group in groups { text += hunk(group) }
        return text
    }

    /// Ranges of lines that belong together: changes with their surroundings, joined where they meet.
    private var groups: [Range<Int>] {
        var groups: [Range<Int>] = []
        for (index, change) in changes.enumerated() {
            if case .keep = change { continue }
            let around = max(0, index - 3)..<min(changes.count, index + 4)
            if let last = groups.last, last.upperBound >= around.lowerBound {
                groups[groups.count - 1] = last.lowerBound..<around.upperBound
            } else {
                groups.append(around)
            }
        }
        return groups
    }

    private func hunk(_ group: Range<Int>) -> [UInt8] {
        var body: [UInt8] = []
        var removed: [UInt8] = []
        var added: [UInt8] = []
        for change in changes[group] {
            switch change {
            case .keep(let line):
                body += removed + added + Self.line(" ", line)
                (removed, added) = ([], [])
            case .replace(let old, with: let new):
                removed += Self.line("-", old)
                added += Self.line("+", new)
            case .drop(let old): removed += Self.line("-", old)
            }
        }
        let oldStart = group.lowerBound + 1
        let newStart = newLines(changes[..<group.lowerBound]) + 1
        let newCount = newLines(changes[group])
        let head = "@@ -\(oldStart),\(group.count) +\(newCount == 0 ? newStart - 1 : newStart),\(newCount) @@\n"
        return head.kernelBytes + body + removed + added
    }

    private static func line(_ mark: String, _ bytes: [UInt8]) -> [UInt8] { Array(mark.utf8) + bytes + [0x0A] }

    private func newLines(_ part: ArraySlice<Change>) -> Int {
        part.reduce(into: 0) { count, change in
            if case .drop = change { return }
            count += 1
        }
    }
}
