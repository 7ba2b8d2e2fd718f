// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCCgroups

@Suite struct LayoutTests {
    static let unifiedMounts = """
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        26 22 0:24 / /sys rw,nosuid,nodev,noexec,relatime shared:2 - sysfs sysfs rw
        30 26 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
        """
    static let hybridMounts = """
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        31 22 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
        34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
        40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        """
    static let hybridMembership = "3:cpuset:/\n2:cpu,cpuacct:/\n1:name=systemd:/init.scope\n0::/init.scope\n"

    private func layout(_ mounts: String, _ membership: String, leavesInitScope: Bool = true) -> CgroupLayout {
        CgroupLayout(
            mounts: MountTable(parsing: Array(mounts.utf8)), membership: ProcessCgroup(parsing: Array(membership.utf8)),
            leavesInitScope: leavesInitScope)
    }

    @Test func findsUnifiedAndLeavesInitScope() {
        let layout = layout(Self.unifiedMounts, "0::/init.scope\n")
        #expect(layout.kind == .unified)
        #expect(layout.hierarchies == [CgroupHierarchy(version: .v2, controllers: [], mountPoint: "/sys/fs/cgroup")])
    }

    @Test func findsHybridInTheKernelsOrder() {
        let layout = layout(Self.hybridMounts, Self.hybridMembership)
        #expect(layout.kind == .hybrid)
        #expect(layout.hierarchies.map(\.directoryName) == ["systemd", "cpu,cpuacct", "cpuset", "unified"])
        #expect(layout.hierarchies.map(\.base) == ["/", "/", "/", "/"])
        #expect(layout.unified?.mountPoint == "/sys/fs/cgroup/unified")
        #expect(layout.legacy("cpuacct")?.mountPoint == "/sys/fs/cgroup/cpu,cpuacct")
        #expect(layout.legacy("name=systemd")?.directoryName == "systemd")
        #expect(layout.legacy("memory") == nil)
    }

    @Test func findsLegacy() {
        let layout = layout(Self.hybridMounts.split(separator: "\n").dropLast().joined(separator: "\n"), Self.hybridMembership)
        #expect(layout.kind == .legacy)
        #expect(layout.unified == nil)
    }

    @Test(arguments: ["", "22 1 8:1 / / rw - ext4 /dev/sda1 rw", "30 26 0:27 / /sys/fs/cgroup rw shared:4 cgroup2 cgroup2 rw"])
    func findsNothing(mounts: String) {
        #expect(layout(mounts, "0::/\n").kind == .none)
    }

    @Test func relativeBaseIsTheCallersOwnCgroup() {
        let layout = layout(Self.unifiedMounts, "0::/user.slice/user-0.slice/session-1.scope\n", leavesInitScope: false)
        #expect(layout.hierarchies.first?.base == "/user.slice/user-0.slice/session-1.scope")
        #expect(layout.hierarchies.first?.baseDirectory == "/sys/fs/cgroup/user.slice/user-0.slice/session-1.scope")
    }

    @Test func mountOfAPartOfTheHierarchyCountsFromThere() {
        let mounts = "22 1 8:1 / / rw - ext4 a rw\n30 22 0:27 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup2 rw"
        #expect(layout(mounts, "0::/docker/ab/inner\n").hierarchies.first?.baseDirectory == "/sys/fs/cgroup/inner")
        #expect(layout(mounts, "0::/docker/ab\n").hierarchies.first?.baseDirectory == "/sys/fs/cgroup")
        // The mount does not show the base at all.
        #expect(layout(mounts, "0::/docker/abc\n").kind == .none)
        #expect(layout(mounts, "0::/../other\n").kind == .none)
    }

    @Test func takesAMountElsewhereWhenTheUsualOneIsHidden() {
        let mounts = """
            22 1 8:1 / / rw - ext4 a rw
            30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
            31 22 0:29 / /srv/groups rw - cgroup2 cgroup2 rw
            32 22 0:30 / /sys rw - tmpfs tmpfs rw
            """
        #expect(layout(mounts, "0::/\n").unified?.mountPoint == "/srv/groups")
        let stacked = """
            22 1 8:1 / / rw - ext4 a rw
            30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
            31 30 0:29 / /sys/fs/cgroup rw - tmpfs tmpfs rw
            """
        #expect(layout(stacked, "0::/\n").kind == .none)
    }

