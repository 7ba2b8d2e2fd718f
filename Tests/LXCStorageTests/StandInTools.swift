// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

@testable import LXCStorage

/// A folder of programs that only write down how they were called.
struct StandInTools {
    let folder: String
    var folders: HostTool.Folders { HostTool.Folders(paths: [folder]) }
    /// A container's directory.
    var directory: String { folder + "/container" }

    /// `answers`: what a program says to a call that begins like the pattern of a shell's `case`, and its exit status.
    init(_ programs: [String], answers: [(call: String, script: String)] = []) throws {
        folder = "/tmp/lxc-storage-tests-\(ProcessControl.pid)-\(UInt64.random(in: .min ... .max))"
        try HostPath.makeDirectories(folder + "/container")
        let cases = answers.map { "'\($0.call)'*) \($0.script) ;;" }.joined(separator: "\n")
        let script = """
            #!/bin/sh
            name=${0##*/}
            { printf '%s' "$name"; for word; do printf ' [%s]' "$word"; done; echo; } >> '\(folder)/calls'
            case "$name $*" in
            \(cases)
            esac
            exit 0
            """
        for program in programs {
            // Written by another process: a descriptor of ours may be copied by a thread that starts a program meanwhile, and what is open
            // for writing somewhere cannot be executed.
            let path = folder + "/" + program
            let written = try ToolRunner.run("/bin/sh", ["-c", "cat > \"$0\" && chmod 755 \"$0\"", path], input: script)
            guard written.code == 0 else { throw FixtureFailure("\(written)") }
        }
    }

    /// The calls, each a line, since the last time.
    func calls() throws -> [String] {
        guard try FileStatus.ifPresent(folder + "/calls") != nil else { return [] }
        let text = try WholeFile.text(folder + "/calls")
        try HostPath.remove(folder + "/calls")
        return text.split(separator: "\n").map(String.init)
    }

    func remove() { _ = try? TreeRemoval.remove(folder) }  // what stays is in /tmp
}

/// Runs a test's body with stand-ins that go afterwards.
func withStandIns(
    _ programs: String..., answers: [(call: String, script: String)] = [], _ body: (StandInTools, StorageOrder) throws -> Void
) throws {
    let tools = try StandInTools(programs, answers: answers)
    defer { tools.remove() }
    try body(tools, StorageOrder(name: "p1", directory: tools.directory))
}

/// The failure of something that must fail.
func failure(_ body: () throws(StorageFailure) -> Void) -> StorageFailure? {
    do { try body() } catch { return error }
    return nil
}
