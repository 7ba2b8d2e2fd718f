// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

extension SystemEngine {
    package func wait(_ request: WaitRequest) throws(ToolFailure) -> Bool {
        let container = try container(request.target)
        do {
            let waiter = StateWaiter(lxcPath: container.lxcPath, name: container.name)
            return try waiter.wait(for: Set(request.states), timeout: request.timeout.map { .seconds($0) }) != nil
        } catch {
            throw ToolFailure(LXCError("cannot wait for \(container.name)", error))
        }
    }

    package func monitor(_ request: MonitorRequest, event: (MonitorEvent) throws(ToolFailure) -> Void) throws(ToolFailure) {
        let paths = try monitoredPaths(request)
        let client: MonitorClient
        let what = "cannot listen to lxc-monitord"
        do { client = try MonitorClient(lxcPaths: paths) } catch {
            throw ToolFailure(.notAvailable, what, reason: error.reason(after: what))
        }
        while true {
            let next: MonitorClient.Event?
            do { next = try client.next() } catch { throw ToolFailure(what, error) }
            guard let next else { throw ToolFailure(.notAvailable, "lxc-monitord has ended", reason: "it was told to quit") }
            try event(Self.event(next.message))
        }
    }

    private static func event(_ message: StateMessage) -> MonitorEvent {
        switch message.event {
        case .state(let state): MonitorEvent(name: message.name, kind: .state(state))
        case .exited(let waitStatus):
            // A status of 0 also stands for an init that a signal ended.
            if case .exited(let status) = ExitStatus(waitStatus: waitStatus) {
                MonitorEvent(name: message.name, kind: .exit(status))
            } else {
                MonitorEvent(name: message.name, kind: .exit(0))
            }
        }
    }

    package func quitMonitorDaemons(_ request: MonitorRequest) throws(ToolFailure) {
        for path in try monitoredPaths(request) {
            do { _ = try MonitorClient.quitDaemon(lxcPath: path) } catch {
                throw ToolFailure("cannot reach the lxc-monitord of \(path)", error)
            }
        }
    }

    private func monitoredPaths(_ request: MonitorRequest) throws(ToolFailure) -> [String] {
        request.options.paths.isEmpty ? [try systemConfig().containerPath] : request.options.paths
    }

    package func runMonitorDaemon(_ request: MonitorDaemonRequest) throws(ToolFailure) -> ExitCode {
        let path = if case .serve(let path, _) = request { path } else { try systemConfig().containerPath }
        do throws(KernelError) {
            switch request {
            case .serve(_, let descriptor):
                try MonitorDaemon.run(lxcPath: path, in: RunDirectory.resolve(), ready: OwnedDescriptor(owning: descriptor))
            case .service:
                try MonitorDaemon.run(lxcPath: path, in: RunDirectory.resolve(), ready: nil, idleLimit: nil)
            }
            return .success
        } catch { throw ToolFailure("cannot report what happens to the containers in \(path)", error) }
    }
}
