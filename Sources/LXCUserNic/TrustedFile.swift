// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Files that decide who may do what: read once, through one descriptor, and only if nobody but root can have written them.
enum TrustedFile {
    private static let largestSize = 64 << 20

    static func read(_ path: String) throws(UserNicFailure) -> [UInt8] {
        let what = "cannot read \(path)"
        let file = try doing(what) { () throws(KernelError) in
            try OwnedDescriptor(opening: path, [.readOnly, .nonBlocking, .noControllingTerminal])
        }
        let status = try doing(what) { () throws(KernelError) in try FileStatus(of: file) }
        guard status.kind == .regular, status.owner == 0, status.permissions & 0o022 == 0 else {
            throw UserNicFailure("\(what): it is not a file that only root can write to; chown root, chmod 0644")
        }
        do { return try file.readAll(limit: largestSize, subject: path) } catch { throw UserNicFailure(what, error) }
    }
}
