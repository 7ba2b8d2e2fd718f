// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

extension SystemEngine {
    package func autostartCandidates(_ options: CommonOptions) throws(ToolFailure) -> [AutostartCandidate] {
        let path = if let given = options.paths.last { given } else { try systemConfig().containerPath }
        let running: Set<String>
        do { running = Set(try RunningContainers.names(lxcPath: path)) } catch {
            throw ToolFailure("cannot learn which containers run", error)
        }
        var candidates: [AutostartCandidate] = []
        for listed in try containers(options) where listed.isDefined {
            var candidate = AutostartCandidate(name: listed.name)
            candidate.isRunning = running.contains(listed.name)
            let container = try container(ContainerTarget(name: listed.name, options: options))
            do throws(LXCError) { candidate.settings = try container.loadConfig().config.start } catch {
                candidate.failure = ToolFailure(error)
            }
            candidates.append(candidate)
        }
        return candidates
    }

    package func startTogether(_ targets: [ContainerTarget], ended: (Int, ToolFailure?) -> Void) throws(ToolFailure) {
        guard let common = targets.first?.options else { return }
        var containers: [Container] = []
        for target in targets { containers.append(try container(target)) }
        var options = StartOptions()
        options.program = "lxc-autostart"
        options.logFile = common.logFile
        options.logLevel = common.logLevel
        options.isQuiet = common.isQuiet
        let names = containers.map { $0.name }
        try lifted { () throws(LXCError) in
            try ParallelStart(options).run(
                containers,
                notes: { index, note in
                    if !options.isQuiet { ProcessStreams().printError("lxc-autostart: \(names[index]): \(note)\n") }
                },
                ended: { index, error in ended(index, error.map { ToolFailure($0) }) })
        }
    }

    package func stopTogether(
        _ targets: [ContainerTarget], _ action: StopRequest.Action, timeout: Int?, ended: (Int, ToolFailure?) -> Void
    ) throws(ToolFailure) {
        var containers: [Container] = []
        for target in targets {
            var container = try container(target)
            // A supervisor that hangs must not hold up the others for longer than everything may take.
            if let timeout { container.answerTime = .seconds(Int64(min(max(timeout, 1), 30))) }
            containers.append(container)
        }
        switch action {
        case .kill: kill(containers, Array(containers.indices), ended)
        case .shutdown: shutDown(containers, timeout, ended)
        case .reboot: reboot(containers, timeout, ended)
        }
    }

    package func pause(seconds: Int) { (MonotonicInstant.now + .seconds(Int64(seconds))).sleep() }

    /// How many are killed at a time; a connection each.
    private static let killedAtOnce = 32

    /// One that has ended meanwhile is as it should be.
    private func kill(_ containers: [Container], _ chosen: [Int], _ ended: (Int, ToolFailure?) -> Void) {
        for start in stride(from: 0, to: chosen.count, by: Self.killedAtOnce) {
            var underWay: [(index: Int, kill: KillUnderWay)] = []
            for index in chosen[start..<min(start + Self.killedAtOnce, chosen.count)] {
                do throws(LXCError) { underWay.append((index, try containers[index].beginKill())) } catch {
                    ended(index, error.code == .notRunning ? nil : ToolFailure(error))
                }
            }
            for (index, kill) in underWay {
                do throws(LXCError) {
                    try kill.wait()
                    ended(index, nil)
                } catch { ended(index, ToolFailure(error)) }
            }
        }
    }

    /// Asks all first: they take their time side by side.
    private func shutDown(_ containers: [Container], _ timeout: Int?, _ ended: (Int, ToolFailure?) -> Void) {
        var asked: [Int] = []
        let deadline = timeout.map { MonotonicInstant.now + .seconds(Int64($0)) }
        for (index, container) in containers.enumerated() {
            do throws(LXCError) {
                _ = try container.shutdown(timeout: 0)
                asked.append(index)
            } catch { ended(index, error.code == .notRunning ? nil : ToolFailure(error)) }
        }
        var stubborn: [Int] = []
        for index in asked {
            if timeout == 0 {
                ended(index, nil)
                continue
            }
            do throws(ControlError) {
                let waiter = StateWaiter(lxcPath: containers[index].lxcPath, name: containers[index].name)
                let reached = try waiter.wait(for: [.stopped], timeout: deadline.map { $0.remaining })
                if reached == nil { stubborn.append(index) } else { ended(index, nil) }
            } catch {
                ended(index, ToolFailure(LXCError("cannot wait for \(containers[index].name)", error)))
            }
        }
        kill(containers, stubborn, ended)
    }

    private func reboot(_ containers: [Container], _ timeout: Int?, _ ended: (Int, ToolFailure?) -> Void) {
        var asked: [(index: Int, reboot: RebootUnderWay)] = []
        let deadline = timeout.map { MonotonicInstant.now + .seconds(Int64($0)) }
        for (index, container) in containers.enumerated() {
            do throws(LXCError) { asked.append((index, try container.beginReboot())) } catch { ended(index, ToolFailure(error)) }
        }
        for (index, reboot) in asked {
            if timeout == 0 {
                ended(index, nil)
                continue
            }
            do throws(LXCError) {
                let isUp = try reboot.wait(until: deadline)
                ended(
                    index,
                    isUp ? nil : ToolFailure(.timedOut, "\(containers[index].name) did not reboot within \(timeout ?? 0) seconds"))
            } catch { ended(index, ToolFailure(error)) }
        }
    }
}