    @Test func survivesACycleOfParents() {
        let mounts = "30 31 0:27 / /a rw - cgroup2 cgroup2 rw\n31 30 0:27 / /b rw - cgroup2 cgroup2 rw"
        #expect(layout(mounts, "0::/\n").kind == .none)
    }

    @Test func readsThisHost() throws {
        let layout = try CgroupLayout.detect()
        for hierarchy in layout.hierarchies {
            let directory = try CgroupDirectory(opening: #require(hierarchy.baseDirectory))
            #expect(try directory.version() == hierarchy.version)
        }
    }

    @Test(.needsUnified) func seesVersion2AloneInAMountNamespaceOfThatKind() throws {
        let script = """
            umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && cat /proc/self/mountinfo && echo == && cat /proc/1/cgroup
            """
        let pair = try Pipe()
        var launch = ProgramLaunch(
            .path("/usr/bin/unshare"), arguments: ["unshare", "--mount", "sh", "-c", script], environment: ["PATH=/usr/bin:/bin"])
        launch.descriptors = [(from: pair.writer.number, to: 1)]
        let child = try launch.start()
        let text = String(kernelBytes: try pair.closingWriter().readAll(limit: 1 << 20, subject: "pipe"))
        _ = try PidFD(child.pid).collect()
        let parts = text.split(separator: "==\n", omittingEmptySubsequences: false).map(String.init)
        let layout = layout(parts[0], try #require(parts.last))
        #expect(layout.kind == .unified)
        #expect(layout.unified?.mountPoint == "/sys/fs/cgroup" && layout.unified?.mountRoot == "/")
    }

    @Test(arguments: [
        (CgroupPlacement(name: "p1"), "lxc.monitor.p1-2", "lxc.payload.p1-2", "lxc.pivot"),
        (CgroupPlacement(name: "p1", directory: "/a//b/"), "a/b/lxc.monitor.p1-2", "a/b/lxc.payload.p1-2", "a/b/lxc.pivot"),
        (CgroupPlacement(name: "p1", pattern: "lxc/%n"), "lxc/p1/monitor-2", "lxc/p1/payload-2", "lxc.pivot"),
        (CgroupPlacement(name: "p%n", pattern: "100%/%n%n%"), "100%/p%np%n%/monitor-2", "100%/p%np%n%/payload-2", "lxc.pivot"),
    ])
    func namesCgroups(placement: CgroupPlacement, monitor: String, payload: String, pivot: String) throws {
        #expect(try placement.cgroupName(.monitor).path(number: 2) == monitor)
        #expect(try placement.cgroupName(.payload).path(number: 2) == payload)
        #expect(try placement.pivotComponents().joined(separator: "/") == pivot)
    }

    @Test func exactPathsAreNotNumbered() throws {
        let placement = CgroupPlacement(
            name: "p1", containerDirectory: "c/x", monitorDirectory: "m", innerDirectory: "in", pivotDirectory: "piv/ot")
        #expect(try placement.cgroupName(.payload) == CgroupName(components: ["c", "x"], isNumbered: false, ownedDepth: 0))
        #expect(try placement.pivotComponents() == ["piv", "ot"])
        #expect(try placement.innerComponents() == ["in"])
    }

    @Test(arguments: [
        CgroupPlacement(name: "a/b"), CgroupPlacement(name: ""), CgroupPlacement(name: "a", directory: "../x"),
        CgroupPlacement(name: "a", directory: "/"), CgroupPlacement(name: "..", pattern: "%n"),
        CgroupPlacement(name: "a", monitorDirectory: "x/../.."),
    ])
    func refusesPathsThatClimb(placement: CgroupPlacement) {
        #expect(throws: CgroupError.self) { try placement.cgroupName(.monitor) }
    }
}
