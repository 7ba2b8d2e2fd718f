// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct TreeRemovalTests {
    /// Deeper than a process may have files open, and than a path may be long.
    @Test func aVeryDeepTreeGoes() throws {
        let top = "/tmp/lxc-deep-\(ProcessControl.pid)"
        try HostPath.makeDirectories(top)
        var current = try DirectoryHandle(opening: top)
        for _ in 0..<3000 {
            try current.makeDirectories("d")
            current = try current.directory("d")
        }
        #expect(try TreeRemoval.remove(top).remaining.isEmpty)
        #expect(try FileStatus.ifPresent(top) == nil)
    }
}
