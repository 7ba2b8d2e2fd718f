// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// How many bytes a tree has, for whoever wants to see how much of its copy is done.
package enum TreeSize {
    /// Adds up what the regular files take on the disk.
    ///
    /// - Parameters:
    ///   - path: The top of the tree.
    ///   - limit: The longest time that it may take.
    /// - Returns: An estimate: a file with several names counts each time. Nil when there was not enough time, or something cannot be read.
    package static func estimate(_ path: String, within limit: Duration) -> Int64? {
        do throws(KernelError) { return try sum(path, until: .now + limit) } catch { return nil }
    }

    private static func sum(_ path: String, until deadline: MonotonicInstant) throws(KernelError) -> Int64? {
        let reader = DirectoryEntryReader()
        let top = try OwnedDescriptor(opening: path, [.readOnly, .directory])
        // By their paths from the top: a wide tree has more directories than a process may have open.
        var waiting = [EntryName(".")]
        var bytes: Int64 = 0
        while let name = waiting.popLast() {
            if deadline.hasPassed { return nil }
            let directory = try top.openDirectory(name)
            for entry in try reader.entries(of: directory, subject: path) {
                switch entry.kind {
                case .directory: waiting.append(EntryName((name.bytes + [0x2F] + entry.name.bytes)[...]))
                case .regular:
                    guard let place = try directory.place(of: entry.name) else { continue }
                    bytes += try FileDetails(of: place).allocated
                default: break
                }
            }
        }
        return bytes
    }
}
