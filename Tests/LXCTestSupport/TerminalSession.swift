// SPDX-License-Identifier: Apache-2.0
import Glibc
package import LinuxKernel

/// A program on a pseudo-terminal that a test types on and reads from, as a person would.
package final class TerminalSession: @unchecked Sendable {
    private let controller: OwnedDescriptor
    private let handle: PidFD
    private var status: ExitStatus?
    /// Everything the program has written so far.
    package private(set) var transcript = ""

    /// Starts a program in a session of its own, with the terminal as its controlling one.
    package init(_ path: String, _ arguments: [String], environment: [String]) throws {
        let terminal = try PseudoTerminal()
        // setsid(1) takes the terminal as controlling one, which has to happen in the new session itself.
        var launch = ProgramLaunch(
            .path("/usr/bin/setsid"), arguments: ["setsid", "--ctty", "--wait", path] + arguments, environment: environment)
        launch.descriptors = [0, 1, 2].map { (from: terminal.terminal.number, to: $0) }
        try Execution.closeOnExec(from: 3)
        let child = try launch.start()
        handle = try PidFD(child.pid)
        controller = try terminal.controller.duplicate()
    }

    /// Types text.
    package func type(_ text: String) throws { try controller.writeAll(text.kernelBytes) }

    /// Reads until the program has written some text since the last success of this function.
    ///
    /// - Parameters:
    ///   - text: What must appear.
    ///   - seconds: How long to wait.
    /// - Throws: ``FixtureFailure`` with the transcript when it does not appear.
    package func expect(_ text: String, seconds: Double = 5) throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while true {
            if let range = find(text) {
                consumed = range
                return
            }
            guard clock.now < end, try readMore() else {
                throw FixtureFailure("the terminal never showed \"\(text)\"; it showed:\n\(transcript)")
            }
        }
    }

    /// Waits for the program's end.
    ///
    /// - Returns: Its status.
    /// - Throws: ``FixtureFailure`` when it still runs after that many seconds.
    package func wait(seconds: Double = 5) throws -> ExitStatus {
        if let status { return status }
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while !handle.waitForEnd(milliseconds: 0) {
            guard clock.now < end else { throw FixtureFailure("still running; the terminal showed:\n\(transcript)") }
            _ = try readMore()
        }
        let status = try handle.collect()
        self.status = status
        return status
    }

    /// Ends the program if it still runs.
    package func end() throws {
        if status != nil { return }
        if !handle.waitForEnd(milliseconds: 0) { try handle.send(SIGKILL) }
        status = try handle.collect()
    }

    private var consumed = 0

    /// The offset behind the first occurrence of some text that has not been looked at yet.
    private func find(_ text: String) -> Int? {
        let all = Array(transcript.utf8)
        let wanted = Array(text.utf8)
        guard all.count - consumed >= wanted.count else { return nil }
        for start in consumed...(all.count - wanted.count) where all[start..<start + wanted.count].elementsEqual(wanted) {
            return start + wanted.count
        }
        return nil
    }

    /// Reads what is there, waiting 50 ms at most; false when nothing can ever come again.
    private func readMore() throws -> Bool {
        var entry = pollfd(fd: controller.number, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, 50) > 0 else { return true }
        do {
            let bytes = try controller.read(upTo: 65536)
            transcript += String(kernelBytes: bytes)
            return !bytes.isEmpty
        } catch {
            // The kernel's way to say that nobody has the other end open any more.
            if error.errno == .ioError { return false }
            throw error
        }
    }
}
