// SPDX-License-Identifier: Apache-2.0
import Glibc
import LinuxKernel
import Testing

@testable import LXCCgroups

@Suite(.needsUnified) struct TreeTests {
    private func cgroups(_ label: String) throws -> ContainerCgroups {
        let cgroups = try ContainerCgroups(
            layout: TestLayout.unifiedAlone.make(), placement: CgroupPlacement(name: uniqueName(label), wantedControllers: []))
        try cgroups.createPayload()
        return cgroups
    }

    @Test func removesAWideTree() throws {
        let cgroups = try cgroups("wide")
        let top = try unwrap(cgroups.openPayload(nil))
        for first in 0..<40 {
            #expect(try top.make("n\(first)"))
            for second in 0..<50 { #expect(try top.make("n\(first)/m \(second)")) }
        }
        let started = MonotonicInstant.now
        #expect(cgroups.removePayload(drainMilliseconds: 0) == CgroupRemovalReport())
        #expect(started + .seconds(5) > .now)
        #expect(!exists(top.label))
    }

    @Test func removesATreeDeeperThanTheDescriptorLimit() throws {
        let cgroups = try cgroups("deep")
        var current = try unwrap(cgroups.openPayload(nil))
        for _ in 0..<1200 {
            #expect(try current.make("d"))
            current = CgroupDirectory(owning: try current.openFile("d", [.readOnly, .directory]), label: "deep")
        }
        #expect(cgroups.removePayload(drainMilliseconds: 0) == CgroupRemovalReport())
    }

    @Test func removesThreadedAndFrozenChildren() throws {
        let cgroups = try cgroups("odd")
        let top = try unwrap(cgroups.openPayload(nil))
        #expect(try top.make("threads"))
        #expect(try top.make("threads/a"))
        try top.write("threads/a/cgroup.type", "threaded")
        #expect(try top.make("frozen"))
        try top.write("frozen/cgroup.freeze", "1")
        let process = try Sleeper()
        try top.write("frozen/cgroup.procs", "\(process.pid)")
        let collector = Collector(process.pid)
        let report = cgroups.removePayload(drainMilliseconds: 0)
        #expect(report.isComplete && report.hasKilled)
        #expect(collector.status() & 0x7F == SIGKILL)
    }

    @Test func journalTouchesCgroupFilesystemsOnly() throws {
        let folder = "/tmp/\(uniqueName("journal"))"
        #expect(mkdir(folder, 0o755) == 0)
        defer { rmdir(folder) }
        let base = try #require(CgroupLayout.detect().unified?.baseDirectory)
        let report = ContainerCgroups.remove(
            journalPaths: [folder, "", "/", "relative", base + "/../" + "x", base + "/nosuch", "/nosuch/dir", base + "/."],
            drainMilliseconds: 0)
        #expect(report.isComplete)
        #expect(exists(folder))
        #expect(exists(base))
    }

    private func payloadCgroup(_ cgroups: ContainerCgroups) -> String { "/" + (cgroups.reportedPath(nil) ?? "") }

    @Test func attachUsesALeafAndFallsBack() throws {
        let cgroups = try cgroups("attach")
        let payload = try unwrap(cgroups.openPayload(nil))
        let process = try Sleeper()
        #expect(try AttachLeaf.enter(pid: process.pid, payload: payload) == ".lxc")
        #expect(try ProcessCgroup.read(process: "\(process.pid)").unifiedPath == payloadCgroup(cgroups) + "/.lxc")
        // The leaf became a threaded domain's child and takes no process: the payload's own cgroup is next.
        let second = try Sleeper()
        try payload.write("cgroup.procs", "\(process.pid)")
        try payload.write(".lxc/cgroup.type", "threaded")
        try payload.write(".lxc/cgroup.freeze", "0")
        #expect(throws: KernelError.self) { try AttachLeaf.enter(pid: 0x3FFF_FFFF, payload: payload) }
        let leaf = try AttachLeaf.enter(pid: second.pid, payload: payload)
        #expect(leaf == nil || leaf == ".lxc")
        kill(process.pid, SIGKILL)
        kill(second.pid, SIGKILL)
        _ = (process.status(), second.status())
        #expect(cgroups.removePayload().isComplete)
    }

    @Test func birthGoesOnUntilAPlaceWorks() throws {
        let cgroups = try cgroups("birth")
        let payload = try unwrap(cgroups.openPayload(nil))
        func attempts(_ failures: [Errno]) -> (places: [String], error: KernelError?) {
            var places: [String] = []
            var failures = failures
            do {
                _ = try AttachLeaf.birth(payload: payload) { number throws(KernelError) in
                    let path = try? DirectoryHandle(opening: "/proc/self/fd").linkTarget("\(number)")
                    places.append(String((path ?? "").split(separator: "/").last ?? ""))
                    if !failures.isEmpty { throw KernelError(call: "clone3", errno: failures.removeFirst(), subject: "") }
                    return true
                }
                return (places, nil)
            } catch {
                return (places, error)
            }
        }
        let own = try #require(cgroups.payloadPath)
        #expect(attempts([]).places == [".lxc"])
        #expect(attempts([.permissionDenied]).places == [".lxc", own])
        #expect(attempts([.notSupportedOnSocket, .resourceBusy]).places == [".lxc", own, ".lxc-1"])
        let refused = attempts([.notSupportedOnSocket, .permissionDenied])
        #expect(refused.places == [".lxc", own] && refused.error?.errno == .permissionDenied)
        // The limit of processes is reached: another place would not help.
        #expect(attempts([.resourceTemporarilyUnavailable]).places == [".lxc"])
        #expect(attempts([.noMemory]).error?.errno == .noMemory)
        #expect(try payload.children().filter { $0 != ".lxc" && $0 != ".lxc-1" } == [])
        #expect(cgroups.removePayload().isComplete)
    }

    @Test func controllersAreTurnedOnWhereTheyAreWanted() throws {
        // A base below the root, so that only this test's cgroups change.
        var hierarchy = try #require(CgroupLayout.detect().unified)
        let root = try CgroupDirectory(opening: try #require(hierarchy.baseDirectory))
        let name = uniqueName("delegate")
        let rootHad = try root.text("cgroup.subtree_control")
        try ControllerDelegation.enable(".", below: root) { _ in true }
        #expect(try root.make(name))
        hierarchy.base = "/" + name
        let base = try root.open(name)
        let available = try base.text("cgroup.controllers")
        let placement = CgroupPlacement(name: name, directory: "sub", innerDirectory: "in")
        let cgroups = try ContainerCgroups(layout: CgroupLayout(hierarchies: [hierarchy]), placement: placement)
        try cgroups.createPayload()
        for path in ["", "sub/", "sub/lxc.payload.\(name)/", "sub/lxc.payload.\(name)/in/"] {
            #expect(try base.text("\(path)cgroup.controllers") == available)
            #expect(try base.text("\(path)cgroup.subtree_control") == (path.hasSuffix("/in/") ? "" : available))
        }
        #expect(cgroups.reportedPath(nil) == "\(name)/sub/lxc.payload.\(name)/in")
        #expect(cgroups.removePayload().isComplete)
        #expect(try base.remove("sub"))
        // A cgroup with a process of its own cannot pass controllers on; that is no failure.
        let process = try Sleeper()
        try base.write("cgroup.subtree_control", available.split(separator: " ").map { "-" + $0 }.joined(separator: " "))
        try base.write("cgroup.procs", "\(process.pid)")
        let second = try ContainerCgroups(layout: CgroupLayout(hierarchies: [hierarchy]), placement: CgroupPlacement(name: name))
        try second.createPayload()
        #expect(second.removePayload().isComplete)
        kill(process.pid, SIGKILL)
        _ = process.status()
        #expect(try root.remove(name))
        for controller in try root.text("cgroup.subtree_control").split(separator: " ")
        where !rootHad.split(separator: " ").contains(controller) {
            try root.write("cgroup.subtree_control", "-\(controller)")
        }
    }
}

/// `#require` for values that cannot be copied.
func unwrap<Value: ~Copyable>(_ value: consuming Value?) throws -> Value {
    guard let value else { throw MissingValue() }
    return value
}

struct MissingValue: Error {}
