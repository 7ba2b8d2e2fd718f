// SPDX-License-Identifier: Apache-2.0
import Glibc
import LinuxKernel
import Testing

@testable import LXCCgroups

@Suite(.needsCgroups) struct FreezeAndKillTests {
    private func payload(_ label: String, _ kind: TestLayout) throws -> ContainerCgroups {
        let placement = CgroupPlacement(name: uniqueName("\(label)-\(kind)"), wantedControllers: kind.controllers)
        let cgroups = try ContainerCgroups(layout: kind.make(), placement: placement)
        try cgroups.createPayload()
        return cgroups
    }

    /// Runs a test with the payload's freezer directories: cgroup v2 and, where there is one, the v1 freezer.
    private func withFreezers(_ cgroups: ContainerCgroups, _ body: (borrowing CgroupDirectory) throws -> Void) throws {
        // Where cgroup v2 is alone, the former controller's name means the same directory.
        for controller in cgroups.layout.kind == .unified ? [nil] : [nil, "freezer"] {
            guard let directory = try cgroups.openPayload(controller) else { continue }
            try body(directory)
        }
    }

    @Test(arguments: TestLayout.allCases)
    func freezesAndThaws(kind: TestLayout) throws {
        let cgroups = try payload("freeze", kind)
        let process = try Sleeper(["/bin/sh", "-c", "while :; do :; done"])
        try cgroups.enter(.payload, pid: process.pid)
        var count = 0
        try withFreezers(cgroups) { directory in
            count += 1
            #expect(try Freezer.isFrozen(directory) == false)
            #expect(try Freezer.set(frozen: true, in: directory, until: .now + .seconds(5)) == .reached)
            #expect(try Freezer.isFrozen(directory) == true)
            let before = try processorTicks(process.pid)
            usleep(50_000)
            #expect(try processorTicks(process.pid) == before)
            #expect(try Freezer.set(frozen: false, in: directory, until: .now + .seconds(5)) == .reached)
            #expect(try Freezer.isFrozen(directory) == false)
        }
        #expect(count > 0)
        kill(process.pid, SIGKILL)
        _ = process.status()
        #expect(cgroups.removePayload().isComplete)
    }

    private func processorTicks(_ pid: pid_t) throws -> String {
        let text = try WholeFile.text("/proc/\(pid)/stat")
        return text.split(separator: " ").dropFirst(13).prefix(2).joined(separator: " ")
    }

    @Test func directoryWithoutFreezerIsUnsupported() throws {
        let cgroups = try payload("nofreezer", .host)
        defer { _ = cgroups.removePayload() }
        guard let directory = try cgroups.openPayload("memory"), try directory.version() == .v1 else { return }
        #expect(try Freezer.set(frozen: true, in: directory, until: .now) == .unsupported)
        #expect(try Freezer.isFrozen(directory) == nil)
    }

    @Test func removedCgroupIsAnError() throws {
        let cgroups = try payload("gone", .host)
        try withFreezers(cgroups) { directory in
            _ = rmdir(directory.label)
            #expect(throws: KernelError.self) { _ = try Freezer.set(frozen: true, in: directory, until: .now) }
        }
        #expect(cgroups.removePayload().isComplete)
    }

    @Test(arguments: TestLayout.allCases)
    func killsEverythingInsideAlsoFrozenAndNested(kind: TestLayout) throws {
        let cgroups = try payload("kill", kind)
        let outer = try Sleeper()
        let inner = try Sleeper()
        try cgroups.enter(.payload, pid: outer.pid)
        try withFreezers(cgroups) { directory in
            #expect(try directory.make("below"))
            try directory.write("below/cgroup.procs", "\(inner.pid)")
            _ = try Freezer.set(frozen: true, in: directory, until: .now + .seconds(5))
        }
        try cgroups.killPayload()
        #expect(outer.status().map { $0 & 0x7F } == SIGKILL)
        #expect(inner.status().map { $0 & 0x7F } == SIGKILL)
        #expect(cgroups.removePayload(drainMilliseconds: 0).isComplete)
    }

    @Test(arguments: TestLayout.allCases)
    func waitsForTheLastProcessesThenKills(kind: TestLayout) throws {
        let patient = try payload("drain", kind)
        let brief = try Sleeper(["/bin/sleep", "0.2"])
        try patient.enter(.payload, pid: brief.pid)
        let collector = Collector(brief.pid)
        let report = patient.removePayload(drainMilliseconds: 3000)
        #expect(report.isComplete && !report.hasKilled)
        #expect(collector.status() == 0)

        let forced = try payload("force", kind)
        let endless = try Sleeper()
        try forced.enter(.payload, pid: endless.pid)
        let second = Collector(endless.pid)
        let started = MonotonicInstant.now
        let forcedReport = forced.removePayload(drainMilliseconds: 100)
        #expect(forcedReport.isComplete && forcedReport.hasKilled)
        #expect(started + .seconds(2) > .now)
        #expect(second.status() & 0x7F == SIGKILL)
    }

    @Test func v1AloneKillsByNumberWithAndWithoutFreezer() throws {
        let host = try CgroupLayout.detect()
        let legacy = host.hierarchies.filter { $0.version == .v1 }
        guard !legacy.isEmpty else { return }
        for wanted in [legacy, legacy.filter { $0.controllers.contains("pids") }] {
            let placement = CgroupPlacement(name: uniqueName("legacy\(wanted.count)"))
            let cgroups = try ContainerCgroups(layout: CgroupLayout(hierarchies: wanted), placement: placement)
            try cgroups.createPayload()
            let shell = try Sleeper(["/bin/sh", "-c", "sleep 0.02; while :; do sleep 0.01 & sleep 100 & wait $!; done"])
            try cgroups.enter(.payload, pid: shell.pid)
            usleep(50_000)
            let collector = Collector(shell.pid)
            let report = cgroups.removePayload(drainMilliseconds: 0)
            #expect(report.isComplete && report.hasKilled)
            #expect(collector.status() & 0x7F == SIGKILL)
        }
    }

    @Test(.needsUnified) func reportsWhatRemains() throws {
        let cgroups = try payload("stuck", .unifiedAlone)
        let paths = cgroups.journalPaths
        let process = try Sleeper()
        try cgroups.enter(.payload, pid: process.pid)
        let collector = Collector(process.pid)
        // A mount point cannot be removed, whatever is killed.
        let child = paths[0] + "/child"
        #expect(mkdir(child, 0o755) == 0)
        #expect(mount("none", child, "tmpfs", 0, "size=4k") == 0)
        let report = cgroups.removePayload(drainMilliseconds: 50)
        #expect(umount2(child, Int32(MNT_DETACH)) == 0)
        #expect(!report.isComplete && report.hasKilled)
        #expect(report.remaining == [.init(path: paths[0], processes: [], error: nil)])
        #expect(collector.status() & 0x7F == SIGKILL)
        #expect(ContainerCgroups.remove(journalPaths: paths, drainMilliseconds: 0).isComplete)
    }
}

/// Collects a child in another thread, as a container's init does, and keeps its status.
final class Collector: @unchecked Sendable {
    private let pid: pid_t
    private var thread = pthread_t()
    private var result: Int32 = -1

    init(_ pid: pid_t) {
        self.pid = pid
        let context = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                let collector = Unmanaged<Collector>.fromOpaque(raw).takeRetainedValue()
                waitpid(collector.pid, &collector.result, 0)
                return nil
            }, context)
    }

    func status() -> Int32 {
        pthread_join(thread, nil)
        return result
    }
}
