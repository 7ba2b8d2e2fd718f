// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LinuxKernel

/// What a program in a container said, and how it ended.
public struct ProgramOutput: Sendable, Hashable {
    /// How it ended.
    public let status: ExitStatus
    /// What it wrote to its standard output.
    public let bytes: [UInt8]

    /// What it wrote, as text; what is no UTF-8 is replaced.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The lines of the text, without those that are empty.
    public var lines: [String] { text.split(separator: "\n").map(String.init) }
}

extension Container {
    /// Runs a program in the running container, and waits for its end.
    ///
    /// A process of its own enters the container; the caller's is not copied. That is why a program is run, and not a closure: see
    /// <doc:Threads>.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments; nothing for the user's shell in the container.
    ///   - options: Who runs it, with which streams and how confined.
    /// - Returns: How the program ended.
    /// - Throws: ``LXCError`` when it did not run: `notRunning`, `notPermitted`, `programNotFound`, `programNotExecutable` and others.
    @discardableResult
    public func attach(_ command: [String] = [], options: AttachOptions = AttachOptions()) throws(LXCError) -> ExitStatus {
        try status(of: begin(command, options, output: options.output))
    }

    /// Runs a program in the running container, and collects what it writes to its standard output.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - limit: The most bytes that are accepted; the container may be hostile.
    ///   - options: As for ``attach(_:options:)``; the standard output is not the one chosen there.
    /// - Returns: What the program wrote, and how it ended.
    /// - Throws: ``LXCError`` as ``attach(_:options:)``, and `tooMuchOutput`.
    public func output(
        of command: [String], limit: Int = 1 << 20, options: AttachOptions = AttachOptions()
    ) throws(LXCError) -> ProgramOutput {
        let what = "cannot read what \(command.first ?? "the shell") says in \(name)"
        let pipe: Pipe
        do { pipe = try Pipe() } catch { throw LXCError(what, error) }
        let work = try begin(command, options, output: pipe.writer.number)
        let bytes: Result<[UInt8], LXCError>
        do throws(KernelError) {
            let reader = pipe.closingWriter()
            bytes = .success(try reader.readAll(limit: limit, subject: what))
        } catch {
            // The pipe is closed: a program that goes on writing is ended by that.
            let isTooMuch = error.errno == .fileTooLarge
            bytes = .failure(
                isTooMuch ? LXCError(.tooMuchOutput, what, reason: "it is more than \(limit) bytes") : LXCError(what, error))
        }
        let status = try status(of: work)
        return ProgramOutput(status: status, bytes: try bytes.get())
    }

    private func begin(_ command: [String], _ options: AttachOptions, output: Int32) throws(LXCError) -> RunningWork {
        let work = work(.attach(try options.operation(command)))
        return try calling { () throws(OperationError) in
            try ContainerWorker.begin(work, program: installation.worker, streams: [options.input, output, options.error])
        }
    }

    private func status(of work: consuming RunningWork) throws(LXCError) -> ExitStatus {
        let text: String
        do { text = try work.finish() } catch { throw LXCError(error) }
        guard let status = Int32(text) else {
            throw LXCError(.failed, "cannot learn how the program in \(name) ended", reason: "\"\(text)\" is not a status")
        }
        return ExitStatus(waitStatus: status)
    }
}
