// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct ContentCopyTests {
    /// A file without a name, in a folder.
    private func scratch(_ folder: String = "/tmp") throws -> OwnedDescriptor {
        try OwnedDescriptor(opening: folder, [.readWrite, OpenFlags(rawValue: 0o20200000)], mode: 0o600)
    }

    private func content(_ file: borrowing OwnedDescriptor) throws -> [UInt8] { try WholeFile.read("/proc/self/fd/\(file.number)") }

    /// Within a filesystem, and from one to another, where neither sharing blocks nor copying in the kernel may be possible.
    @Test(arguments: ["/tmp", "/dev/shm"]) func copiesEverything(folder: String) throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let source = try scratch()
        try source.writeAll(bytes)
        let target = try scratch(folder)
        try OwnedDescriptor(opening: "/proc/self/fd/\(source.number)", .readOnly).copyContent(to: target, subject: "test")
        #expect(try content(target) == bytes)
    }

    /// Files of /proc say that they are empty, and the kernel does not copy them.
    @Test func copiesAFileThatClaimsToBeEmpty() throws {
        let target = try scratch()
        try OwnedDescriptor(opening: "/proc/self/status", .readOnly).copyContent(to: target, subject: "test")
        #expect(try content(target).starts(with: "Name:".utf8))
    }

    @Test func permissionsDoNotDependOnTheUmask() throws {
        let file = try scratch()
        try file.setPermissions(0o4757)
        #expect(try FileStatus(of: file).permissions == 0o4757)
    }

    @Test func aDirectoryHasNoContent() throws {
        let failure = #expect(throws: KernelError.self) {
            try OwnedDescriptor(opening: "/tmp", [.readOnly, .directory]).copyContent(to: scratch(), subject: "the folder")
        }
        #expect(failure?.errno == .isDirectory)
    }
}
