// SPDX-License-Identifier: Apache-2.0
import Glibc
import LXCTestSupport
import LinuxKernel
import Testing

/// Files are replaced whole or not at all.
@Suite struct AtomicFileTests {
    @Test func newFileHasItsMode() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/config"
        try AtomicFile.write(path, Array("one\n".utf8), mode: 0o640)
        #expect(try WholeFile.text(path) == "one\n")
        #expect(try FileStatus(of: path).permissions == 0o640)
        #expect(try DirectoryListing.names(in: folder.path) == ["config"])
    }

    @Test(arguments: [UInt32(0o600), 0o644, 0o664, 0o400, 0o2755]) func oldModeIsKept(mode: UInt32) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("config", "old\n")
        #expect(chmod(path, mode) == 0)
        try AtomicFile.write(path, Array("new\n".utf8), mode: 0o640)
        #expect(try FileStatus(of: path).permissions == mode)
        #expect(try WholeFile.text(path) == "new\n")
    }

    @Test(.needsRoot) func oldOwnerIsKept() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("config", "old\n")
        #expect(chown(path, 1234, 4321) == 0 && chmod(path, 0o4750) == 0)
        try AtomicFile.write(path, Array("new\n".utf8), mode: 0o640)
        let status = try FileStatus(of: path)
        #expect(status.owner == 1234 && status.group == 4321 && status.permissions == 0o4750)
    }

    @Test func readersSeeOldOrNew() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("config", "old\n")
        let reader = try OwnedDescriptor(opening: path, .readOnly)
        try AtomicFile.write(path, Array("new\n".utf8), mode: 0o640)
        #expect(try reader.readAll(limit: 100, subject: path) == Array("old\n".utf8))
    }

    @Test func linksAreFollowed() throws {
        let folder = try TemporaryFolder()
        let inner = folder.makeFolder("inner")
        let target = try folder.write("inner/real", "old\n")
        for link in [folder.link("absolute", to: target), folder.link("relative", to: "inner/real")] {
            try AtomicFile.write(link, Array(link.utf8), mode: 0o640)
            #expect(try FileStatus(of: link, followLinks: false).kind == .symbolicLink)
            #expect(try WholeFile.text(target) == link)
        }
        #expect(try DirectoryListing.names(in: inner) == ["real"])
        _ = folder.link("a", to: "b")
        let loop = folder.link("b", to: "a")
        let failure = #expect(throws: KernelError.self) { try AtomicFile.write(loop, [], mode: 0o640) }
        #expect(failure?.errno == .tooManySymbolicLinkLevels)
    }

    @Test func missingFolder() throws {
        let folder = try TemporaryFolder()
        let failure = #expect(throws: KernelError.self) { try AtomicFile.write(folder.path + "/none/config", [1], mode: 0o640) }
        #expect(failure?.errno == .noSuchFileOrDirectory)
    }

    @Test func targetThatIsAFolder() throws {
        let folder = try TemporaryFolder()
        let target = folder.makeFolder("config")
        #expect(throws: KernelError.self) { try AtomicFile.write(target, [1], mode: 0o640) }
        #expect(try DirectoryListing.names(in: folder.path) == ["config"])
    }

    @Test(.needsRoot) func fullDisk() throws {
        let folder = try TemporaryFolder()
        let small = try SmallFilesystem(in: folder, bytes: 64 << 10)
        let path = small.path + "/config"
        let old = [UInt8](repeating: 0x61, count: 40 << 10)
        try AtomicFile.write(path, old, mode: 0o640)
        let failure = #expect(throws: KernelError.self) {
            try AtomicFile.write(path, [UInt8](repeating: 0x62, count: 60 << 10), mode: 0o640)
        }
        #expect(failure?.errno == .noSpace)
        #expect(try WholeFile.read(path) == old)
        #expect(try DirectoryListing.names(in: small.path) == ["config"])
    }

    @Test func emptyContent() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("config", "old\n")
        try AtomicFile.write(path, [], mode: 0o640)
        #expect(try WholeFile.read(path).isEmpty)
    }
}
