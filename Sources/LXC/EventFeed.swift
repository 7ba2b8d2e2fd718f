// SPDX-License-Identifier: Apache-2.0
import Dispatch
import LXCRuntime
import LinuxKernel
import Synchronization

/// Reads what `lxc-monitord` tells whenever it tells something, without a thread that waits for it.
final class EventFeed: Sendable {
    private let client: Mutex<MonitorClient>
    private let path: String
    /// The container that is meant; nil for all of the container path.
    private let name: String?
    private let number: Int32

    /// Connects.
    ///
    /// - Parameters:
    ///   - path: The container path.
    ///   - name: The container that is meant; nil for all.
    ///   - daemon: The program `lxc-monitord`, which is started when it does not run.
    /// - Throws: ``KernelError``.
    init(_ path: String, _ name: String?, daemon: String) throws(KernelError) {
        let connected = try MonitorClient(lxcPaths: [path], daemon: daemon)
        number = connected.number
        client = Mutex(connected)
        self.path = path
        self.name = name
    }

    /// What is read from now on. It is hung up when nobody reads any more.
    func stream() -> AsyncStream<Result<Container.Event, LXCError>> {
        AsyncStream { (continuation) in
            let source = DispatchSource.makeReadSource(fileDescriptor: number, queue: DispatchQueue(label: "lxc.events"))
            source.setEventHandler {
                let (events, failure) = self.read()
                for event in events { continuation.yield(.success(event)) }
                guard let failure else { return }
                continuation.yield(.failure(failure))
                continuation.finish()
            }
            // The descriptor must not be closed before the source has let go of it.
            source.setCancelHandler { withExtendedLifetime(self) {} }
            let connection = Connection(source)
            continuation.onTermination = { _ in connection.close() }
        }
    }

    /// A source of events that any thread may close.
    private final class Connection: Sendable {
        private let source: Mutex<any DispatchSourceRead>

        init(_ source: sending any DispatchSourceRead) {
            source.activate()
            self.source = Mutex(source)
        }

        func close() { source.withLock { $0.cancel() } }
    }

    /// What has arrived, and why nothing else will.
    private func read() -> (events: [Container.Event], failure: LXCError?) {
        let what = "cannot learn what happens to the containers in \(path)"
        return client.withLock { (client) in
            var events: [Container.Event] = []
            do throws(KernelError) {
                while let event = try client.next(until: .now) {
                    if name == nil || event.message.name == name { events.append(Container.Event(event)) }
                }
            } catch { return (events, LXCError(what, error)) }
            return (events, client.isConnected ? nil : LXCError(.failed, what, reason: "lxc-monitord has ended"))
        }
    }
}

extension Container.Event {
    fileprivate init(_ event: MonitorClient.Event) {
        let change: Change
        switch event.message.event {
        case .state(let state): change = .state(Container.State(state))
        case .exited(let waitStatus):
            // A status of 0 also stands for an init that a signal ended.
            if case .exited(let status) = ExitStatus(waitStatus: waitStatus) { change = .exit(status) } else { change = .exit(0) }
        }
        self.init(name: event.message.name, containerPath: event.lxcPath, change: change)
    }
}
