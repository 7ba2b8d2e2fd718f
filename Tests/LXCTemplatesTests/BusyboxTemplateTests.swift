// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

@testable import LXCTemplates

@Suite(.needsRoot, .needsProgram("/bin/busybox", package: "busybox-static"))
struct BusyboxTemplateTests {
    /// Runs `body` with an empty container folder, which is removed afterwards.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let made = try ToolRunner.run("/bin/mktemp", ["-d", "/tmp/lxc-template-XXXXXX"])
        let folder = try #require(made.lines.first)
        defer { _ = try? ToolRunner.run("/bin/rm", ["-rf", folder]) }  // a folder in /tmp that stays is no failure of the template
        try body(folder)
    }

    private func options(_ folder: String, _ more: String...) throws -> BusyboxOptions {
        try BusyboxOptions(["--path=\(folder)", "--name=web"] + more)
    }

    @Test func makesARootThatRuns() throws {
        try withFolder { folder in
            try BusyboxTemplate.make(options(folder))
            let root = folder + "/rootfs"
            let result = try ToolRunner.run(
                "/usr/sbin/chroot", [root, "/bin/sh", "-c", "id -un; /usr/bin/env true && cat /etc/hostname; readlink /sbin/init"])
            #expect(result.lines == ["root", "web", "../bin/busybox"], "\(result)")
            #expect(try FileStatus(of: root + "/bin/busybox").permissions == 0o4755)
            #expect(try FileStatus(of: root + "/tmp").permissions == 0o1777)
            #expect(try FileStatus(of: root + "/etc/init.d/rcS").permissions == 0o755)
            let config = try WholeFile.text(folder + "/config")
            #expect(config.contains("lxc.rootfs.path = dir:\(root)\n"))
            #expect(config.contains("lxc.uts.name = web\n"))
        }
    }

    @Test func everyAppletIsInBin() throws {
        try withFolder { folder in
            try BusyboxTemplate.make(options(folder))
            let listed = try ToolRunner.run("/bin/busybox", ["--list"]).lines
            let present = Set(try DirectoryListing.names(in: folder + "/rootfs/bin"))
            #expect(listed.filter { !present.contains($0) } == [])
        }
    }

    @Test func keepsWhatLxcCreateWrote() throws {
        try withFolder { folder in
            let start = "# made by hand\nlxc.rootfs.path = dir:/elsewhere"
            try OwnedDescriptor(opening: folder + "/config", [.writeOnly, .create], mode: 0o640).writeAll(start.utf8)
            try BusyboxTemplate.make(options(folder, "--mapped-uid=1234", "--mapped-gid=1235"))
            let config = try WholeFile.text(folder + "/config")
            #expect(config.hasPrefix(start + "\nlxc.uts.name = web\n"))
            #expect(!config.contains("\(folder)/rootfs"))
            let status = try FileStatus(of: folder + "/config")
            #expect(status.owner == 1234 && status.group == 1235)
        }
    }

    @Test(arguments: ["etc", "bin", "usr/bin", "tmp"])
    func neverFollowsALinkInTheRoot(place: String) throws {
        try withFolder { folder in
            try DirectoryHandle(opening: folder).makeDirectories("rootfs/usr")
            try DirectoryHandle(opening: folder).makeDirectories("outside", mode: 0o700)
            let (parent, name) = DirectoryHandle.split("rootfs/" + place)
            try DirectoryHandle(opening: folder).directory(parent).makeSymbolicLink(name, to: folder + "/outside")
            #expect(throws: TemplateFailure.self) { try BusyboxTemplate.make(options(folder)) }
            #expect(try DirectoryListing.names(in: folder + "/outside") == [])
            #expect(try FileStatus(of: folder + "/outside").permissions == 0o700)
        }
    }

    @Test func replacesALinkInsteadOfWritingThroughIt() throws {
        try withFolder { folder in
            let victim = folder + "/victim"
            try OwnedDescriptor(opening: victim, [.writeOnly, .create], mode: 0o600).writeAll("untouched".utf8)
            let top = try DirectoryHandle(opening: folder)
            try top.makeDirectories("rootfs/etc")
            try top.makeDirectories("rootfs/bin")
            try top.directory("rootfs/etc").makeSymbolicLink("passwd", to: victim)
            try top.directory("rootfs/bin").makeSymbolicLink("busybox", to: victim)
            try BusyboxTemplate.make(options(folder))
            #expect(try WholeFile.text(victim) == "untouched")
            #expect(try FileStatus(of: folder + "/rootfs/etc/passwd", followLinks: false).kind == .regular)
            #expect(try FileStatus(of: victim).permissions == 0o600)
        }
    }

    @Test func saysWhatToInstall() throws {
        try withFolder { folder in
            for path in ["/nonexistent/busybox", "/etc/passwd", "/bin/true"] {
                let failure = #expect(throws: TemplateFailure.self) { try BusyboxTemplate.make(options(folder, "--busybox-path=\(path)")) }
                #expect(failure?.advice?.contains("apt-get install busybox-static") == true)
                #expect(failure?.message.contains(path) == true)
            }
        }
    }
}
