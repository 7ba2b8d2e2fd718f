// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel

/// One line on a terminal that shows how far a download is; nothing elsewhere.
struct ProgressBar {
    private let name: String
    private let isShown: Bool
    private var next = MonotonicInstant.now

    init(_ name: String) {
        self.name = name
        isShown = StandardStream.error.isTerminal
    }

    /// Shows bytes that are there, of those that there will be; ten times a second at most.
    mutating func show(_ done: Int64, of all: Int64?) {
        guard isShown, next.hasPassed || done == all else { return }
        next = .now + .milliseconds(100)
        var line = "\r\(name)  "
        if let all, all > 0 {
            let filled = Int(min(30, max(0, done / max(1, all / 30))))
            line += "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled) + "]  "
            line += "\(Self.text(done)) of \(Self.text(all)) MiB"
        } else {
            line += "\(Self.text(done)) MiB"
        }
        write(line)
    }

    func finish() { if isShown { write("\n") } }

    private static func text(_ bytes: Int64) -> String { "\(bytes >> 20).\((bytes & 0xFFFFF) * 10 >> 20)" }

    private func write(_ text: String) {
        // A terminal that went away is no reason to stop.
        do throws(KernelError) { try StandardStream.error.write(text) } catch {}
    }
}
