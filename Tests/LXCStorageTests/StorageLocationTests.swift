// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCStorage
import Testing

struct StorageLocationTests {
    private static let written: [(path: String, expected: StorageLocation)] = [
        ("/var/lib/lxc/p1/rootfs", StorageLocation(kind: .dir, source: "/var/lib/lxc/p1/rootfs")),
        ("dir:/srv/root", StorageLocation(kind: .dir, source: "/srv/root")),
        ("overlay:/a/rootfs:/b/overlay/delta", StorageLocation(kind: .overlay, source: "/a/rootfs", upper: "/b/overlay/delta")),
        ("overlayfs:/a/rootfs:/b/delta0", StorageLocation(kind: .overlay, source: "/a/rootfs", upper: "/b/delta0")),
        ("aufs:/a/rootfs:/b/delta0", StorageLocation(kind: .overlay, source: "/a/rootfs", upper: "/b/delta0")),
        ("overlay:/x:/y:/z", StorageLocation(kind: .overlay, source: "/x:/y", upper: "/z")),
        ("lvm:/dev/lxc/p1", StorageLocation(kind: .lvm, source: "/dev/lxc/p1")),
        ("loop:/srv/p1.img", StorageLocation(kind: .loop, source: "/srv/p1.img")),
        ("/srv/odd:name", StorageLocation(kind: .dir, source: "/srv/odd:name")),
    ]

    @Test(arguments: written) func reading(path: String, expected: StorageLocation) throws {
        var config = ContainerConfigDocument()
        try config.set("lxc.rootfs.path", path)
        #expect(StorageLocation(config.config.rootfs) == expected)
    }

    @Test func nothing() { #expect(StorageLocation(RootfsSettings()) == nil) }
}
