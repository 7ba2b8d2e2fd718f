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
    /// The exit status of a process that cannot read its work.
    static let notUnderstood: Int32 = 125

    /// The program, where this one is installed.
    package static var program: String { InstalledPaths.bin + "/lxc" }

    // MARK: - In the program

    /// Has work done by a process of its own.
    ///
    /// - Parameters:
    ///   - work: What to do.
    ///   - program: The program `lxc` that does it.
    ///   - streams: The standard streams of the process; those that are missing are the caller's.
    /// - Returns: The text that the operation gives back.
    /// - Throws: ``LXCError``: that of the operation, or that the process could not be executed.
    package static func perform(
        _ work: ContainerWork, program: String = program, streams: [Int32] = []
    ) throws(LXCError) -> String {
        try begin(work, program: program, streams: streams).finish()
    }

    /// As ``perform(_:program:streams:)`` for a start in the foreground, whose process becomes the supervisor and ends as the container's
    /// init does.
    ///
    /// - Parameters:
    ///   - work: What to do.
    ///   - program: The program `lxc` that does it.
    ///   - streams: The standard streams of the process; those that are missing are the caller's.
    /// - Returns: The status; nothing when the container was not started for another reason than an error.
    /// - Throws: ``LXCError`` when the container did not start.
    package static func performToEnd(
        _ work: ContainerWork, program: String = program, streams: [Int32] = []
    ) throws(LXCError) -> ExitStatus? {
        if case .ended(let status) = try begin(work, program: program, streams: streams).answer() { return status }
        return nil
    }

    /// As ``perform(_:program:streams:)``, for a caller that does something else until the process ends.
    package static func begin(_ work: ContainerWork, program: String, streams: [Int32]) throws(LXCError) -> RunningWork {
        try attempt("cannot work on \(work.name)", hint: "\(program) does it; install swift-lxc completely (make install)") {
            () throws(KernelError) in
            // Nobody in a container may write to a program that enters it.
            let executable = try ProtectedExecutable.open(program)
            let file = try MemoryFile.make("lxc-work", work.encoded)
            let pair = try UnixSocket.pair(.sequencedPackets)
            // These name descriptors of the caller by their numbers, which mean others in the process: a container's init would get those.
            let environment = ProcessEnvironment.lines.filter { !$0.hasPrefix("LISTEN_") }
            var launch = ProgramLaunch(.descriptor(executable.number), arguments: [name], environment: environment)
            launch.descriptors = [(file.number, workNumber), (pair.second.number, resultNumber)]
            for (number, stream) in streams.enumerated() { launch.descriptors.append((stream, Int32(truncatingIfNeeded: number))) }
            let child = try launch.start()
            guard let handle = child.handle else { throw KernelError(call: "clone", errno: .noSuchProcess, subject: name) }
            let process = try DescriptorFlags.duplicate(handle.number)
            return RunningWork(name: work.name, process: PidFD(owning: process), socket: pair.closingSecond())
        }
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
            guard let decoded = ContainerWork(decoding: try MemoryFile.content(of: file)) else { return notUnderstood }
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
        do { try StandardStream.error.write("\(name): it is started by the libraries, not by hand\n") } catch {}  // nobody listens
        return notUnderstood
    }
}
