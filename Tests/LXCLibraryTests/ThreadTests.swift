// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCTestSupport
import LinuxKernel
import Testing

/// A program with many threads, all at work at the same time.
@Suite(.needsRoot) struct ThreadTests {
    private static let threads = 16
    private static let rounds = 3

    /// Runs in a program of its own, where no other test opens descriptors.
    @Test func startsAttachesAndStopsFromManyThreadsWithoutALeak() async throws {
        guard ProcessEnvironment.value("LXC_TEST_ALONE") != nil else { return try Self.runAlone() }
        try await withContainers { fixture in
            let base = try LibraryScene(fixture).busybox("base")
            let containers = (0..<Self.threads).map { fixture.name("n\($0)") }
            // The original goes last, after its copies.
            fixture.atEnd("the copies") { for name in containers { _ = try fixture.lxc("destroy", "-f", "-n", name) } }
            let before = try Self.descriptors()
            let faults = try await withThrowingTaskGroup(of: [String].self) { group in
                for name in containers {
                    group.addTask {
                        try await withoutBlocking { () throws(LXCError) in
                            let container = try base.copy(to: name, options: .snapshot)
                            var faults: [String] = []
                            for _ in 0..<Self.rounds { faults += try Self.live(container) }
                            try container.destroy()
                            return faults
                        }
                    }
                }
                var all: [String] = []
                for try await faults in group { all += faults }
                return all
            }
            #expect(faults == [])
            #expect(try Container.list(in: fixture.lxcpath, installation: base.installation) == [base])
            var after = (descriptors: 0, zombies: 0)
            let isFlat = try fixture.eventually(seconds: 20) {
                after = (try Self.descriptors(), try Self.zombies())
                return after.zombies == 0 && after.descriptors < before + 10
            }
            #expect(isFlat, "\(after), with \(before) descriptors before")
        }
    }

    private static func runAlone() throws {
        let program = try DirectoryHandle(opening: "/proc/self").linkTarget("exe")
        let result = try ToolRunner.run(
            program, ["--testing-library", "swift-testing", "--filter", "LXCLibraryTests.ThreadTests"],
            environment: ProcessEnvironment.lines + ["LXC_TEST_ALONE=1"], seconds: 120)
        #expect(result.code == 0 && (result.output + result.error).contains("Test run with 1 test in 1 suite passed"), "\(result)")
    }

    /// One life of a container; what was not as it should be.
    private static func live(_ container: Container) throws(LXCError) -> [String] {
        var faults: [String] = []
        try container.start()
        let said = try container.output(of: ["hostname"])
        if said.text != container.name + "\n" { faults.append("\(container) calls itself \(said.text)") }
        if try container.state != .running { faults.append("\(container) does not run") }
        try container.stop()
        if try container.isRunning { faults.append("\(container) runs") }
        return faults
    }

    private static func descriptors() throws -> Int { try DirectoryListing.names(in: "/proc/self/fd").count }

    /// Children that nobody has collected.
    private static func zombies() throws -> Int {
        var count = 0
        for thread in try DirectoryListing.names(in: "/proc/self/task") {
            // A thread may end while the list is read, and so may a child.
            guard let children = try? WholeFile.text("/proc/self/task/\(thread)/children") else { continue }
            for child in children.split(separator: " ") {
                guard let status = try? WholeFile.text("/proc/\(child)/stat") else { continue }
                if status.split(separator: ")").last?.hasPrefix(" Z") == true { count += 1 }
            }
        }
        return count
    }
}
