// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers on logical volumes, by LVM's own tools and the kernel's device mapper.
extension VirtualMachineTests {
    @Suite(.needsVirtualMachine("plain"), .serialized) struct LogicalVolumeTests {
        /// A volume group with a pool of thin volumes, on an image of the test's own.
        private func withVolumes(_ body: (ContainerFixture) throws -> Void) throws {
            try withContainers { fixture in
                let image = fixture.lxcpath + "-lvm.img"
                _ = try fixture.shell(
                    """
                    export LVM_SUPPRESS_FD_WARNINGS=1
                    truncate -s 600M '\(image)'; losetup -f --show '\(image)' > '\(image).dev'
                    vgcreate -q testvg "$(cat '\(image).dev')"; lvcreate -q -L 300M -T testvg/pool
                    """, seconds: 120)
                defer {
                    do {
                        _ = try fixture.shell(
                            "vgremove -q -f testvg; losetup -d \"$(cat '\(image).dev')\"; rm -f '\(image)' '\(image).dev'", seconds: 120)
                    } catch { Issue.record("\(error)") }
                }
                try body(fixture)
            }
        }

        private func volumes(_ fixture: ContainerFixture) throws -> [String] {
            try fixture.shell("lvs --noheadings -o lv_name testvg").split { $0 == " " || $0 == "\n" }.map(String.init).filter {
                $0 != "pool"
            }
        }

        private func mark(_ fixture: ContainerFixture, _ name: String, _ text: String) throws {
            try fixture.visit(name, "echo \(text) > /root/mark; sync")
        }

        private func marked(_ fixture: ContainerFixture, _ name: String) throws -> String { try fixture.visit(name, "cat /root/mark") }

        @Test func everyVerbOnThinVolumes() throws {
            try withVolumes { fixture in
                let (name, copy, shared) = (
                    try fixture.create("web", "-B", "lvm", "--vgname", "testvg", "--thinpool", "pool", "--fssize", "64M"),
                    fixture.name("copy"), fixture.name("shared")
                )
                #expect(try fixture.configuration(name).contains("\nlxc.rootfs.path = lvm:/dev/testvg/\(name)\n"))
                try mark(fixture, name, "first")
                try fixture.succeed("copy", "-n", name, "-N", copy)
                try fixture.succeed("copy", "-n", name, "-N", shared, "-s")
                #expect(try Set(volumes(fixture)) == [name, copy, shared])
                try mark(fixture, shared, "other")
                #expect(try marked(fixture, copy) == "first\n")
                try fixture.succeed("snapshot", "-n", name)
                try mark(fixture, name, "second")
                try fixture.succeed("snapshot", "-n", name, "-r", "snap0")
                #expect(try marked(fixture, name) == "first\n")
                #expect(try marked(fixture, shared) == "other\n")
                for each in [shared, copy] { try fixture.succeed("destroy", "-n", each) }
                try fixture.succeed("destroy", "-s", "-n", name)
                #expect(try volumes(fixture) == [])
                #expect(try DirectoryListing.names(in: fixture.lxcpath) == [])
            }
        }

        @Test func plainVolumes() throws {
            try withVolumes { fixture in
                let name = try fixture.create(
                    "web", "-B", "lvm", "--vgname", "testvg", "--lvname", "own", "--fssize", "64M", "--fstype", "ext4")
                #expect(try volumes(fixture) == ["own"])
                try mark(fixture, name, "first")
                let copy = fixture.name("copy")
                try fixture.succeed("copy", "-n", name, "-N", copy, "-B", "dir")
                #expect(try marked(fixture, copy) == "first\n")
                for each in [copy, name] { try fixture.succeed("destroy", "-n", each) }
                #expect(try volumes(fixture) == [])
            }
        }
    }
}
