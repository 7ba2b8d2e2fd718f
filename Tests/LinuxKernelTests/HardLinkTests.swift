// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct HardLinkTests {
    @Test func aSymbolicLinkItselfGetsTheName() throws {
        let top = try DirectoryHandle(opening: "/tmp")
        let folder = "lxc-hardlink-\(ProcessControl.pid)"
        try top.makeDirectories(folder)
        let directory = try top.directory(folder)
        defer {
            for name in ["first", "second"] { try? directory.remove(name) }  // what is missing is what the test complains about
            try? top.remove(folder, isDirectory: true)  // as above
        }
        try directory.makeSymbolicLink("first", to: "/etc/passwd")
        try directory.makeHardLink(of: "first", as: "second", in: directory)
        #expect(try directory.linkTarget("second") == "/etc/passwd")
        let failure = #expect(throws: KernelError.self) { try directory.makeHardLink(of: "first", as: "second", in: directory) }
        #expect(failure?.errno == .fileExists)
    }
}
