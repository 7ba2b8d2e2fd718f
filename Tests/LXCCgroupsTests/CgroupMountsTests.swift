// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Testing

@testable import LXCCgroups

@Suite struct CgroupMountsTests {
    static let hybrid = CgroupLayout(hierarchies: [
        CgroupHierarchy(version: .v1, controllers: ["name=systemd"], mountPoint: "/sys/fs/cgroup/systemd"),
        CgroupHierarchy(version: .v1, controllers: ["cpu", "cpuacct"], mountPoint: "/sys/fs/cgroup/cpu,cpuacct", base: "/base"),
        CgroupHierarchy(version: .v2, controllers: [], mountPoint: "/sys/fs/cgroup/unified"),
    ])
    static let unified = CgroupLayout(hierarchies: [CgroupHierarchy(version: .v2, controllers: [], mountPoint: "/sys/fs/cgroup")])

    private func lines(
        _ layout: CgroupLayout, _ option: AutomaticMount, namespace: Bool = true, sysAdmin: Bool = true, members: [CgroupHierarchy]? = nil
    ) throws -> [String] {
        var mounts = CgroupMounts(
            layout: layout, payloadPath: "lxc.payload.p1", hasCgroupNamespace: namespace, keepsSysAdmin: sysAdmin)
        mounts.members = members
        return try mounts.plan(option).map { mount in
            let what =
                switch mount.content {
                case .directory: "dir"
                case .itself: "itself"
                case .bind(let source): source
                case .filesystem(let type, let options):
                    ([type] + options.map { $0.name + ($0.value.map { "=" + $0 } ?? "") }).joined(separator: " ")
                }
            let mode = mount.isReadOnly ? "ro" : "rw"
            return "\(mount.target): \(what) \(mode)\(mount.attributes.contains(.harmless) ? "" : " plain")"
        }
    }

    private static let top = "sys/fs/cgroup: tmpfs size=10240k mode=755 rw"

    @Test(arguments: [AutomaticMount.CgroupMode.default, .mixed, .readOnly, .readWrite], [true, false])
    func ownNamespaceOnHybridIsInitsJob(mode: AutomaticMount.CgroupMode, full: Bool) throws {
        #expect(try lines(Self.hybrid, .cgroup(mode: mode, full: full, force: false)) == [])
    }

    @Test(arguments: [(AutomaticMount.CgroupMode.default, "rw"), (.mixed, "rw"), (.readWrite, "rw"), (.readOnly, "ro")], [true, false])
    func forcedOrWithoutSysAdminEachHierarchyIsMounted(mode: (AutomaticMount.CgroupMode, String), full: Bool) throws {
        let expected = [
            Self.top, "sys/fs/cgroup/systemd: cgroup name=systemd \(mode.1)", "sys/fs/cgroup/cpu,cpuacct: cgroup cpu cpuacct \(mode.1)",
            "sys/fs/cgroup/unified: cgroup2 \(mode.1)",
        ]
        #expect(try lines(Self.hybrid, .cgroup(mode: mode.0, full: full, force: true)) == expected)
        #expect(try lines(Self.hybrid, .cgroup(mode: mode.0, full: full, force: false), sysAdmin: false) == expected)
    }

