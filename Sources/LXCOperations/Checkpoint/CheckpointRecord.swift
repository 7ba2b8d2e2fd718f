// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What we write down beside criu's images: a line for each fact.
struct CheckpointRecord: Equatable {
    private static let fileName = "swift-lxc.checkpoint"

    /// The cgroup that the processes were in, as ``ControlClient/cgroup(_:_:)`` tells it.
    var cgroup: String?

    func write(to directory: String) throws(KernelError) {
        try AtomicFile.write("\(directory)/\(Self.fileName)", (cgroup.map { "cgroup \($0)\n" } ?? "").kernelBytes, mode: 0o600)
    }

    /// Nothing is known about images that somebody else has made.
    static func read(from directory: String) throws(KernelError) -> CheckpointRecord {
        var record = CheckpointRecord()
        let path = "\(directory)/\(fileName)"
        guard try FileStatus.ifPresent(path) != nil else { return record }
        for line in try WholeFile.text(path, limit: 65536).split(separator: "\n") where line.hasPrefix("cgroup ") {
            record.cgroup = String(line.dropFirst("cgroup ".utf8.count))
        }
        return record
    }
}
