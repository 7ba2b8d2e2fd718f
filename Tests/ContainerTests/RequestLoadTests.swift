// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Many requests to one supervisor leave it as it was.
@Suite(.needsRoot, .serialized) struct RequestLoadTests {
    enum Request: String, CaseIterable, Sendable {
        case info, attach, console, freeze
        /// Connects and goes away.
        case silence
        /// Sends half of a request's header and goes away.
        case half
        /// Sends a request that is answered with a descriptor and does not read the answer.
        case unread
        /// Takes a terminal and goes away.
        case terminal

        /// What is sent: number of the command, size of its data, its argument; little endian (reference/protocol.md, section 3).
        var bytes: [UInt8]? {
            switch self {
            case .info, .attach, .console, .freeze: nil
            case .silence: []
            case .half: [4, 0, 0, 0, 0, 0, 0, 0]
            case .unread: [18] + [UInt8](repeating: 0, count: 15)
            case .terminal: [0, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 4) + [0, 0, 0, 0]
            }
        }

        /// `LXC_TEST_CYCLES` for the acceptance; programs are slow, connections are not.
        var count: Int {
            let asked = ProcessEnvironment.value("LXC_TEST_CYCLES").flatMap { Int($0) }
            return asked ?? (bytes == nil ? 30 : 1000)
        }
    }

    @Test(arguments: Request.allCases) func theSupervisorDoesNotGrow(request: Request) throws {
        try withContainers { fixture in
            let name = try fixture.busybox("asked", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            let supervisor = try #require(try fixture.supervisor(name))
            // Some time after a start the supervisor gives its memory back; the first requests then bring the heap to its size.
            _ = try ProcessUsage.atRest(supervisor)
            for _ in 0..<(request.bytes == nil ? 20 : 300) { try perform(request, fixture, name) }
            let before = try ProcessUsage.atRest(supervisor)
            for _ in 0..<request.count { try perform(request, fixture, name) }
            #expect(try fixture.succeed("info", "-n", name, "-sH").output == "RUNNING\n")
            let after = try ProcessUsage.atRest(supervisor)
            print("leaks: \(request.count) times \(request): \(before) before, \(after) after")
            #expect(after.descriptors == before.descriptors)
            // As many connections as come at once have room of their own: 72 KiB more at a busy moment, and never more than that.
            #expect(after.privateDirty <= before.privateDirty + 96)
        }
    }

    private func perform(_ request: Request, _ fixture: ContainerFixture, _ name: String) throws {
        switch request {
        case .info: try fixture.succeed("info", "-n", name, "-H")
        case .attach: try fixture.succeed("attach", "-n", name, "--", "/bin/true")
        case .freeze:
            try fixture.succeed("freeze", "-n", name)
            try fixture.succeed("unfreeze", "-n", name)
        case .console:
            let session = try fixture.onTerminal("console", "-n", name, "-t", "0")
            try session.expect("Connected to")
            try session.type("\u{01}q")
            #expect(try session.wait() == .exited(0))
        case .silence, .half, .unread, .terminal:
            let address = try AbstractAddress("\(fixture.lxcpath)/\(name)/command")
            let socket = try UnixSocket(connectingTo: address, timeLimit: .seconds(5))
            if let bytes = request.bytes, !bytes.isEmpty { try socket.sendAll(bytes) }
        }
    }
}
