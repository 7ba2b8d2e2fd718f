// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Where a tool writes; tests put a recorder in its place.
package protocol ToolStreams {
    /// Writes text at once.
    func write(_ text: String, to stream: StandardStream) throws(KernelError)
    /// Width of the terminal behind a stream; `nil` when there is none.
    func columns(of stream: StandardStream) -> Int?
    /// Whether the stream is a terminal.
    func isTerminal(_ stream: StandardStream) -> Bool
}

/// The process's own standard streams.
package struct ProcessStreams: ToolStreams {
    package init() {}

    /// Writes to the process's stream.
    package func write(_ text: String, to stream: StandardStream) throws(KernelError) { try stream.write(text) }

    /// Asks the terminal.
    package func columns(of stream: StandardStream) -> Int? { stream.terminalColumns }

    /// Asks the kernel.
    package func isTerminal(_ stream: StandardStream) -> Bool { stream.isTerminal }
}

extension ToolStreams {
    /// Prints on standard output.
    ///
    /// - Throws: ``ToolFailure`` when it cannot be written, for example on a full disk.
    package func print(_ text: String) throws(ToolFailure) {
        guard !text.isEmpty else { return }
        do { try write(text, to: .output) } catch { throw ToolFailure("cannot write to standard output", error) }
    }

    /// Prints on standard error; a failure has nowhere to be told.
    package func printError(_ text: String) {
        do { try write(text, to: .error) } catch { return }
    }
}
