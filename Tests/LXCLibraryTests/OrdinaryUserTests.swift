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
            let said = try world.run(as: user, snippet("PrintHostname", fixture), seconds: 60)
            #expect(said.code == 0 && said.lines.count == 2 && said.lines.last == "Hostname: p1", "\(said)")
            #expect(try world.succeed(user, "info", "-n", "p1", "-sH").output == "STOPPED\n")
            try world.succeed(user, "destroy", "-n", "p1")
        }
    }
}
