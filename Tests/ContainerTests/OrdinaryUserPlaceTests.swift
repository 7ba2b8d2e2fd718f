// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Where an ordinary user's files are: below the home, never in root's places.
extension OrdinaryUserTests {
    @Test("S1.65 S1.66 S1.90 to S1.93: a user's settings, containers and snapshots lie below the home", .needsRoot)
    func placesOfAUser() throws {
        try withContainers { fixture in
            let world = try UserWorld(fixture)
            let user = UserWorld.first
            let share = world.home(of: user) + "/.local/share"
            #expect(try world.succeed(user, "config", "lxc.lxcpath").output == share + "/lxc\n")
            #expect(try world.succeed(user, "config", "lxc.default_config").output == world.home(of: user) + "/.config/lxc/default.conf\n")
            // The user's settings count, and new containers get what default.conf holds.
            try world.write(user, ".config/lxc/default.conf", "lxc.net.0.type = empty\nlxc.environment = OF=the-user\n")
            try world.succeed(user, "create", "-n", "web", "-t", "none")
            #expect(try WholeFile.text(share + "/lxc/web/config").contains("lxc.environment = OF=the-user\n"))
            // The folder for snapshots of earlier days is used where it is.
            try world.succeed(user, "snapshot", "-n", "web")
            #expect(try FileStatus.ifPresent(share + "/lxc/web/snaps/snap0/config") != nil)
            #expect(try world.run(as: user, "/bin/mkdir", share + "/lxcsnaps").code == 0)
            try world.succeed(user, "create", "-n", "old", "-t", "none")
            try world.succeed(user, "snapshot", "-n", "old")
            #expect(try world.succeed(user, "snapshot", "-n", "old", "-L").output.hasPrefix("snap0 (\(share)/lxcsnaps/old) "))
            try world.write(user, ".config/lxc/lxc.conf", "lxc.lxcpath = \(world.home(of: user))/elsewhere\n")
            #expect(try world.succeed(user, "config", "lxc.lxcpath").output == world.home(of: user) + "/elsewhere\n")
            try world.succeed(user, "create", "-n", "third", "-t", "none")
            #expect(try FileStatus.ifPresent(world.home(of: user) + "/elsewhere/third/config") != nil)
        }
    }
}
