// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The file that `lxc.mount.fstab` names.
package enum FstabFile {
    /// Reads the mounts of a file in the format of fstab(5).
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - origin: The line that names the file, for the message when it cannot be read.
    /// - Returns: The mounts in order.
    /// - Throws: ``ConfigProblem`` with the line in the file that is not a mount.
    package static func read(_ path: String, namedAt origin: ConfigOrigin = ConfigOrigin()) throws(ConfigProblem) -> [Sourced<MountEntry>] {
        let bytes: [UInt8]
        do { bytes = try RegularFile(configuration: path).bytes } catch {
            throw ConfigProblem(.file, at: origin, key: "lxc.mount.fstab", "cannot read \(quoted(path)): \(error.reason)")
        }
        return try parse(bytes, file: path)
    }

    /// Reads the text of such a file.
    package static func parse(_ bytes: [UInt8], file: String) throws(ConfigProblem) -> [Sourced<MountEntry>] {
        var entries: [Sourced<MountEntry>] = []
        var number = 0
        for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let line = ConfigText.trimmed(bytes, part.startIndex..<(part.last == 0x0D ? part.endIndex - 1 : part.endIndex))
            guard let first = line.first, bytes[first] != 0x23 else { continue }
            let origin = ConfigOrigin(file: file, line: number)
            if entries.count >= ConfigBuilder.mostAssignments {
                throw ConfigProblem(.tooLarge, at: origin, "more than \(ConfigBuilder.mostAssignments) mounts")
            }
            guard !bytes[line].contains(0) else { throw ConfigProblem(.syntax, at: origin, "a NUL byte") }
            do { entries.append(Sourced(try MountEntry(parsing: ConfigText.string(bytes, line)), origin)) } catch {
                throw ConfigProblem(
                    .badValue, at: origin, column: line.lowerBound - part.startIndex + error.offset + 1, error.reason, hint: error.hint)
            }
        }
        return entries
    }
}
