// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Netlink
import Testing

/// N7 and N8: a set-user-ID program in surroundings that its caller chose.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc")) struct HygieneTests {
    private let policy = ["lxc veth br1 50"]

    private func createWords(_ world: UserNicWorld, _ pid: Int32) -> [String] {
        [world.program, "create", "p", "n", "\(pid)", "veth", "br1"]
    }

    /// Limits that let nothing be written or opened: refused, and nothing is made.
    @Test(arguments: [["-l", "1=0"], ["-l", "7=3"], ["-l", "7=4"], ["-l", "7=6"], ["-c", "-l", "7=3"], ["-l", "1=10"]])
    func limits(options: [String]) throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let refused = try world.run(as: UserNicWorld.first, createWords(world, pid), options: options)
            #expect(refused.code == 1 && refused.output == "", "\(refused)")
            #expect(try world.devices().isEmpty && world.database() == [])
        }
    }

    /// Memory that ends anywhere: whatever is made has its line.
    @Test func littleMemory() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            for kibibytes in stride(from: 64, through: 4096, by: 192) {
                _ = try world.run(as: UserNicWorld.first, createWords(world, pid), options: ["-l", "9=\(kibibytes * 1024)"])
            }
            let lines = try world.database()
            #expect(try world.devices().allSatisfy { device in lines.contains("lxc veth br1 \(device.name)") })
        }
    }

    /// What is opened does not get the streams' numbers: nothing but lines is ever written to the list. (Each C library puts
    /// something in the place of closed streams before the program begins: glibc what cannot be written to, so that there is no
    /// device, as nobody would learn of it; musl /dev/null.)
    @Test func closedStreams() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let made = try world.run(as: UserNicWorld.first, createWords(world, pid), options: ["-c"])
            #expect(try world.devices().count == (made.code == 0 ? 1 : 0))
            let refused = try world.run(as: UserNicWorld.first, createWords(world, 1), options: ["-c"])
            #expect(refused.code == 1)
            #expect(try world.database().allSatisfy { $0.hasPrefix("lxc veth br1 veth41001_") })
            #expect(try world.create(as: UserNicWorld.first, pid).code == 0)
            #expect(try world.database().count == world.devices().count)
        }
    }

    @Test func closedPipe() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let script = "(sleep 0.2; exec \(createWords(world, pid).joined(separator: " "))) | true; sleep 0.5"
            let result = try world.run(as: UserNicWorld.first, ["/bin/bash", "-c", script])
            #expect(result.error.contains("cannot print the result: broken pipe"), "\(result)")
            #expect(try world.devices().isEmpty)
        }
    }

    @Test func noWordsAtAll() throws {
        try withUserNicWorld(policy: policy) { world in
            let refused = try world.run(as: UserNicWorld.first, [world.program], options: ["-z"])
            #expect(refused.code == 1 && refused.error.hasPrefix("usage: "), "\(refused)")
        }
    }

    @Test func hugeWords() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let huge = String(repeating: "x", count: 100_000)
            let many = [world.program] + [String](repeating: huge, count: 10)
            #expect(try world.run(as: UserNicWorld.first, many).code == 1)
            for place in 4...7 {
                var words = createWords(world, pid) + ["eth0"]
                words[place] = huge
                let refused = try world.run(as: UserNicWorld.first, words)
                #expect(refused.code == 1 && refused.error.utf8.count < 1000, "\(place): \(refused.error.prefix(200))")
            }
            #expect(try world.devices().isEmpty && world.database() == [])
        }
    }

    @Test(arguments: ["a/b", "a b", "a:b", "..", "", "averylongnameofadevice", "%d%d", "%s", "lo"]) func namesThatAreNone(name: String)
        throws
    {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let made = try world.create(as: UserNicWorld.first, pid, name: name)
            #expect(made.code == 1 && made.output == "", "\(made)")
            #expect(try world.devices().isEmpty && world.devices(in: pid).isEmpty && world.database() == [])
        }
    }

    /// N7 and N8: nothing in the environment changes anything; no program of the caller's is run.
    @Test func hostileEnvironment() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            let folder = world.fixture.lxcpath
            let bait = "\(folder)/bait"
            for name in ["swift-backtrace", "ovs-vsctl", "ip", "sh"] {
                try world.fixture.write("\(folder)/evil/\(name)", "#!/bin/sh\n: > \(bait)\n", mode: 0o755)
            }
            try world.root("/bin/chmod", "0777", folder)
            let ofSwift = [
                "SWIFT_BACKTRACE=enable=yes,swift-backtrace=\(folder)/evil/swift-backtrace", "SWIFT_ROOT=\(folder)/evil",
                "SWIFT_DEBUG_ENABLE_MALLOC_SCRIBBLE=1", "SWIFT_DEBUG_HELP=1", "SWIFT_DEBUG_VALIDATE_EXTERNAL_GENERIC_METADATA_BUILDER=1",
            ]
            let others = [
                "LD_PRELOAD=\(folder)/evil/x.so", "LD_LIBRARY_PATH=\(folder)/evil", "LD_DEBUG=all", "LD_DEBUG_OUTPUT=\(folder)/ld",
                "GCONV_PATH=\(folder)/evil", "MALLOC_CHECK_=3", "GLIBC_TUNABLES=glibc.malloc.check=3", "IFS=/", "PATH=\(folder)/evil",
                "HOME=\(folder)/evil", "TMPDIR=\(folder)/evil", "LANG=../../evil", "LXC_USERNET=\(folder)/evil",
            ]
            // A debug build has a runtime that reads the first.
            let variables = ((BuiltProgram.isInstalledForm ? ofSwift : []) + others).flatMap { ["-e", $0] }
            let made = try world.run(as: UserNicWorld.first, createWords(world, pid), options: variables)
            #expect(made.code == 0 && made.error == "" && made.output.hasPrefix("eth0:"), "\(made)")
            // And when it crashes for want of memory.
            for kibibytes in [700, 1000, 1400] {
                _ = try world.run(as: UserNicWorld.first, createWords(world, pid), options: variables + ["-l", "9=\(kibibytes * 1024)"])
            }
            #expect(try FileStatus.ifPresent(bait) == nil)
            #expect(try DirectoryListing.names(in: folder).allSatisfy { !$0.hasPrefix("ld") && !$0.hasPrefix("core") })
        }
    }

    /// N8: there is no Swift runtime in it that could read the environment or start a program, and no library is loaded.
    @Test(.enabled("needs the programs as they are installed (scripts/build-programs.sh)") { BuiltProgram.isInstalledForm })
    func nothingOfARuntime() throws {
        try withUserNicWorld(policy: policy) { world in
            let program = try BuiltProgram(world)
            for text in ["SWIFT_BACKTRACE", "SWIFT_ROOT", "SWIFT_DEBUG_", "swift-backtrace", "libswift", "__swift5_protocols"] {
                #expect(!program.holds(text), "\(text)")
            }
            #expect(program.isStatic)
            // glibc alone, in a static C program that does nothing, has 667 KiB (Debian 12).
            #expect(program.size < 1400 * 1024)
            print("N8: lxc-user-nic has \(program.size / 1024) KiB")
        }
    }

    /// N7: a policy that somebody else could have written counts for nothing.
    @Test(arguments: ["chmod 0666", "chmod 0664", "chown 41001"]) func policyOfSomebodyElse(change: String) throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            try world.root("/bin/sh", "-c", "\(change) \(world.policyPath)")
            let refused = try world.create(as: UserNicWorld.first, pid)
            #expect(refused.code == 1 && refused.error.contains("only root can write to"), "\(refused)")
            #expect(try world.devices().isEmpty)
        }
    }

    /// The caller can neither stop a request that holds everybody's lock nor end it halfway: it waits for the lock as root.
    @Test func callerCannotSignalItWhileOthersWait() throws {
        try withUserNicWorld(policy: policy) { world in
            let pid = try world.container(of: UserNicWorld.first)
            #expect(try world.create(as: UserNicWorld.first, pid).code == 0)
            let lock = try OwnedDescriptor(opening: world.outside(world.databasePath + ".lock"), .readWrite)
            #expect(try FileLock.tryLock(lock))
            let request = try BackgroundProgram(
                "/usr/bin/nsenter", world.command(as: UserNicWorld.first, createWords(world, pid)), environment: [])
            #expect(
                try world.fixture.eventually {
                    try WholeFile.text("/proc/\(request.pid)/status").contains("Uid:\t0\t0\t0\t0")
                        && WholeFile.text("/proc/\(request.pid)/comm") == "lxc-user-nic\n"
                })
            for signal in ["KILL", "STOP", "TERM", "ALRM", "XFSZ"] {
                let script = "kill -s \(signal) \(request.pid)"
                #expect(try world.run(as: UserNicWorld.first, ["/bin/sh", "-c", script]).code == 1)
            }
            #expect(request.isRunning)
            _ = consume lock
            #expect(try request.wait().shellCode == 0)
            #expect(try world.database().count == 2)
        }
    }

    @Test func withoutRootsRightsItSaysSo() throws {
        try withUserNicWorld(policy: policy) { world in
            try world.root("/bin/chmod", "0755", world.program)
            let refused = try world.create(as: UserNicWorld.first, 1)
            #expect(refused.code == 1 && refused.error.contains("install it set-user-ID root"), "\(refused)")
        }
    }
}

/// The file of the program under test.
private struct BuiltProgram {
    private let bytes: [UInt8]

    init(_ world: UserNicWorld) throws { bytes = try WholeFile.read(world.outside(world.program), limit: 64 << 20) }

    /// Whether the tests run the programs as they are installed: a debug build has Swift's runtime.
    static var isInstalledForm: Bool {
        ProcessEnvironment.value("LXC_TEST_BUILD_DIR").map { !$0.hasSuffix("debug") } ?? false
    }

    var size: Int { bytes.count }

    func holds(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        return bytes.indices.contains { bytes[$0] == wanted[0] && bytes[$0...].starts(with: wanted) }
    }

    /// Whether the kernel starts it without a loader: no program header is `PT_INTERP`.
    var isStatic: Bool {
        let start = bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 32, as: UInt64.self)) }
        let (size, count) = bytes.withUnsafeBytes {
            (Int($0.loadUnaligned(fromByteOffset: 54, as: UInt16.self)), Int($0.loadUnaligned(fromByteOffset: 56, as: UInt16.self)))
        }
        return (0..<count).allSatisfy { index in
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start + index * size, as: UInt32.self) } != 3
        }
    }
}
