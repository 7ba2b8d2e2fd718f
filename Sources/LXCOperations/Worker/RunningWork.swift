// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// A process that does ``ContainerWork``. Whoever has begun it waits for its end: it is a child like any other.
package struct RunningWork: ~Copyable {
    /// What comes back.
    enum Answer: Sendable, Equatable {
        case text(String)
        /// The process has ended, or has become something else that has ended, without a word.
        case ended(ExitStatus)
    }

    private let name: String
    private let process: PidFD
    private let socket: UnixSocket

    init(name: String, process: consuming PidFD, socket: consuming UnixSocket) {
        self.name = name
        self.process = process
        self.socket = socket
    }

    /// Waits for the end of the work.
    ///
    /// - Returns: The text that the operation gives back.
    /// - Throws: ``LXCError`` of the operation, or when its process was killed.
    package consuming func finish() throws(LXCError) -> String {
        let name = name
        switch try answer() {
        case .text(let text): return text
        case .ended(.exited(ContainerWorker.notUnderstood)):
            throw LXCError(
                .failed, "cannot work on \(name)", reason: "the installed programs do not understand this one",
                hint: "build it with the sources that swift-lxc was installed from, or install these")
        case .ended(let status): throw LXCError(.failed, "cannot work on \(name)", reason: "the process that did it \(status)")
        }
    }

    consuming func answer() throws(LXCError) -> Answer {
        let what = "cannot work on \(name)"
        let outcome: (WorkResult?, ExitStatus?)
        do { outcome = try wait() } catch { throw LXCError(what, error) }
        switch outcome {
        case (.done(let text), _): return .text(text)
        case (.failed(let error), _): throw error
        case (nil, let status?): return .ended(status)
        case (nil, nil): throw LXCError(.failed, what, reason: "the process that did it was collected by somebody else")
        }
    }

    /// The result comes before the end: the connection itself may be held open by a process that another thread has copied meanwhile.
    private borrowing func wait() throws(KernelError) -> (WorkResult?, ExitStatus?) {
        var result: WorkResult?
        while try !Poll.wait(socket.number, process.number).first {
            if !process.isRunning { break }
        }
        if let bytes = try socket.receive(upTo: 1 << 16, wait: false) { result = WorkResult(decoding: bytes) }
        do { return (result, try process.collect()) } catch {
            // A program may collect all its children itself.
            if error.errno == .noChildProcess { return (result, nil) }
            throw error
        }
    }
}
