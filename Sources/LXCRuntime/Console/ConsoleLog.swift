// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The file that the console's output goes to, with its size limit and rotation.
final class ConsoleLog {
    private let path: String
    private let limit: UInt64
    private let rotates: Bool
    private var file: SharedDescriptor
    private var size: UInt64

    /// `limit`: most bytes of the file; 0 for no limit.
    init(path: String, limit: UInt64, rotates: Bool) throws(KernelError) {
        self.path = path
        self.limit = limit
        self.rotates = rotates
        file = try Self.open(path)
        size = UInt64(clamping: try FileStatus(of: file.owned).size)
    }

    private static func open(_ path: String) throws(KernelError) -> SharedDescriptor {
        SharedDescriptor(
            try OwnedDescriptor(
                opening: path, [.writeOnly, .create, .append, .noFollow, .noControllingTerminal, .nonBlocking], mode: 0o600))
    }

    /// Appends output; what does not fit under the limit is dropped, or goes to a fresh file when rotation is on.
    func append(_ bytes: [UInt8]) throws(KernelError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = limit == 0 ? rest.count : Int(clamping: limit > size ? limit - size : 0)
            if room == 0 {
                guard rotates else { return }
                try rotate()
                continue
            }
            let part = rest.prefix(room)
            try file.owned.writeAll(part)
            size += UInt64(part.count)
            rest = rest.dropFirst(part.count)
        }
    }

    private func rotate() throws(KernelError) {
        try HostPath.rename(path, to: path + ".1")
        file = try Self.open(path)
        size = 0
    }
}
