// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// E2: files of the container that a C library would load into a process are loaded into none of ours.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc")) struct LibraryInjectionTests {
    /// What a C library reads or maps for a user lookup, a character set, a language, or before any program.
    private static let baits = [
        "etc/nsswitch.conf", "etc/ld.so.preload", "etc/ld.so.cache", "etc/host.conf", "etc/resolv.conf", "etc/localtime",
        "lib/x86_64-linux-gnu/libnss_files.so.2", "lib/x86_64-linux-gnu/libnss_compat.so.2", "lib/x86_64-linux-gnu/libc.so.6",
        "lib64/libnss_files.so.2", "usr/lib/x86_64-linux-gnu/libnss_files.so.2", "usr/lib/x86_64-linux-gnu/libc.so.6",
        "usr/lib/x86_64-linux-gnu/gconv/gconv-modules", "usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache",
        "usr/lib/locale/locale-archive", "usr/lib/locale/C.utf8/LC_CTYPE", "usr/share/locale/locale.alias",
    ]

    @Test func noProgramOfOursOpensALibraryOfTheContainer() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("hostile", config: ["lxc.net.0.type = empty"])
            let rootfs = fixture.rootfs(name)
            for bait in Self.baits { try fixture.write(rootfs + "/" + bait, "passwd: files compat evil\n", mode: 0o755) }
            let watch = try fixture.attack("watch", Self.baits.map { rootfs + "/" + $0 })
            let shell = fixture.installation.bin + "/lxc-attach"
            try fixture.succeed("start", "-n", name)
            // Without a command the user's shell is looked up; the languages make a C library look for their files.
            for options in [[], ["-u", "65534", "-g", "65534"], ["-u", "0"]] {
                let result = try fixture.run(
                    shell, ["-P", fixture.lxcpath, "-n", name] + options, environment: ["LC_ALL=de_DE.ISO-8859-1", "LANGUAGE=de"],
                    input: "exit 0\n")
                #expect(result.code == 0 || options.first == "-u", "\(result)")
            }
            try fixture.succeed("attach", "-n", name, "--", "/bin/cat", "/etc/nsswitch.conf")
            try fixture.succeed("stop", "-n", name, "-k")
            try fixture.succeed("execute", "-n", name, "--", "/bin/true")
            let opened = try watch.lines.filter { $0.hasPrefix("opened ") }
            #expect(opened.contains { $0.contains(" cat ") }, "the watch sees nothing: \(opened)")
            let own = try [
                "\(fixture.installation.bin)/lxc", "\(fixture.installation.libexec)/lxc-supervisor",
                "\(fixture.installation.libexec)/lxc-init",
            ]
            .map { try FileStatus(of: $0) }.map { " \($0.filesystem):\($0.inode) " }
            #expect(opened.filter { line in own.contains { line.contains($0) } } == [])
            #expect(watch.isRunning)
        }
    }

    /// A process of ours that belongs to a container maps its own program and nothing else: there is no file to replace.
    @Test func ourProcessesMapOnlyTheirProgram() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("maps", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            let status = try WholeFile.text("/proc/\(fixture.initPID(name))/status").split(separator: "\n")
            let supervisor = try #require(status.first { $0.hasPrefix("PPid:") }.flatMap { Int32($0.dropFirst(6)) })
            let program = try FileStatus(of: fixture.installation.libexec + "/lxc-supervisor").inode
            #expect(try Self.mappedFiles(supervisor) == [program])
            let words = ["-P", fixture.lxcpath, "-n", name, "--", "/bin/sh", "-c", "echo ready; exec sleep 1000"]
            let attach = try fixture.background(fixture.installation.bin + "/lxc-attach", words)
            #expect(try Self.mappedFiles(attach.pid) == [FileStatus(of: fixture.installation.bin + "/lxc").inode])
        }
    }

    /// Inodes of the files that a process has mapped.
    private static func mappedFiles(_ pid: Int32) throws -> Set<UInt64> {
        Set(
            try WholeFile.text("/proc/\(pid)/maps").split(separator: "\n").compactMap { line in
                line.split(separator: " ").dropFirst(4).first.flatMap { UInt64($0) }
            }.filter { $0 != 0 })
    }
}
