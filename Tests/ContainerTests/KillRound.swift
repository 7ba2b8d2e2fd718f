// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Who is killed.
enum Victim: String, CaseIterable, Sendable { case client, supervisor, `init` }

/// What one series of kills counted; printed, so that a run can be kept as a record.
struct KillCount: CustomStringConvertible {
    let title: String
    var rounds = 0
    /// How often the victim was there to be killed; the other rounds were too early or too late.
    var hits = 0
    /// How long the command takes when nobody is killed; the moments are spread over a little more.
    var usual = Duration.zero

    var description: String { "kills: \(title): \(rounds) rounds, \(hits) hit, usually \(usual)" }
}

/// One container, at which tools are started and processes are killed.
struct KillScene {
    let fixture: ContainerFixture
    let name: String

    /// `LXC_TEST_KILLS` repetitions for each victim; 20 by default, 170 for the 500 of the reliability plan.
    static let repetitions = ProcessEnvironment.value("LXC_TEST_KILLS").flatMap { Int($0) } ?? 20

    /// A random moment of something that takes this long, or shortly after it.
    static func moment(of usual: Duration) -> UInt32 {
        let (seconds, fraction) = usual.components
        let microseconds = UInt32(clamping: seconds * 1_000_000 + fraction / 1_000_000_000_000)
        return UInt32.random(in: 0...max(microseconds + microseconds / 5, 1000))
    }

    /// Kills a victim that is looked for now, while `tool` is at work.
    ///
    /// - Returns: Whether it was there.
    func strike(_ victim: Victim, _ tool: BackgroundProgram) throws -> Bool {
        switch victim {
        case .client: return try fixture.kill(tool.pid)
        case .supervisor:
            guard let supervisor = try fixture.supervisor(name) else { return false }
            return try fixture.kill(supervisor)
        case .`init`:
            guard let supervisor = try fixture.supervisor(name) else { return false }
            return try fixture.children(of: supervisor).map { try fixture.kill($0) }.contains(true)
        }
    }

    /// Waits until nobody changes the container's state any more: it runs, or it is stopped and its supervisor gone.
    ///
    /// - Returns: Whether it runs.
    func settle() throws -> Bool {
        var state = ""
        let isSettled = try fixture.eventually(seconds: 15) {
            // One that is being destroyed has a state until it is gone.
            let info = try fixture.lxc("info", "-n", name, "-sH")
            state = info.code == 0 ? info.lines.first ?? "" : info.error.contains("doesn't exist") ? "STOPPED" : "\(info)"
            // A client that is killed may just have started a supervisor, which has its client's title for a moment.
            return try state == "RUNNING" || state == "STOPPED" && !fixture.residue(name).contains { $0.hasPrefix("process") }
        }
        if !isSettled { throw FixtureFailure("still \(state) after 15 seconds") }
        return state == "RUNNING"
    }

    /// Whether the next start and stop work, and leave nothing. `moment`: what to say about the round when they do not.
    func isUsable(_ moment: String) throws -> Bool {
        let start = try fixture.lxc("start", "-n", name)
        let state = try fixture.state(name)
        #expect(start.code == 0 && state == "RUNNING", "\(moment): \(state): \(start)")
        let stop = try fixture.lxc("stop", "-n", name, "-k")
        #expect(stop.code == 0, "\(moment): \(stop)")
        return try start.code == 0 && state == "RUNNING" && stop.code == 0 && hasNoResidue(moment)
    }

    /// Nothing of the container is on the machine.
    func hasNoResidue(_ moment: String) throws -> Bool {
        var residue: [String] = []
        // A process is seen for a moment after its last sign of life.
        _ = try fixture.eventually(seconds: 2) {
            residue = try fixture.residue(name)
            return residue.isEmpty
        }
        #expect(residue == [], "\(moment)")
        return residue.isEmpty
    }
}