    @Test func withoutNamespaceOnlyTheOwnPartIsThere() throws {
        #expect(
            try lines(Self.hybrid, .cgroup(mode: .readWrite, full: false, force: false), namespace: false) == [
                Self.top,
                "sys/fs/cgroup/systemd/lxc.payload.p1: dir rw plain",
                "sys/fs/cgroup/systemd/lxc.payload.p1: /sys/fs/cgroup/systemd/lxc.payload.p1 rw plain",
                "sys/fs/cgroup/cpu,cpuacct/base/lxc.payload.p1: dir rw plain",
                "sys/fs/cgroup/cpu,cpuacct/base/lxc.payload.p1: /sys/fs/cgroup/cpu,cpuacct/base/lxc.payload.p1 rw plain",
                "sys/fs/cgroup/unified/lxc.payload.p1: dir rw plain",
                "sys/fs/cgroup/unified/lxc.payload.p1: /sys/fs/cgroup/unified/lxc.payload.p1 rw plain",
            ])
    }

    @Test func withoutNamespaceHierarchiesWithoutTheContainerAreLeftOut() throws {
        let members = Array(Self.hybrid.hierarchies.suffix(1))
        #expect(
            try lines(Self.hybrid, .cgroup(mode: .readWrite, full: false, force: false), namespace: false, members: members) == [
                Self.top, "sys/fs/cgroup/unified/lxc.payload.p1: dir rw plain",
                "sys/fs/cgroup/unified/lxc.payload.p1: /sys/fs/cgroup/unified/lxc.payload.p1 rw plain",
            ])
    }

    @Test(arguments: [(AutomaticMount.CgroupMode.mixed, "rw"), (.readOnly, "ro")])
    func withoutNamespaceTheWayToTheOwnPartIsReadOnly(mode: (AutomaticMount.CgroupMode, String)) throws {
        let all = try lines(Self.hybrid, .cgroup(mode: mode.0, full: false, force: false), namespace: false)
        #expect(
            all.prefix(4) == [
                Self.top,
                "sys/fs/cgroup/systemd/lxc.payload.p1: dir rw plain",
                "sys/fs/cgroup/systemd: itself ro",
                "sys/fs/cgroup/systemd/lxc.payload.p1: /sys/fs/cgroup/systemd/lxc.payload.p1 \(mode.1) plain",
            ])
        #expect(all.count == 10)
    }

    @Test func defaultModeDependsOnTheCapability() throws {
        let option = AutomaticMount.cgroup(mode: .default, full: false, force: false)
        #expect(try lines(Self.hybrid, option, namespace: false, sysAdmin: true).count == 7)
        #expect(try lines(Self.hybrid, option, namespace: false, sysAdmin: false).count == 10)
    }

    @Test func fullMixedWritesTheOwnPartOnly() throws {
        let all = try lines(Self.hybrid, .cgroup(mode: .mixed, full: true, force: false), namespace: false)
        #expect(
            all.prefix(3) == [
                Self.top, "sys/fs/cgroup/systemd: cgroup name=systemd ro",
                "sys/fs/cgroup/systemd/lxc.payload.p1: /sys/fs/cgroup/systemd/lxc.payload.p1 rw plain",
            ])
        #expect(try lines(Self.hybrid, .cgroup(mode: .readOnly, full: true, force: false), namespace: false).count == 4)
        #expect(
            try lines(Self.hybrid, .cgroup(mode: .readWrite, full: true, force: false), namespace: false)[1]
                == "sys/fs/cgroup/systemd: cgroup name=systemd rw")
    }

    @Test(arguments: [(AutomaticMount.CgroupMode.default, "rw"), (.mixed, "rw"), (.readWrite, "rw"), (.readOnly, "ro")], [true, false])
    func unifiedIsAlwaysMounted(mode: (AutomaticMount.CgroupMode, String), sysAdmin: Bool) throws {
        let option = AutomaticMount.cgroup(mode: mode.0, full: false, force: false)
        #expect(try lines(Self.unified, option, sysAdmin: sysAdmin) == ["sys/fs/cgroup: cgroup2 \(mode.1)"])
        #expect(throws: CgroupError.needsCgroupNamespace) { try lines(Self.unified, option, namespace: false) }
    }

    @Test func cgroup2OptionNeedsTheHierarchyAndANamespace() throws {
        #expect(try lines(Self.hybrid, .cgroup2(readOnly: true)) == ["sys/fs/cgroup: cgroup2 ro"])
        #expect(try lines(Self.unified, .cgroup2(readOnly: false), sysAdmin: false) == ["sys/fs/cgroup: cgroup2 rw"])
        #expect(throws: CgroupError.needsCgroupNamespace) { try lines(Self.hybrid, .cgroup2(readOnly: false), namespace: false) }
        let legacy = CgroupLayout(hierarchies: Self.hybrid.hierarchies.dropLast())
        #expect(throws: CgroupError.noUnifiedHierarchy) { try lines(legacy, .cgroup2(readOnly: false)) }
    }

    @Test func hostWithoutCgroupsAsksForNothing() throws {
        let option = AutomaticMount.cgroup(mode: .mixed, full: false, force: true)
        #expect(try lines(CgroupLayout(hierarchies: []), option) == [])
        #expect(try lines(Self.hybrid, .proc(.mixed)) == [])
    }
}
