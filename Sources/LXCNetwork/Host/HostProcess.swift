// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A process of the host as `/proc` shows it; it may be gone at any time, and then it has nothing.
struct HostProcess {
    let pid: Int32

    /// Every process that can be seen.
    static var all: [HostProcess] {
        // Without /proc nobody can be named, and callers say so in their own words.
        ((try? DirectoryListing.names(in: "/proc")) ?? []).compactMap { Int32($0).map { HostProcess(pid: $0) } }
    }

    /// Its arguments; empty for a thread of the kernel.
    var arguments: [String] {
        // A process that has gone meanwhile has none.
        guard let bytes = try? WholeFile.read("/proc/\(pid)/cmdline", limit: 4 << 20) else { return [] }
        return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(kernelBytes: $0) }
    }

    /// The command line, cut to what fits a message; its name when it has none.
    var command: String {
        let words = arguments.joined(separator: " ")
        if !words.isEmpty { return String(words.prefix(80)) }
        // As above.
        let name = (try? WholeFile.text("/proc/\(pid)/comm")) ?? "?"
        return String(name.prefix { $0 != "\n" })
    }

    /// The path of its program; nil when it cannot be looked at.
    var program: String? {
        // As above.
        try? DirectoryHandle(opening: "/proc/\(pid)").linkTarget("exe")
    }

    /// Whether it sits in the caller's network namespace.
    var isInOurNetwork: Bool {
        // As above.
        guard let its = try? FileStatus(of: "/proc/\(pid)/ns/net"), let ours = try? FileStatus(of: "/proc/self/ns/net") else {
            return false
        }
        return its.inode == ours.inode && its.filesystem == ours.filesystem
    }

    /// Whether it has one of these sockets open.
    func hasSocket(_ inodes: Set<UInt64>) -> Bool {
        let folder = "/proc/\(pid)/fd"
        // As above.
        guard let handle = try? DirectoryHandle(opening: folder), let names = try? DirectoryListing.names(in: folder) else { return false }
        for name in names {
            // A descriptor that was closed meanwhile is no socket.
            guard let target = try? handle.linkTarget(name), target.hasPrefix("socket:["), target.hasSuffix("]") else { continue }
            if let inode = UInt64(target.dropFirst("socket:[".count).dropLast()), inodes.contains(inode) { return true }
        }
        return false
    }
}
