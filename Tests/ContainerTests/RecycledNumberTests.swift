// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// A process number is given to a process of the host between the moment a tool learns it and the moment it is used.
///
/// The attacker `recycle` stops the tool there, so that one round is as good as thousands.
@Suite(.needsRoot, .needsProgram("/usr/bin/gcc", package: "gcc"), .serialized) struct RecycledNumberTests {
    /// (The kernel lets users open no namespace of a process that is not theirs, whatever its number.)
    @Test(
        "K26: a namespace that is shared by number is that of the process that was meant", arguments: [ContainerKind.privileged, .mapped])
    func sharedNamespace(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false, config: ["lxc.net ="])
            let start = container.words("start", ["-n", container.name, "-F", "--share-net", "@", "--", "/bin/true"])
            // 434 is pidfd_open(2): the tool has its handle, and opens the namespace next.
            let result = try fixture.run(fixture.compile("recycle"), ["exit", "434", "0"] + start, seconds: 30)
            #expect(result.output.contains("recycled"), "\(result)")
            #expect(result.code == 1 && result.error.contains("net namespace"), "\(result)")
        }
    }

    @Test("K27: attaching to a container that ends meanwhile enters nothing", arguments: ContainerKind.allCases)
    func attach(kind: ContainerKind) throws {
        try withContainers { fixture in
            let container = try AttackedContainer(fixture, kind, hasShippedSettings: false)
            try container.succeed("start")
            let pid = try container.initPID()
            let marker = fixture.lxcpath + "/entered"
            let attach = container.words("attach", ["-n", container.name, "--", "/bin/sh", "-c", "echo ran; : > \(marker)"])
            // 308 is setns(2).
            let result = try fixture.run(fixture.compile("recycle"), ["entry", "308", "\(pid)"] + attach, seconds: 30)
            #expect(result.output == "recycled\n", "\(result)")
            #expect(result.code == 1, "\(result)")
            #expect(try FileStatus.ifPresent(marker) == nil)
        }
    }
}
