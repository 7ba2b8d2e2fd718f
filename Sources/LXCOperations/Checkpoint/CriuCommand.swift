// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// The command lines of criu(8), and what it says.
package enum CriuCommand {
    /// Where the program is looked for. `PATH` is whoever's that calls: a program that root runs is not found through it.
    package static let folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"]

    /// The program's path; nil when it is not installed.
    static func find() -> String? {
        for folder in folders {
            // A folder that cannot be looked into holds nothing for us.
            do {
                let status = try FileStatus.ifPresent(folder + "/criu")
                if let status, status.kind == .regular, status.permissions & 0o111 != 0 { return folder + "/criu" }
            } catch { continue }
        }
        return nil
    }

    /// Name of criu's log in the folder of images.
    package static func logName(_ options: CheckpointOptions) -> String { options.isPreliminary ? "pre-dump.log" : "dump.log" }

    /// The words after the program's name that write a container to disk.
    ///
    /// - Parameters:
    ///   - init: Number of the container's first process.
    ///   - options: How.
    /// - Returns: Arguments for criu 3.0 and later.
    package static func dump(_ init: Int32, _ options: CheckpointOptions) -> [String] {
        var words = [
            options.isPreliminary ? "pre-dump" : "dump", "--tree", "\(`init`)", "--images-dir", options.directory, "--log-file",
            logName(options), options.isVerbose ? "-v4" : "-v1",
        ]
        words += shared
        // Pages that are written to from now on are remembered for the next one.
        if options.isPreliminary { words += ["--track-mem"] }
        if let earlier = options.earlier { words += ["--prev-images-dir", earlier, "--track-mem"] }
        if let limit = options.ghostLimit { words += ["--ghost-limit", "\(limit)"] }
        if let script = options.actionScript { words += ["--action-script", script] }
        if !options.isPreliminary && !options.stops { words += ["--leave-running"] }
        return words
    }

    /// Name of the log of a restore in the folder of images.
    package static let restoreLogName = "restore.log"

    /// The words after the program's name that take a container up again; the supervisor adds what it alone knows.
    ///
    /// - Parameter options: How.
    /// - Returns: Arguments for criu 3.0 and later.
    package static func restore(_ options: RestoreOptions) -> [String] {
        var words = ["restore", "--images-dir", options.directory, "--log-file", restoreLogName, options.isVerbose ? "-v4" : "-v1"]
        words += shared
        if let script = options.actionScript { words += ["--action-script", script] }
        return words
    }

    /// What holds for both directions.
    private static let shared = [
        // What a container usually has: connections, locks, files that were removed while open, cgroups of its own.
        "--tcp-established", "--file-locks", "--link-remap", "--force-irmap", "--manage-cgroups=full",
        // Mounts whose source lies outside are found again by their place.
        "--external", "mnt[]:sm",
    ]

    // MARK: - The program itself

    /// Before it criu took other words for devices and mounts.
    private static let oldest = (3, 0)

    /// The program's path, when it is there and not too old.
    ///
    /// - Parameter what: What it is wanted for, for messages.
    /// - Returns: The path.
    /// - Throws: ``LXCError`` when it is missing or too old.
    static func findUsable(_ what: String) throws(LXCError) -> String {
        guard let program = find() else {
            throw LXCError(.failed, what, reason: "criu is not installed", hint: "install it: apt-get install criu")
        }
        let told = try attempt("\(what): cannot run \(program)") { () throws(KernelError) in
            try ProgramRun.of(program, arguments: ["criu", "--version"], environment: ["LC_ALL=C"], milliseconds: 10_000)
        }
        guard let version = version(in: told.output), version < oldest else { return program }
        throw LXCError(
            .failed, what, reason: "\(program) is criu \(version.0).\(version.1), which is too old",
            hint: "\(oldest.0).\(oldest.1) or a later one is needed")
    }

    /// The first two numbers of "Version: 3.17.1"; nil when it says nothing of the kind.
    package static func version(in output: [UInt8]) -> (Int, Int)? {
        let text = String(kernelBytes: output)
        guard let place = text.firstRange(of: "Version: ") else { return nil }
        let numbers = text[place.upperBound...].split(whereSeparator: { $0 == "." || $0 == "\n" || $0 == "-" })
        guard numbers.count > 1, let major = Int(numbers[0]), let minor = Int(numbers[1]) else { return nil }
        return (major, minor)
    }

    /// Whether this criu, on this kernel, can do something.
    ///
    /// - Parameter feature: `mem_dirty_track` or `lazy_pages`.
    /// - Returns: What `criu check` says.
    /// - Throws: ``LXCError`` when criu is missing or cannot be executed.
    package static func hasFeature(_ feature: String) throws(LXCError) -> Bool {
        let what = "cannot ask criu for \(feature)"
        let program = try findUsable(what)
        return try attempt(what) { () throws(KernelError) in
            try ProgramRun.of(
                program, arguments: ["criu", "check", "--feature", feature], environment: ["LC_ALL=C"], milliseconds: 30_000
            ).isSuccess
        }
    }
}
