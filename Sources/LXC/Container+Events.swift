// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LinuxKernel

extension Container {
    /// Something that happened to a container.
    public struct Event: Sendable, Hashable {
        /// What happened.
        public enum Change: Sendable, Hashable {
            /// The container has another state.
            case state(State)
            /// The container's init has ended. Whether a signal did it is not told: that is 0 too.
            case exit(Int32)
        }

        /// The container's name.
        public let name: String
        /// The container's container path.
        public let containerPath: String
        /// What happened.
        public let change: Change

        /// The new state; nil when something else has happened.
        public var state: State? {
            if case .state(let state) = change { return state }
            return nil
        }
    }

    /// What happens to the container from now on.
    ///
    /// ```swift
    /// let events = try web.events()
    /// try await withoutBlocking { () throws(LXCError) in try web.start() }
    /// for try await event in events where event.state == .stopped { break }
    /// ```
    ///
    /// - Returns: A sequence to be read once. Events are kept from the return of this function on, so none is missed by reading them later.
    /// - Throws: ``LXCError`` when `lxc-monitord`, which passes them on, can be neither reached nor started.
    public func events() throws(LXCError) -> Events {
        try Events(containerPath, name, daemon: installation.monitorDaemon)
    }

    /// What happens to the containers of a container path from now on.
    ///
    /// - Parameters:
    ///   - containerPath: The container path; nil for the system configuration's.
    ///   - installation: Whose programs work on the containers.
    /// - Returns: A sequence to be read once. Events are kept from the return of this function on, so none is missed by reading them later.
    /// - Throws: ``LXCError`` when `lxc-monitord`, which passes them on, can be neither reached nor started.
    public static func events(
        in containerPath: String? = nil, installation: Installation = Installation()
    ) throws(LXCError) -> Events {
        let path = if let containerPath { containerPath } else { try installation.systemConfig().containerPath }
        return try Events(path, nil, daemon: installation.monitorDaemon)
    }

    /// What happens to containers, in its order. It ends with an error when `lxc-monitord` does, and goes on otherwise.
    public struct Events: AsyncSequence, Sendable {
        private let stream: AsyncStream<Result<Event, LXCError>>

        fileprivate init(_ path: String, _ name: String?, daemon: String) throws(LXCError) {
            let feed: EventFeed
            do { feed = try EventFeed(path, name, daemon: daemon) } catch {
                throw LXCError("cannot learn what happens to the containers in \(path)", error)
            }
            stream = feed.stream()
        }

        /// Reads the events.
        ///
        /// - Returns: What has happened and was not read yet comes first.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: stream.makeAsyncIterator()) }

        /// Reads events one by one.
        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate var base: AsyncStream<Result<Event, LXCError>>.AsyncIterator

            /// The next event.
            ///
            /// - Parameter actor: Where the caller goes on.
            /// - Returns: Nil when the task was cancelled.
            /// - Throws: ``LXCError`` when there will be no more.
            public mutating func next(isolation actor: isolated (any Actor)?) async throws(LXCError) -> Event? {
                try await base.next(isolation: actor)?.get()
            }

            /// The next event.
            ///
            /// - Returns: Nil when the task was cancelled.
            /// - Throws: ``LXCError`` when there will be no more.
            public mutating func next() async throws(LXCError) -> Event? { try await next(isolation: nil) }
        }
    }
}
