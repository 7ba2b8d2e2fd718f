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
            // What a container usually has: connections, locks, files that were removed while open, cgroups of its own.
            "--tcp-established", "--file-locks", "--link-remap", "--force-irmap", "--manage-cgroups=full",
            // Mounts whose source lies outside are found again by their place.
            "--external", "mnt[]:sm",
        ]
        // Pages that are written to from now on are remembered for the next one.
        if options.isPreliminary { words += ["--track-mem"] }
        if let earlier = options.earlier { words += ["--prev-images-dir", earlier, "--track-mem"] }
        if let script = options.actionScript { words += ["--action-script", script] }
        if !options.isPreliminary && !options.stops { words += ["--leave-running"] }
        return words
    }

    /// The first thing that criu complained about, which the others follow from; nil when its log says nothing of the kind.
    package static func complaint(_ log: [UInt8]) -> String? {
        let lines = String(kernelBytes: log).split(separator: "\n")
        guard let line = lines.first(where: { $0.firstRange(of: "Error") != nil }) else { return nil }
        // "(00.012345) Error (file.c:12): what went wrong"
        guard let place = line.firstRange(of: "): ") else { return String(line) }
        return String(line[place.upperBound...])
    }
}
