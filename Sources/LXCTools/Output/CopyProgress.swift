// SPDX-License-Identifier: Apache-2.0
import LXCStorage
import LinuxKernel

/// A line on the terminal that says how far a long copy is; gone when it ends.
final class CopyProgress: @unchecked Sendable {
    /// A copy that is over before this is not worth a line.
    private static let patience = Duration.seconds(1)
    private let start = MonotonicInstant.now
    private let columns: Int
    private var isShown = false

    /// Nil where nobody would see it: standard error is no terminal.
    init?() {
        guard StandardStream.error.isTerminal else { return nil }
        // A serial console does not know its width.
        columns = StandardStream.error.terminalColumns ?? 80
    }

    /// Shows how far it is; nil when it is over.
    func show(_ progress: TreeCopy.Progress?) {
        guard let progress else {
            if isShown { write("\r\u{1B}[K") }
            isShown = false
            return
        }
        let elapsed = Duration.nanoseconds(MonotonicInstant.now.nanoseconds - start.nanoseconds)
        guard elapsed > Self.patience else { return }
        isShown = true
        // The last column stays free: writing it would begin a new line.
        write("\r\u{1B}[K" + ProgressLine(width: columns - 1).text(progress, elapsed: elapsed))
    }

    private func write(_ text: String) {
        _ = try? StandardStream.error.write(text)  // a line that nobody can read is no reason to fail
    }
}
