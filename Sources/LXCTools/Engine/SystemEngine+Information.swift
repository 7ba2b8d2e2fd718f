// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LXCNetwork
import LXCOperations
import LXCRuntime
import LinuxKernel

extension SystemEngine {
    package func information(_ request: InfoRequest) throws(ToolFailure) -> InfoReport {
        let container = try container(request.target)
        let inspection = ContainerInspection(container, timeLimit: .seconds(30))
        let state = try answered(container, { () throws(ControlError) in try inspection.state() })
        if state == .stopped { try checkDefined(container, otherwise: .doesNotExist(container.name)) }
        var report = InfoReport(name: container.name, state: state)
        if state == .stopped { container.finishAbandonedRun() }
        if state != .stopped { try lookUp(request.parts, inspection, container, &report) }
        report.values = try values(request.keys, container, isRunning: state != .stopped, inspection)
        return report
    }

    /// A container that stops meanwhile has no more facts, which is no failure.
    private func lookUp(
        _ parts: InfoRequest.Parts, _ inspection: ContainerInspection, _ container: Container, _ report: inout InfoReport
    ) throws(ToolFailure) {
        do {
            if parts.contains(.pid) {
                let pid = try inspection.initPID()
                report.pid = pid > 0 ? pid : nil
            }
            if parts.contains(.addresses) { report.addresses = try Self.addresses(inspection) }
            if parts.contains(.statistics) { report.statistics = try Self.statistics(inspection) }
        } catch {
            if error != .stopped { throw Self.failure(container, error) }
        }
    }

    private static func addresses(_ inspection: ContainerInspection) throws(ControlError) -> [String] {
        do { return try inspection.interfaces().addresses } catch {
            // The namespace of somebody else's container, or of one that is ending: there is nothing to show.
            if case .kernel = error { return [] }
            throw error
        }
    }

    private static func statistics(_ inspection: ContainerInspection) throws(ControlError) -> InfoReport.Statistics {
        var statistics = InfoReport.Statistics()
        let used = try inspection.statistics()
        statistics.cpuNanoseconds = used.cpuNanoseconds
        statistics.blockBytes = used.blockIOBytes
        statistics.memoryBytes = used.memoryBytes
        statistics.kernelMemoryBytes = used.kernelMemoryBytes
        statistics.memoryKills = used.memoryKills
        statistics.refusedForks = used.refusedForks
        statistics.links = try inspection.traffic().map {
            InfoReport.Link(name: $0.name, sentBytes: $0.sentBytes, receivedBytes: $0.receivedBytes)
        }
        return statistics
    }

    /// Keys of the running configuration, else of the stored one; that is only read when it is needed, so a broken one does no harm.
    private func values(
        _ keys: [String], _ container: Container, isRunning: Bool, _ inspection: ContainerInspection
    ) throws(ToolFailure) -> [InfoReport.Value] {
        var stored: ContainerConfig?
        var values: [InfoReport.Value] = []
        for key in keys {
            if isRunning, let text = try answered(container, { () throws(ControlError) in try inspection.configItem(key) }) {
                values.append(.init(key: key, text: text))
                continue
            }
            if stored == nil { stored = try storedConfig(container) }
            values.append(.init(key: key, text: stored?.value(of: key)))
        }
        return values
    }

    private func storedConfig(_ container: Container) throws(ToolFailure) -> ContainerConfig {
        do { return try container.loadConfigIfDefined().config } catch {
            throw .informationFailed(path: container.lxcPath, name: container.name, error.failure)
        }
    }

    private func answered<Value>(_ container: Container, _ ask: () throws(ControlError) -> Value) throws(ToolFailure) -> Value {
        do { return try ask() } catch { throw Self.failure(container, error) }
    }

    private static func failure(_ container: Container, _ error: ControlError) -> ToolFailure {
        if error == .notPermitted { return .insufficientPrivileges(path: container.lxcPath, name: container.name) }
        return ToolFailure(
            error == .timedOut ? .timedOut : .notAvailable, "cannot get information about \(container.name)", reason: error.description)
    }
}
