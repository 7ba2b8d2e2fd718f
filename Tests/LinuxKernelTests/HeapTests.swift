// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// The allocator of the installed programs, linked with musl as they are. The tests themselves have glibc's.
@Suite struct HeapTests {
    /// What the program does with the fault that it is asked for.
    private static func run(fault: String? = nil) throws -> ToolResult {
        let checkout = TestInstallation.checkout
        let library = "/usr/lib/x86_64-linux-musl"
        let headers = "/usr/include/x86_64-linux-musl"
        let path = "/tmp/lxc-heap-test-\(ProcessControl.pid)-\(fault ?? "none")"
        let compiled = try ToolRunner.run(
            "/usr/bin/gcc",
            [
                "-O2", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-isystem", headers,
                "-I\(checkout)/Sources/CLinux/include", "-fno-builtin", "-nostdlib", "-static",
                "-no-pie",
                "\(library)/crt1.o", "\(library)/crti.o", "\(checkout)/Sources/CLinux/heap.c",
                "\(checkout)/Tests/LinuxKernelTests/Programs/heap.c", "\(library)/libc.a", "\(library)/crtn.o", "-o", path,
            ], seconds: 120)
        guard compiled.code == 0 else { throw FixtureFailure("\(compiled)") }
        defer { try? DirectoryHandle(opening: "/tmp").remove(String(path.dropFirst(5))) }  // the machine's check would tell
        return try ToolRunner.run(path, fault.map { [$0] } ?? [], seconds: 120)
    }

    @Test func blocksStayWholeInFourThreads() throws {
        let result = try Self.run()
        #expect(result.code == 0 && result.output == "whole\n", "\(result)")
    }

    /// A thread that the allocator does not know of would take blocks without the lock.
    @Test func threadsAreMadeWhereTheAllocatorLearnsOfThem() throws {
        let found = try ToolRunner.run(
            "/usr/bin/grep", ["-rlE", "pthread_create *\\( *&?[a-z]", "\(TestInstallation.checkout)/Sources", "--include=*.[chs]*"])
        #expect(found.output == "\(TestInstallation.checkout)/Sources/CLinux/heap.c\n", "\(found)")
    }

    @Test(arguments: ["twice", "behind"]) func aFaultEndsTheProgram(fault: String) throws {
        let result = try Self.run(fault: fault)
        #expect(result.status == .signaled(6) && result.output.isEmpty, "\(result)")
    }
}
