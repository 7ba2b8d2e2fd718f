// SPDX-License-Identifier: Apache-2.0
import Glibc
import LinuxKernel
import Testing

@testable import LXCCgroups

@Suite(.needsCgroups) struct ContainerCgroupsTests {
    @Test(arguments: TestLayout.allCases)
    func makesEntersAndRemovesInEveryHierarchy(kind: TestLayout) throws {
        let layout = try kind.make()
        let name = uniqueName("life-\(kind)")
        let cgroups = try ContainerCgroups(layout: layout, placement: CgroupPlacement(name: name, wantedControllers: kind.controllers))
        try cgroups.createMonitor()
        try cgroups.createPayload()
        #expect(cgroups.monitorPath == "lxc.monitor.\(name)")
        #expect(cgroups.payloadPath == "lxc.payload.\(name)")
        let process = try Sleeper()
        try cgroups.enter(.payload, pid: process.pid)
        #expect(try membership(of: process.pid, layout).allSatisfy { $0 == "/lxc.payload.\(name)" })
        #expect(cgroups.journalPaths.count == 2 * layout.hierarchies.count)
        #expect(cgroups.journalPaths.allSatisfy(exists))
        let paths = cgroups.journalPaths
        kill(process.pid, SIGKILL)
        _ = process.status()
        #expect(cgroups.removePayload() == CgroupRemovalReport())
        #expect(ContainerCgroups.remove(journalPaths: paths).isComplete)
        #expect(!paths.contains(where: exists))
    }

    @Test(arguments: TestLayout.allCases)
    func reportsPathsAsTheProtocolWants(kind: TestLayout) throws {
        let layout = try kind.make()
        let name = uniqueName("path-\(kind)")
        let cgroups = try ContainerCgroups(
            layout: layout, placement: CgroupPlacement(name: name, innerDirectory: "in", wantedControllers: kind.controllers))
        #expect(cgroups.reportedPath(nil) == nil)
        try cgroups.createPayload()
        defer { _ = cgroups.removePayload() }
        let slash = layout.kind == .unified ? "" : "/"
        #expect(cgroups.reportedPath(nil) == "\(slash)lxc.payload.\(name)/in")
        #expect(cgroups.reportedPath(nil, .limits) == "\(slash)lxc.payload.\(name)")
        #expect(cgroups.reportedPath("freezer", .limits) == "\(slash)lxc.payload.\(name)")
        #expect(cgroups.reportedPath("nosuch") == nil)
        var count = 0
        try cgroups.openPayloads { hierarchy, directory in
            count += 1
            #expect((try? directory.version()) == hierarchy.version)
        }
        #expect(count == layout.hierarchies.count)
    }

    @Test func takesTheSameFreeNumberEverywhere() throws {
        let layout = try CgroupLayout.detect()
        let name = uniqueName("number")
        let placement = CgroupPlacement(name: name)
        // Taken in one hierarchy only, the last: the others must be undone and follow.
        let blocker = try #require(directories("lxc.payload.\(name)", layout).last)
        #expect(mkdir(blocker, 0o755) == 0)
        defer { rmdir(blocker) }
        let cgroups = try ContainerCgroups(layout: layout, placement: placement)
        try cgroups.createPayload()
        #expect(cgroups.payloadPath == "lxc.payload.\(name)-1")
        #expect(directories("lxc.payload.\(name)", layout).filter(exists) == [blocker])
        let second = try ContainerCgroups(layout: layout, placement: placement)
        try second.createPayload()
        #expect(second.payloadPath == "lxc.payload.\(name)-2")
        #expect(cgroups.removePayload().isComplete)
        #expect(second.removePayload().isComplete)
    }

    @Test func journalKnowsThePathsBeforeTheyAreMade() throws {
        let name = uniqueName("expect")
        let placement = CgroupPlacement(name: name)
        let first = try ContainerCgroups(layout: .detect(), placement: placement)
        let second = try ContainerCgroups(layout: .detect(), placement: placement)
        for cgroups in [first, second] {
            let expected = try cgroups.expectedJournalPaths()
            #expect(!expected.contains(where: exists))
            try cgroups.createPayload()
            try cgroups.createMonitor()
            #expect(cgroups.journalPaths == expected)
        }
        #expect(second.payloadPath == "lxc.payload.\(name)-1")
        let sleeper = try Sleeper()
        for cgroups in [first, second] {
            #expect(cgroups.removePayload().isComplete)
            #expect(try cgroups.removeMonitor(pid: sleeper.pid).isComplete)
        }
    }

