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

        func begin(_ fixture: ContainerFixture, _ name: String) throws -> BackgroundTool {
            switch self {
            case .kill: try fixture.begin("stop", "-n", name, "-k")
            case .shutdown: try fixture.begin("stop", "-n", name, "-t", "10")
            case .timeout: try fixture.begin("stop", "-n", name, "-t", "1")
            case .destroy: try fixture.begin("destroy", "-n", name, "-f")
            }
        }

        /// How long nothing happens before the interesting part.
        var idle: Duration { self == .timeout ? .milliseconds(990) : .zero }
    }

    private static let config = ["lxc.net.0.type = empty", "lxc.signal.halt = SIGUSR1"]

    @Test(arguments: Ending.allCases, Victim.allCases)
    func nothingStaysBehindAfterAStop(ending: Ending, victim: Victim) throws {
        try withContainers { fixture in
            // Outside of the container's folder: it is counted after a destroy, too.
            let hook = "lxc.hook.post-stop = echo >> \(fixture.lxcpath)/ended #"
            let name = try fixture.busybox("kill", config: Self.config + [hook])
            let scene = KillScene(fixture: fixture, name: name)
            var count = KillCount(title: "stop, \(ending), \(victim)")
            var runs = 1
            try start(fixture, name, ending)
            let clock = ContinuousClock()
            let begin = clock.now
            #expect(try ending.begin(fixture, name).wait().shellCode == 0)
            count.usual = clock.now - begin
            for round in 0..<(KillScene.repetitions + Ending.allCases.count - 1) / Ending.allCases.count {
                if try FileStatus.ifPresent(fixture.folder(name)) == nil { _ = try fixture.busybox("kill", config: Self.config + [hook]) }
                try start(fixture, name, ending)
                runs += 1
                let delay = KillScene.moment(of: count.usual - ending.idle)
                let moment = "round \(round), \(victim) after \(delay) µs"
                let processes: [Victim: Int32] = [.supervisor: try fixture.supervisor(name) ?? 0, .`init`: try fixture.initPID(name)]
                let tool = try ending.begin(fixture, name)
                Pause.microseconds(delay + (ending.idle == .zero ? 0 : 990_000))
                count.hits += try fixture.kill(processes[victim] ?? tool.pid) ? 1 : 0
                let status = try tool.wait(seconds: 15)
                count.rounds += 1
                // Whoever asked for the end has got it, whatever happened to the others; or came too late.
                let said = try tool.transcript
                let isContent = status.shellCode == 0 || said.contains("is not running")
                if victim != .client { #expect(isContent, "\(moment): \(status): \(said)") }
                if try scene.settle() {
                    #expect(victim == .client, "\(moment): it still runs")
                    // The request of the client that was killed may still be on its way, and be first.
                    let stop = try fixture.lxc("stop", "-n", name, "-k")
                    #expect(stop.code == 0 || stop.error.contains("is not running"), "\(moment): \(stop)")
                }
                if ending == .destroy { try destroyRest(fixture, name, moment) }
                guard try ending == .destroy ? scene.hasNoResidue(moment) : scene.isUsable(moment) else { break }
                if ending != .destroy { runs += 1 }
                // Each run has been ended by its hook, at least once.
                let ended = try WholeFile.text(fixture.lxcpath + "/ended").count
                #expect(victim == .supervisor ? ended >= runs : ended == runs, "\(moment): \(ended) of \(runs)")
                runs = ended
            }
            print(count)
        }
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
