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

    @Test(arguments: ContainerKind.allCases) func noProgramOfOursOpensALibraryOfTheContainer(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            let rootfs = container.rootfs
            for bait in Self.baits { try fixture.write(rootfs + "/" + bait, "passwd: files compat evil\n", mode: 0o755) }
            let watch = try fixture.attack("watch", Self.baits.map { rootfs + "/" + $0 })
            try container.succeed("start")
            // Without a command the user's shell is looked up; the languages make a C library look for their files.
            for options in [[], ["-u", "65534", "-g", "65534"], ["-u", "0"]] {
                var words = container.words("attach", ["-n", container.name] + options)
                let tool = try #require(words.firstIndex { $0.hasSuffix("/lxc-attach") })
                words.insert(contentsOf: ["/usr/bin/env", "LC_ALL=de_DE.ISO-8859-1", "LANGUAGE=de"], at: tool)
                let result = try fixture.run(words[0], Array(words.dropFirst()), input: "exit 0\n")
                #expect(result.code == 0 || options.first == "-u", "\(result)")
            }
            try container.succeed("attach", "--", "/bin/cat", "/etc/nsswitch.conf")
            try container.succeed("stop", "-k")
            try container.succeed("execute", "--", "/bin/true")
            let opened = try watch.lines.filter { $0.hasPrefix("opened ") }
            #expect(opened.contains { $0.contains(" cat ") }, "the watch sees nothing: \(opened)")
            // What users run has no file: everything but the container's own program is ours.
            let own = try FileStatus(of: rootfs + "/bin/busybox")
            #expect(opened.filter { !$0.contains(" \(own.filesystem):\(own.inode) ") } == [])
            #expect(watch.isRunning)
        }
    }

    /// A process of ours that belongs to a container maps its own program and nothing else: there is no file to replace.
    @Test(arguments: ContainerKind.allCases) func ourProcessesMapOnlyTheirProgram(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            try container.succeed("start")
            let supervisor = try ContainerSupervisor.find(container)
            try expectOneFile(supervisor, kind, program: fixture.installation.libexec + "/lxc-supervisor")
            let words = container.words("attach", ["-n", container.name, "--", "/bin/sh", "-c", "echo ready; exec sleep 1000"])
            let attach = try fixture.background(words[0], Array(words.dropFirst()))
            try expectOneFile(attach.pid, kind, program: fixture.installation.bin + "/lxc")
        }
    }

    private func expectOneFile(_ pid: Int32, _ kind: ContainerKind, program: String) throws {
        let executed = try FileStatus(of: "/proc/\(pid)/exe").inode
        // Users run a copy in memory.
        #expect(try kind == .user || executed == FileStatus(of: program).inode)
        #expect(try Self.mappedFiles(pid) == [executed])
    }

    /// Inodes of the files that a process has mapped.
    private static func mappedFiles(_ pid: Int32) throws -> Set<UInt64> {
        Set(
            try WholeFile.text("/proc/\(pid)/maps").split(separator: "\n").compactMap { line in
                line.split(separator: " ").dropFirst(4).first.flatMap { UInt64($0) }
            }.filter { $0 != 0 })
    }
}
