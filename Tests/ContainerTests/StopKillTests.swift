// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// kill -9 at any moment of a stop: the container is then stopped or runs as before, and the next command cleans up.
@Suite(.needsRoot, .serialized) struct StopKillTests {
    /// The ways to end a container.
    enum Ending: String, CaseIterable, Sendable {
        /// `lxc-stop -k`
        case kill
        /// `lxc-stop` of an init that obeys
        case shutdown
        /// `lxc-stop -t 1` of an init that does not, so that it is killed
        case timeout
        /// `lxc-destroy -f`
        case destroy

        /// What runs as init.
        var payload: [String] {
            switch self {
            case .shutdown: ["/bin/sh", "-c", "trap 'exit 0' USR1; > /ready; while :; do sleep 1000 & wait $!; done"]
            case .kill, .timeout, .destroy: ["/bin/sh", "-c", "trap '' USR1; > /ready; exec sleep 1000"]
            }
        }

        func begin(_ fixture: ContainerFixture, _ name: String) throws -> BackgroundProgram {
            switch self {
            case .kill: try fixture.begin("stop", "-n", name, "-k")
            case .shutdown: try fixture.begin("stop", "-n", name, "-t", "10")
            case .timeout: try fixture.begin("stop", "-n", name, "-t", "1")
            case .destroy: try fixture.begin("destroy", "-n", name, "-f")
            }
        }

        /// How long nothing happens before the interesting part, in microseconds.
        var idle: UInt32 { self == .timeout ? 990_000 : 0 }
    }

    @Test(arguments: Ending.allCases, Victim.allCases)
    func nothingStaysBehindAfterAStop(ending: Ending, victim: Victim) throws {
        try withContainers { fixture in
            let name = fixture.name("kill")
            let scene = KillScene(fixture: fixture, name: name)
            var count = KillCount(title: "stop, \(ending), \(victim)")
            count.usual = try life(of: victim, fixture, name, ending)
            // Each run is ended by its hook, at least once.
            var runs = 1
            for round in 0..<(KillScene.repetitions + Ending.allCases.count - 1) / Ending.allCases.count {
                let delay = KillScene.moment(of: count.usual)
                let moment = "round \(round), \(victim) after \(delay) µs"
                let (tool, processes) = try beginEnd(fixture, name, ending)
                Pause.microseconds(delay + ending.idle)
                count.hits += try fixture.kill(processes[victim] ?? tool.pid) ? 1 : 0
                let status = try tool.wait(seconds: 15)
                count.rounds += 1
                runs += 1
                // Whoever asked for the end has got it, whatever happened to the others; or came too late.
                let said = try tool.output
                let isContent = victim == .client || status.shellCode == 0 || said.contains("is not running")
                #expect(isContent, "\(moment): \(status): \(said)")
                if try scene.settle() {
                    #expect(victim == .client, "\(moment): it still runs")
                    // The request of the client that was killed may still be on its way, and be first.
                    let stop = try fixture.lxc("stop", "-n", name, "-k")
                    #expect(stop.code == 0 || stop.error.contains("is not running"), "\(moment): \(stop)")
                }
                if ending == .destroy {
                    try destroyRest(fixture, name, moment)
                    guard try scene.hasNoResidue(moment) else { break }
                } else {
                    guard try scene.isUsable(moment) else { break }
                    runs += 1
                }
                let ended = try WholeFile.text(fixture.lxcpath + "/ended").count
                #expect(victim == .supervisor ? ended >= runs : ended == runs, "\(moment): \(ended) of \(runs)")
                runs = ended
            }
            print(count)
        }
    }

    /// How long a process lives after the end was asked for, when nobody is killed.
    private func life(of victim: Victim, _ fixture: ContainerFixture, _ name: String, _ ending: Ending) throws -> Duration {
        let clock = ContinuousClock()
        let (tool, processes) = try beginEnd(fixture, name, ending)
        let begin = clock.now
        do { _ = try PidFD(processes[victim] ?? tool.pid).waitForEnd(milliseconds: 15000) } catch {
            // It has ended already: then there is hardly a moment to choose from.
            if error.errno != .noSuchProcess { throw error }
        }
        let life = clock.now - begin
        #expect(try tool.wait().shellCode == 0)
        return max(life - .microseconds(ending.idle), .zero)
    }

    /// Creates the container if there is none, starts it, and asks for its end.
    private func beginEnd(
        _ fixture: ContainerFixture, _ name: String, _ ending: Ending
    ) throws -> (tool: BackgroundProgram, processes: [Victim: Int32]) {
        if try FileStatus.ifPresent(fixture.folder(name)) == nil {
            // Outside of the container's folder: it is counted after a destroy, too.
            let hook = "lxc.hook.post-stop = echo >> \(fixture.lxcpath)/ended #"
            _ = try fixture.busybox("kill", config: ["lxc.net.0.type = empty", "lxc.signal.halt = SIGUSR1", hook])
        }
        try start(fixture, name, ending)
        let supervisor = try #require(try fixture.supervisor(name))
        let processes: [Victim: Int32] = [.supervisor: supervisor, .`init`: try fixture.initPID(name)]
        return (try ending.begin(fixture, name), processes)
    }

    private func start(_ fixture: ContainerFixture, _ name: String, _ ending: Ending) throws {
        let ready = fixture.rootfs(name) + "/ready"
        if try FileStatus.ifPresent(ready) != nil { try HostPath.remove(ready) }
        let payload = ending.payload
        try fixture.succeed("start", "-n", name, "--", payload[0], payload[1], payload[2])
        #expect(try fixture.eventually { try FileStatus.ifPresent(ready) != nil })
    }

    /// A destroy that was interrupted is finished by the next one.
    private func destroyRest(_ fixture: ContainerFixture, _ name: String, _ moment: String) throws {
        guard try FileStatus.ifPresent(fixture.folder(name)) != nil else { return }
        let destroy = try fixture.lxc("destroy", "-n", name, "-f")
        #expect(destroy.code == 0, "\(moment): \(destroy)")
        #expect(try FileStatus.ifPresent(fixture.folder(name)) == nil, "\(moment)")
    }
}
