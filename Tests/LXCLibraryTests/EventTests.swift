// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCTestSupport
import LinuxKernel
import Testing

/// What happens to containers, as a sequence.
@Suite(.needsRoot) struct EventTests {
    private func quitDaemon(_ fixture: ContainerFixture) {
        fixture.atEnd("lxc-monitord") { _ = try fixture.lxc("monitor", "-Q") }
    }

    @Test func tellsOneContainersLife() async throws {
        try await withContainers { fixture in
            quitDaemon(fixture)
            let scene = LibraryScene(fixture)
            let (web, other) = (try scene.busybox("web"), try scene.busybox("other"))
            let events = try web.events()
            try await withoutBlocking { () throws(LXCError) in
                try other.start()
                try web.start()
                try web.freeze()
                try web.unfreeze()
                try web.stop()
                try other.stop()
            }
            var states: [Container.State] = []
            for try await event in events {
                #expect(event.name == web.name && event.containerPath == fixture.lxcpath)
                if let state = event.state { states.append(state) }
                if event.state == .stopped { break }
            }
            #expect(states == [.starting, .running, .freezing, .frozen, .thawed, .running, .stopping, .stopped], "\(states)")
        }
    }

    @Test func tellsOfAllContainersOfAPath() async throws {
        try await withContainers { fixture in
            quitDaemon(fixture)
            let scene = LibraryScene(fixture)
            let containers = [try scene.busybox("one"), try scene.busybox("two")]
            let events = try Container.events(in: fixture.lxcpath, installation: scene.installation)
            let watching = Task {
                var stopped: Set<String> = []
                for try await event in events where event.state == .stopped {
                    stopped.insert(event.name)
                    if stopped.count == 2 { break }
                }
                return stopped
            }
            for container in containers {
                try await withoutBlocking { () throws(LXCError) in
                    try container.start()
                    try container.stop()
                }
            }
            #expect(try await watching.value == Set(containers.map { $0.name }))
        }
    }

    @Test func aCancelledReaderEndsAndHangsUp() async throws {
        try await withContainers { fixture in
            quitDaemon(fixture)
            let web = try LibraryScene(fixture).busybox("web")
            let watching = Task { [events = try web.events()] in
                for try await _ in events {}
                return true
            }
            #expect(try listeners(fixture) == 1)
            watching.cancel()
            #expect(try await watching.value, "the end of a cancelled sequence is no error")
            let hasHungUp = try fixture.eventually { try listeners(fixture) == 0 }
            #expect(hasHungUp)
        }
    }

    @Test func aSequenceThatNobodyReadsHangsUp() throws {
        try withContainers { fixture in
            quitDaemon(fixture)
            let web = try LibraryScene(fixture).busybox("web")
            do {
                let events = try web.events()
                #expect(try listeners(fixture) == 1)
                withExtendedLifetime(events) {}
            }
            let hasHungUp = try fixture.eventually { try listeners(fixture) == 0 }
            #expect(hasHungUp)
        }
    }

    /// How many are connected with the daemon: its own socket has the same name.
    private func listeners(_ fixture: ContainerFixture) throws -> Int {
        try WholeFile.text("/proc/net/unix").split(separator: "\n").count { $0.hasSuffix("/" + fixture.lxcpath) && $0.contains(" @lxc/") }
            - 1
    }

    @Test func theDaemonsEndIsAnError() async throws {
        try await withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("web")
            let events = try web.events()
            try fixture.succeed("monitor", "-Q")
            var failure: LXCError?
            do throws(LXCError) { for try await _ in events {} } catch { failure = error }
            #expect(failure?.reason == "lxc-monitord has ended")
        }
    }
}
