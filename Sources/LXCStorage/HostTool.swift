// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A program of the host that knows a kind of storage, such as `lvcreate`.
///
/// It is looked for in fixed folders and gets a fixed environment, so that nothing of the caller's decides what runs as root.
struct HostTool: Sendable {
    /// Where programs of the host are.
    struct Folders: Sendable, Equatable {
        var paths = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"]

        /// The path of a program; nil when it is not installed.
        func path(of program: String) throws(KernelError) -> String? {
            for folder in paths {
                let path = folder + "/" + program
                if let status = try FileStatus.ifPresent(path), status.kind == .regular { return path }
            }
            return nil
        }
    }

    let program: String
    let path: String

    private static let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "LVM_SUPPRESS_FD_WARNINGS=1"]

    /// Looks for the program.
    ///
    /// - Parameters:
    ///   - program: Its name.
    ///   - package: The Debian package that has it, when that is known.
    ///   - what: What it is needed for, as errors begin.
    ///   - folders: Where it may be.
    /// - Throws: ``StorageFailure`` that names the package when it is not there.
    init(_ program: String, package: String?, for what: @autoclosure () -> String, in folders: Folders) throws(StorageFailure) {
        self.program = program
        let found = try storing("cannot look for \(program)") { () throws(KernelError) in try folders.path(of: program) }
        guard let found else {
            throw StorageFailure(
                what(), reason: "\(program) is not installed", errno: Errno.noSuchFileOrDirectory.rawValue,
                hint: package.map { "apt-get install \($0)" })
        }
        path = found
    }

    /// How a run went.
    struct Result: Sendable {
        let isSuccess: Bool
        /// Standard output without the line ends behind it.
        let output: String
        /// Why it failed, in the tool's own words.
        let reason: String
    }

    /// Runs the program and tells how it went.
    ///
    /// `seconds`: the longest it may take.
    func attempt(_ arguments: [String], seconds: Int32 = 60, for what: @autoclosure () -> String) throws(StorageFailure) -> Result {
        let result: ProgramRun.Result
        do throws(KernelError) {
            result = try ProgramRun.of(path, arguments: [program] + arguments, environment: Self.environment, milliseconds: seconds * 1000)
        } catch {
            guard error.errno == .timedOut else { throw StorageFailure("\(what()): cannot run \(path)", error) }
            throw StorageFailure(what(), reason: "\(program) was not done within \(seconds) seconds", errno: error.errno.rawValue)
        }
        let lines = Self.lines(result.error)
        return Result(
            isSuccess: result.isSuccess, output: Self.lines(result.output).joined(separator: "\n"),
            reason: "\(program): " + (lines.last ?? "\(result.status)"))
    }

    /// Runs the program, which must succeed.
    ///
    /// - Returns: What it printed.
    @discardableResult
    func run(_ arguments: [String], seconds: Int32 = 60, for what: @autoclosure () -> String) throws(StorageFailure) -> String {
        let result = try attempt(arguments, seconds: seconds, for: what())
        guard result.isSuccess else { throw StorageFailure(what(), reason: result.reason) }
        return result.output
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0A).map { line in
            let printable = line.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
            return String(kernelBytes: Array(printable.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()))
        }.filter { !$0.isEmpty }
    }
}
