// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// The environment of an attached program.
package enum AttachEnvironment {
    package static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Puts the environment together; of several lines with one name the last one wins.
    ///
    /// - Parameters:
    ///   - caller: The caller's own lines.
    ///   - isCleared: Whether the caller's lines are left out, but for those named in `kept`.
    ///   - kept: Names of variables.
    ///   - process: Has `lxc.environment` and `lxc.environment.runtime`.
    ///   - added: `NAME=VALUE` lines of the command line.
    /// - Returns: `NAME=VALUE` lines.
    package static func lines(
        caller: [String], isCleared: Bool, kept: [String], process: ProcessSettings, added: [String]
    ) -> [String] {
        var lines: [String] = []
        if isCleared {
            let keptLines = caller.filter { line in kept.contains { line.hasPrefix($0 + "=") } }
            if !keptLines.contains(where: { $0.hasPrefix("PATH=") }) { lines.append("PATH=\(defaultPath)") }
            lines += keptLines
        } else {
            lines = caller
        }
        lines.append("container=lxc")
        lines += (process.environment + process.environmentRuntime).map { $0.assignment }
        lines += added
        return withoutRepetition(lines)
    }

    private static func withoutRepetition(_ lines: [String]) -> [String] {
        var seen: Set<Substring> = []
        var result: [String] = []
        for line in lines.reversed() where seen.insert(name(line)).inserted { result.append(line) }
        return result.reversed()
    }

    private static func name(_ line: String) -> Substring {
        line.utf8.firstIndex(of: 0x3D).map { line[..<$0] } ?? line[...]
    }

    /// The value of a variable.
    static func value(_ name: String, in lines: [String]) -> String? {
        lines.last { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
