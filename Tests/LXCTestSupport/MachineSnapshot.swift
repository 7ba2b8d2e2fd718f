// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What containers can leave behind on a machine, as far as it can be told whose it is.
///
/// Tests run side by side, so a snapshot holds only what carries one of the fixture's own words (its lxcpath, its containers'
/// names). What carries nobody's name, as a network interface, is compared once for the whole run by `scripts/test.sh`.
package struct MachineSnapshot: Sendable, Equatable {
    /// One line per thing, sorted; starts with its kind.
    package let lines: [String]

    /// Looks at the machine.
    ///
    /// - Parameter words: A thing belongs to the fixture when its name has one of these in it.
    /// - Returns: What is there at this moment.
    /// - Throws: ``KernelError`` when the machine's own lists cannot be read.
    package static func take(words: [String]) throws -> MachineSnapshot {
        var lines: [String] = []
        func add(_ kind: String, _ names: [String]) {
            lines += names.filter { name in words.contains { name.contains($0) } }.map { "\(kind) \($0)" }
        }
        add("mount", try WholeFile.text("/proc/self/mountinfo").split(separator: "\n").map(String.init))
        add(
            "socket",
            try WholeFile.text("/proc/net/unix").split(separator: "\n").compactMap {
                $0.split(separator: " ").dropFirst(7).first.map(String.init)
            })
        add("loop device", loopDevices())
        add("cgroup", cgroupFolders())
        add("process", processes())
        return MachineSnapshot(lines: lines.sorted())
    }

    /// What is there now and was not before.
    package func added(since before: MachineSnapshot) -> [String] {
        let old = Set(before.lines)
        return lines.filter { !old.contains($0) }
    }

    private static func loopDevices() -> [String] {
        names(in: "/sys/block").filter { $0.hasPrefix("loop") }.compactMap { device in
            text("/sys/block/\(device)/loop/backing_file").map { "\(device) \($0)" }
        }
    }

    /// Folders named by LXC, at most three levels below each hierarchy's root.
    static func cgroupFolders() -> [String] {
        var found: [String] = []
        func walk(_ folder: String, _ depth: Int) {
            for name in names(in: folder) where (try? FileStatus(of: folder + "/" + name, followLinks: false))?.kind == .directory {
                // A folder that has gone meanwhile is none that stays behind.
                let path = folder + "/" + name
                if name.hasPrefix("lxc") || depth == 0 || folder.contains("/lxc") { found.append(path) }
                if depth < 3 { walk(path, depth + 1) }
            }
        }
        walk("/sys/fs/cgroup", 0)
        return found
    }

    /// Command lines of all processes but the tests themselves.
    private static func processes() -> [String] {
        let own = ProcessControl.pid
        return names(in: "/proc").compactMap { name in
            guard let pid = Int32(name), pid != own, let command = text("/proc/\(pid)/cmdline"), !command.isEmpty else { return nil }
            return "\(pid) " + command.split(separator: "\0").joined(separator: " ")
        }
    }

    // What cannot be read has gone meanwhile, and then it is nothing that stays behind.
    private static func names(in folder: String) -> [String] { (try? DirectoryListing.names(in: folder)) ?? [] }
    private static func text(_ path: String) -> String? { try? WholeFile.text(path) }
}
