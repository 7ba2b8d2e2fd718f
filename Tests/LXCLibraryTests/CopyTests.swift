// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCTestSupport
import LinuxKernel
import Testing

/// Copies, other names and snapshots.
@Suite(.needsRoot) struct CopyTests {
    @Test func copiesOfCopiesShareTheirLayers() throws {
        try withContainers { fixture in
            let base = try LibraryScene(fixture).busybox("base")
            let web = try base.copy(to: fixture.name("web"), options: .snapshot)
            let site = try web.copy(to: fixture.name("site"), options: .snapshot)
            #expect(try site.configuration().text.contains("lxc.rootfs.path = overlay:"))
            try site.start()
            #expect(try site.output(of: ["hostname"]).text == site.name + "\n")
            try site.stop()
            let failure = #expect(throws: LXCError.self) { try base.destroy() }
            #expect(failure?.code == .hasClones)
            for container in [site, web, base] { try container.destroy() }
        }
    }

    @Test func anotherName() throws {
        try withContainers { fixture in
            let scene = LibraryScene(fixture)
            let old = try scene.busybox("old")
            let new = try old.rename(to: fixture.name("new"))
            #expect(!old.isDefined && new.isDefined)
            #expect(try new == scene.container("new"))
            #expect(try new.configuration()["lxc.uts.name"] == new.name)
        }
    }

    @Test func thereAndBack() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("snap")
            let mark = fixture.rootfs(web.name) + "/root/mark"
            try fixture.write(mark, "first")
            #expect(try web.snapshots == [])
            #expect(try web.makeSnapshot(comment: "before") == "snap0")
            try fixture.write(mark, "second")
            #expect(try web.makeSnapshot() == "snap1")
            let snapshots = try web.snapshots
            #expect(snapshots.map { $0.name } == ["snap0", "snap1"] && snapshots.map { $0.comment } == ["before", nil])
            #expect(snapshots.allSatisfy { $0.time.utf8.count == 19 && $0.folder == web.directory + "/snaps" })
            try web.restore("snap0")
            #expect(try WholeFile.text(mark) == "first")
            let other = try web.restore("snap1", as: fixture.name("other"))
            #expect(try WholeFile.text(fixture.rootfs(other.name) + "/root/mark") == "second")
            let failure = #expect(throws: LXCError.self) { try web.destroy() }
            #expect(failure?.code == .hasSnapshots)
            try web.destroySnapshot("snap0")
            #expect(try web.snapshots.map { $0.name } == ["snap1"])
            try web.destroyAllSnapshots()
            #expect(try web.snapshots == [])
            try web.makeSnapshot()
            try web.destroy(includingSnapshots: true)
            #expect(!web.isDefined)
        }
    }
}
