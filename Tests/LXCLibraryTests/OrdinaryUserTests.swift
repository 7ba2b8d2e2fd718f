// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// A program with the library that an ordinary user runs: one of the snippets, which every build makes.
@Suite(.needsRoot, .needsProgram("/usr/bin/newuidmap", package: "uidmap")) struct OrdinaryUserTests {
    private let user = UserWorld.first

    /// A snippet that belongs to the installation of the tests.
    private func snippet(_ name: String, _ fixture: ContainerFixture) throws -> String {
        let (checkout, prefix) = (TestInstallation.checkout, fixture.installation.prefix)
        let program = "\(fixture.lxcpath)/.\(name)"
        let folders = ["bin", "sbin", "libexec", "lib", "share", "etc", "var", "run"].map { "\(prefix)/\($0)" }
        let stamped = try fixture.run(
            checkout + "/scripts/lib/stamp-paths.sh", ["\(checkout)/.build/debug/\(name)", program] + folders, seconds: 60)
        guard stamped.code == 0 else { throw FixtureFailure("\(stamped)") }
        return program
    }

    @Test func startsEntersAndStopsTheirContainer() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            try world.succeed(user, "create", "-n", "p1", "-t", "busybox")
            let container = world.containers(of: user) + "/p1"
            // Its init tells which descriptors it was born with.
            let line = #"echo 'lxc.init.cmd = /bin/sh -c "ls /proc/self/fd > /descriptors; exec /sbin/init"' >> "$0""#
            #expect(try world.run(as: user, "/bin/sh", "-c", line, container + "/config").code == 0)
            let program = try snippet("PrintHostname", fixture)
            // Once more as a service that was given descriptors by number: the numbers mean others in the process that does the work.
            for words in [[], ["LISTEN_FDS=2", "LISTEN_PID=1"]] {
                let said = try world.run(as: user, ["/usr/bin/env"] + words + [program], seconds: 60)
                #expect(said.code == 0 && said.lines.count == 2 && said.lines.last == "Hostname: p1", "\(said)")
                // The last one is the folder that is listed.
                #expect(try WholeFile.text(container + "/rootfs/descriptors") == "0\n1\n2\n3\n")
            }
            #expect(try world.succeed(user, "info", "-n", "p1", "-sH").output == "STOPPED\n")
            try world.succeed(user, "destroy", "-n", "p1")
        }
    }
}
