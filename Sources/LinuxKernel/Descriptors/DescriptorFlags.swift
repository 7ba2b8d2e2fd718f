// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SystemPackage

/// Status flags of open files.
package enum DescriptorFlags {
    /// Kernel call: `fcntl(2)` `F_SETFL`.
    package static func setNonBlocking(_ number: Int32) throws(KernelError) {
        let flags = try kernelCall("fcntl", "descriptor \(number)") { fcntl(number, F_GETFL) }
        try kernelCommand("fcntl", "descriptor \(number)") { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    }
}

extension OwnedDescriptor {
    /// Writes once and says how much was taken.
    package func writeSome(_ bytes: [UInt8]) throws(KernelError) -> Int {
        let number = number
        return try kernelCall("write", "descriptor \(number)") { Glibc.write(number, bytes, bytes.count) }
    }
}

/// Changing names on the host's own trees.
package enum HostFile {
    /// Kernel call: `rename(2)`.
    package static func rename(_ from: String, to target: String) throws(KernelError) {
        try kernelCommand("rename", from) { from.withKernelString { from in target.withKernelString { Glibc.rename(from, $0) } } }
    }

    /// Removes a file; one that is absent is fine.
    package static func removeIfPresent(_ path: String) throws(KernelError) {
        do { try kernelCommand("unlink", path) { path.withKernelString { unlink($0) } } } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
    }

    /// Removes an empty directory; one that is absent is fine.
    package static func removeDirectoryIfPresent(_ path: String) throws(KernelError) {
        do { try kernelCommand("rmdir", path) { path.withKernelString { rmdir($0) } } } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
    }
}

extension DescriptorFlags {
    /// Kernel call: `fcntl(2)` `F_SETFD`.
    package static func setCloseOnExec(_ number: Int32) throws(KernelError) {
        try kernelCommand("fcntl", "descriptor \(number)") { fcntl(number, F_SETFD, FD_CLOEXEC) }
    }
}
