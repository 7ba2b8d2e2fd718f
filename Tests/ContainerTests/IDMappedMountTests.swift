// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Mounts whose owners are mapped, of containers with ids of their own (row K25 of the attack table).
@Suite struct IDMappedMountTests {
    private func map(_ first: Int) -> [String] {
        ["lxc.net.0.type = empty", "lxc.idmap = u 0 \(first) 65536", "lxc.idmap = g 0 \(first) 65536"]
    }

    @Test(.needsRoot) func rootfsNeedsNoOtherOwners() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("mapped", config: map(100000) + ["lxc.rootfs.options = idmap=container"])
            // Otherwise nobody but root of the host reaches the root filesystem.
            try fixture.succeed("start", "-n", name)
            let script = "stat -c %u:%g /bin/busybox; echo x > /mine; chown 5:6 /mine; stat -c %u:%g /mine"
            #expect(try fixture.succeed("attach", "-n", name, "--", "sh", "-c", script).output == "0:0\n5:6\n")
            let file = try FileStatus(of: fixture.rootfs(name) + "/mine")
            #expect(file.owner == 5 && file.group == 6)
            try fixture.succeed("stop", "-k", "-n", name)
        }
    }

    @Test(.needsRoot) func eachContainerHasItsOwnViewOfAFolder() throws {
        try withContainers { fixture in
            let shared = fixture.lxcpath + "/shared"
            #expect(
                try fixture.run(
                    "/bin/sh", ["-ec", "mkdir \(shared); echo 1 > \(shared)/of7; chown 7:8 \(shared)/of7; chmod 4711 \(shared)/of7"]
                ).code == 0)
            let names = try [100000, 300000].map { first in
                try fixture.busybox(
                    "c\(first)",
                    config: map(first) + [
                        "lxc.rootfs.options = idmap=container", "lxc.mount.entry = \(shared) mnt none bind,idmap=container 0 0",
                        "lxc.mount.entry = \(shared)/absent home none bind,idmap=container,optional 0 0",
                    ])
            }
            for name in names {
                try fixture.succeed("start", "-n", name)
                #expect(try fixture.succeed("attach", "-n", name, "--", "stat", "-c", "%u:%g %a", "/mnt/of7").output == "7:8 4711\n")
                try fixture.succeed("attach", "-n", name, "--", "touch", "/mnt/made-by-\(name)")
                #expect(try FileStatus(of: "\(shared)/made-by-\(name)").owner == 0)
            }
            // Without the option the owners are strangers.
            try fixture.succeed("stop", "-k", "-n", names[0])
            try fixture.append(names[0], ["lxc.mount.entry =", "lxc.mount.entry = \(shared) mnt none bind 0 0"])
            try fixture.succeed("start", "-n", names[0])
            #expect(try fixture.succeed("attach", "-n", names[0], "--", "stat", "-c", "%u:%g", "/mnt/of7").output == "65534:65534\n")
            for name in names { try fixture.succeed("stop", "-k", "-n", name) }
        }
    }

    /// Without ids of its own there is nothing to map to, and users may not map owners: neither gets the mount as it is.
    @Test(.needsRoot, arguments: [ContainerKind.privileged, .user]) func whoCannotMapGetsNothing(kind: ContainerKind) throws {
        try withContainers { fixture in
            let shared = fixture.lxcpath + "/shared"
            try HostPath.makeDirectories(shared)
            let container = try AttackedContainer(
                fixture, kind, hasShippedSettings: false, config: ["lxc.mount.entry = \(shared) mnt none bind,idmap=container 0 0"])
            let refused = try container.lxc("start")
            #expect(refused.code == 1 && refused.error.contains("lxc.mount.entry"), "\(refused)")
            #expect(try container.lxc("info", "-sH").output == "STOPPED\n")
        }
    }

    @Test(.needsRoot) func saysWhatCannotBeMapped() throws {
        try withContainers { fixture in
            let name = try fixture.busybox(
                "refused",
                config: map(100000) + [
                    "lxc.rootfs.options = idmap=container", "lxc.mount.entry = /proc mnt none bind,idmap=container 0 0",
                ])
            let refused = try fixture.lxc("start", "-n", name)
            #expect(
                refused.code == 1 && refused.error.contains("cannot map its owners") && refused.error.contains("lxc.mount.entry at"),
                "\(refused)")
            try fixture.append(name, ["lxc.mount.entry =", "lxc.rootfs.options = idmap=/nonexistent"])
            let missing = try fixture.lxc("start", "-n", name)
            #expect(missing.code == 1 && missing.error.contains("user namespace /nonexistent"), "\(missing)")
        }
    }
}