    @Test func exactPathInUseIsAnErrorAndLeavesNothing() throws {
        let layout = try CgroupLayout.detect()
        let name = uniqueName("exact")
        let placement = CgroupPlacement(
            name: name, containerDirectory: "\(name)/c", monitorDirectory: "\(name)/m", innerDirectory: "in/ner")
        let first = try ContainerCgroups(layout: layout, placement: placement)
        try first.createPayload()
        #expect(first.payloadPath == "\(name)/c/in/ner")
        #expect(directories("\(name)/c/in/ner", layout).allSatisfy(exists))
        let second = try ContainerCgroups(layout: layout, placement: placement)
        #expect(throws: CgroupError.inUse(path: "\(name)/c", setting: "lxc.cgroup.dir.container")) { try second.createPayload() }
        #expect(directories("\(name)/c/in/ner", layout).allSatisfy(exists))
        #expect(first.removePayload().isComplete)
        directories(name, layout).forEach { #expect(rmdir($0) == 0) }
    }

    @Test func patternDirectoriesOfTheContainerGoWithIt() throws {
        let layout = try CgroupLayout.detect()
        let name = uniqueName("pattern")
        let cgroups = try ContainerCgroups(layout: layout, placement: CgroupPlacement(name: name, pattern: "\(name)-top/%n"))
        try cgroups.createMonitor()
        try cgroups.createPayload()
        #expect(directories("\(name)-top/\(name)/payload", layout).allSatisfy(exists))
        let monitor = try Sleeper()
        try cgroups.enter(.monitor, pid: monitor.pid)
        #expect(try membership(of: monitor.pid, layout).allSatisfy { $0 == "/\(name)-top/\(name)/monitor" })
        #expect(cgroups.removePayload().isComplete)
        #expect(try cgroups.removeMonitor(pid: monitor.pid) == CgroupRemovalReport())
        #expect(try membership(of: monitor.pid, layout).allSatisfy { $0 == "/lxc.pivot" })
        for directory in directories("\(name)-top", layout) {
            #expect(!exists(directory + "/" + name))
            #expect(rmdir(directory) == 0)
        }
    }

    @Test func givesOnlyTheMovingFilesToTheContainersRoot() throws {
        let layout = try CgroupLayout.detect()
        let cgroups = try ContainerCgroups(layout: layout, placement: CgroupPlacement(name: uniqueName("chown")))
        try cgroups.createPayload()
        defer { _ = cgroups.removePayload() }
        try cgroups.changeOwner(user: 100_000, group: 100_001)
        for directory in directories(try #require(cgroups.payloadPath), layout) {
            let status = try FileStatus(of: directory + "/cgroup.procs")
            #expect(status.owner == 100_000 && status.group == 100_001 && status.permissions == 0o664)
            #expect(try FileStatus(of: directory).owner == 100_000)
            for limit in ["cgroup.max.depth", "memory.limit_in_bytes", "pids.max"] where exists(directory + "/" + limit) {
                #expect(try FileStatus(of: directory + "/" + limit).owner == 0)
            }
        }
    }

    @Test func aThreadMovesItselfOnVersion1() throws {
        let layout = try CgroupLayout.detect()
        let name = uniqueName("self")
        let cgroups = try ContainerCgroups(layout: layout, placement: CgroupPlacement(name: name))
        try cgroups.createMonitor()
        // A thread of its own, so that the test's process stays where it is.
        let result = onNewThread {
            Result {
                try cgroups.enter(.monitor, isBornInUnified: true)
                let inside = try membership(of: getpid(), layout, "thread-self")
                let report = try cgroups.removeMonitor()
                return (inside, try membership(of: getpid(), layout, "thread-self"), report)
            }
        }
        let seen = try result.get()
        for (index, hierarchy) in layout.hierarchies.enumerated() {
            let isLegacy = hierarchy.version == .v1
            #expect((seen.0[index] == "/lxc.monitor.\(name)") == isLegacy)
            #expect((seen.1[index] == "/lxc.pivot") == isLegacy)
        }
        #expect(seen.2 == CgroupRemovalReport())
    }

    @Test(.needsUnified) func pivotOfVersion2CanBeOpened() throws {
        let cgroups = try ContainerCgroups(layout: .detect(), placement: CgroupPlacement(name: uniqueName("pivot")))
        let pivot = try unwrap(cgroups.openPivot())
        #expect(try pivot.version() == .v2)
        #expect(pivot.label.hasSuffix("/lxc.pivot"))
        #expect(cgroups.monitorBirthCgroup == nil)
        try cgroups.createMonitor()
        #expect(cgroups.monitorBirthCgroup != nil)
        let sleeper = try Sleeper()
        #expect(try cgroups.removeMonitor(pid: sleeper.pid).isComplete)
    }

    @Test(.needsUnified) func aProcessIsBornInThePayload() throws {
        let layout = try CgroupLayout.detect()
        let cgroups = try ContainerCgroups(layout: layout, placement: CgroupPlacement(name: uniqueName("born")))
        try cgroups.createPayload()
        let number = try #require(cgroups.birthCgroup)
        #expect(fcntl(number, F_GETFD) == FD_CLOEXEC)
        let path = try #require(layout.unified?.baseDirectory) + "/" + #require(cgroups.payloadPath)
        #expect(try FileStatus(of: "/proc/self/fd/\(number)").inode == FileStatus(of: path).inode)
        #expect(cgroups.removePayload().isComplete)
    }
}
