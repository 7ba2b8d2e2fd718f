// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
package import LinuxKernel

/// The process that does ``ContainerWork`` for a program with threads: `lxc` under another name, executed with the work in a file.
package enum ContainerWorker {
    /// The name that the process is started by.
    package static let name = "lxc-worker"
    /// The work comes and the result goes by these descriptors; above those that `LISTEN_FDS` can name.
    private static let workNumber: Int32 = 203
    private static let resultNumber: Int32 = 204

    // MARK: - In the program

    /// Has work done by a process of its own.
    ///
    /// - Parameter work: What to do.
    /// - Returns: The text that the operation gives back.
    /// - Throws: ``LXCError``: that of the operation, or that the process could not be executed.
    package static func perform(_ work: ContainerWork) throws(LXCError) -> String {
        switch try run(work) {
        case .text(let text): return text
        case .ended(let status):
            throw LXCError(.failed, "cannot work on \(work.name)", reason: "the process that did it \(status)")
        }
    }

    /// As ``perform(_:)`` for a start in the foreground, whose process becomes the supervisor and ends as the container's init does.
    ///
    /// - Returns: The status; nothing when the container was not started for another reason than an error.
    package static func performToEnd(_ work: ContainerWork) throws(LXCError) -> ExitStatus? {
        if case .ended(let status) = try run(work) { return status }
        return nil
    }

    private static func run(_ work: ContainerWork) throws(LXCError) -> Answer {
        let what = "cannot work on \(work.name)"
        let program = InstalledPaths.bin + "/lxc"
        let result: (WorkResult?, ExitStatus?) = try attempt(what, hint: "\(program) does it; install swift-lxc completely (make install)")
        {
            () throws(KernelError) in
            // Nobody in a container may write to a program that enters it.
            let executable = try ProtectedExecutable.open(program)
            let file = try MemoryFile.make("lxc-work", work.encoded)
            let pair = try UnixSocket.pair(.sequencedPackets)
            var launch = ProgramLaunch(.descriptor(executable.number), arguments: [name], environment: ProcessEnvironment.lines)
            launch.descriptors = [(file.number, workNumber), (pair.second.number, resultNumber)]
            let child = try launch.start()
            return try wait(for: child, pair.closingSecond())
        }
        switch result {
        case (.done(let text), _): return .text(text)
        case (.failed(let error), _): throw error
        case (nil, let status?): return .ended(status)
        case (nil, nil): throw LXCError(.failed, what, reason: "the process that did it was collected by somebody else")
        }
    }

    /// The result comes before the end: the connection itself may be held open by a process that another thread has copied meanwhile.
    private static func wait(
        for child: consuming ProgramLaunch.Child, _ socket: consuming UnixSocket
    ) throws(KernelError) -> (WorkResult?, ExitStatus?) {
        guard let handle = child.handle else { throw KernelError(call: "clone", errno: .noSuchProcess, subject: name) }
        var result: WorkResult?
        while try !Poll.wait(socket.number, handle.number).first {
            if !handle.isRunning { break }
        }
        if let bytes = try socket.receive(upTo: 1 << 16, wait: false) { result = WorkResult(decoding: bytes) }
        do { return (result, try handle.collect()) } catch {
            // A program may collect all its children itself.
            if error.errno == .noChildProcess { return (result, nil) }
            throw error
        }
    }

    /// What came back.
    private enum Answer: Sendable, Equatable {
        case text(String)
        case ended(ExitStatus)
    }

    // MARK: - In the process

    /// Does the work that is waiting.
    ///
    /// - Returns: The exit status of the program.
    package static func run() -> Int32 {
        let work: ContainerWork
        do {
            let file = OwnedDescriptor(owning: workNumber)
            try DescriptorFlags.setCloseOnExec(workNumber)
            try DescriptorFlags.setCloseOnExec(resultNumber)
            try Execution.closeAll(except: [workNumber, resultNumber])
            guard let decoded = ContainerWork(decoding: try MemoryFile.content(of: file)) else { return 125 }
            work = decoded
        } catch { return refuse() }
        let result: WorkResult
        do { result = .done(try work.perform()) } catch { result = .failed(error) }
        do {
            try UnixSocket(owning: OwnedDescriptor(owning: resultNumber)).sendAll(result.encoded)
        } catch { return 1 }  // the caller has died
        if case .failed = result { return 1 }
        return 0
    }

    private static func refuse() -> Int32 {
        do { try StandardStream.error.write("\(name): it is started by liblxc, not by hand\n") } catch {}  // nobody listens
        return 125
    }
}
