// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Valgrind's memcheck over the program that calls every member and function (`make valgrind` runs this alone).
@Suite(.needsRoot, .needsProgram("/usr/bin/valgrind", package: "valgrind")) struct MemcheckTests {
    @Test func neitherCallersNorAttachedProcessesLeakOrMisuseMemory() throws {
        try withContainers { fixture in
            let scene = try LibraryScene(fixture)
            let program = try scene.compile("every_member", ourHeaders: true)
            let preloaded = try scene.compile("pidfd", as: "pidfd.so", ["-DPRELOAD", "-shared", "-fPIC"])
            let opener = try scene.compile("pidfd", as: "pidfd", [])
            let path = "\(fixture.lxcpath)/memcheck"
            try HostPath.makeDirectories(path)
            let result = try fixture.run(
                "/usr/bin/valgrind",
                [
                    // What is lost for certain. Swift's own objects are often held by pointers into them, which is "possibly lost".
                    "--leak-check=full", "--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect",
                    program, path, fixture.name("mem"),
                ],
                environment: ["LD_LIBRARY_PATH=\(scene.folder)", "LD_PRELOAD=\(preloaded)", "PIDFD_PROGRAM=\(opener)"], seconds: 200)
            #expect(result.code == 0, "\(result)")
            // Attaching is part of it: a process with a copy of all this memory enters, runs the caller's function and ends there.
            #expect(result.output.contains("attach                     function: returned 0, status 42\n"), "\(result)")
            // A process that executes another program has none.
            let summaries = result.error.split(separator: "\n").filter { $0.firstRange(of: "ERROR SUMMARY: ") != nil }
            #expect(summaries.allSatisfy { $0.firstRange(of: "ERROR SUMMARY: 0 errors ") != nil }, "\(result.error.suffix(20_000))")
            // The program itself, and for each attach the process between host and container; for two also the one in it.
            #expect(summaries.count > 12, "\(summaries)")
        }
    }
}
