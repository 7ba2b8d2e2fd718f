// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct UnixSocketTests {
    private func name(_ text: String) throws -> AbstractAddress {
        try AbstractAddress("swift-lxc-test/\(PeerCredentials.ownReal.pid)/\(text)")
    }

    @Test func descriptorsAndCredentialsRideOnTheBytes() throws {
        let pair = try UnixSocket.pair()
        let sender = pair.first
        let receiver = pair.second
        try receiver.receiveSenderIdentity()
        let source = try UnixSocket.pair()
        let sent = try sender.send([1, 2, 3], descriptors: [source.first.number, source.second.number], credentials: .ownReal)
        #expect(sent == 3)
        let message = try #require(try receiver.receiveMessage(upTo: 16))
        #expect(message.bytes == [1, 2, 3])
        #expect(message.descriptors.count == 2)
        #expect(message.sender == .ownReal)
        #expect(!message.isControlDataTruncated)
        // The second received end speaks to the first one that we kept.
        _ = try source.first.send([9])
        let copy = UnixSocket(owning: try #require(message.descriptors.last).duplicate())
        #expect(try copy.receive(upTo: 1) == [9])
    }

    @Test(arguments: [0, 1, 20, 253]) func carriesManyDescriptors(count: Int) throws {
        let pair = try UnixSocket.pair()
        let sender = pair.first
        let receiver = pair.second
        #expect(try sender.send([7], descriptors: Array(repeating: sender.number, count: count)) == 1)
        let message = try #require(try receiver.receiveMessage(upTo: 1))
        #expect(message.descriptors.count == count)
        for descriptor in message.descriptors { #expect(try descriptorFlags(descriptor.number).contains("cloexec")) }
    }

    @Test func refusesMoreDescriptorsThanTheKernelTakes() throws {
        let pair = try UnixSocket.pair()
        let sender = pair.first
        let failure = #expect(throws: KernelError.self) {
            _ = try sender.send([7], descriptors: Array(repeating: sender.number, count: 254))
        }
        #expect(failure?.errno == .invalidArgument)
    }

    @Test func listensConnectsAndNamesThePeer() throws {
        let address = try name("listen")
        let listener = try UnixSocket(listeningAt: address)
        #expect(try listener.accept() == nil)
        let client = try UnixSocket(connectingTo: address, timeLimit: .seconds(1))
        guard let server = try listener.accept() else {
            Issue.record("no connection waits")
            return
        }
        #expect(try server.peerCredentials() == .ownEffective)
        #expect(try client.peerCredentials() == .ownEffective)
        #expect(try server.peerPIDFD() != nil)
        #expect(try server.receive(upTo: 4) == nil)
        try client.sendAll(Array("ping".utf8))
        #expect(try server.receive(upTo: 16) == Array("ping".utf8))
        try client.shutdown(reading: false, writing: true)
        #expect(try server.receive(upTo: 16) == [])
    }

    @Test func aNameHasOneListener() throws {
        let address = try name("twice")
        let listener = try UnixSocket(listeningAt: address)
        let failure = #expect(throws: KernelError.self) { _ = try UnixSocket(listeningAt: address) }
        #expect(failure?.errno == .addressInUse)
        _ = listener.number
    }

    /// Also one whose queue is full, for which an ordinary connection waits.
    @Test func aListenerIsSeenWithoutWaiting() throws {
        let address = try name("listener")
        #expect(try !UnixSocket.hasListener(at: address))
        let listener = try UnixSocket(listeningAt: address, backlog: 1)
        for _ in 0..<5 { #expect(try UnixSocket.hasListener(at: address)) }
        extendLifetime(listener)
        var waiting: [SharedDescriptor] = []
        let full = try UnixSocket(listeningAt: name("full"), backlog: 0)
        waiting.append(SharedDescriptor(try UnixSocket(connectingTo: name("full")).releaseDescriptor()))
        for _ in 0..<3 { #expect(try UnixSocket.hasListener(at: name("full"))) }
        extendLifetime(full)
        extendLifetime(waiting)
    }

    @Test func nobodyListening() throws {
        let address = try name("absent")
        let failure = #expect(throws: KernelError.self) { _ = try UnixSocket(connectingTo: address) }
        #expect(failure?.errno == .connectionRefused)
    }

    @Test func sendingToAClosedEndIsAnErrorNotASignal() throws {
        let pair = try UnixSocket.pair()
        let sender = pair.first
        closeNow(pair.second)
        let failure = #expect(throws: KernelError.self) { try sender.sendAll([1]) }
        #expect(failure?.errno == .brokenPipe)
    }

    @Test func receiveLimitEndsAWait() throws {
        let pair = try UnixSocket.pair()
        let receiver = pair.second
        try receiver.setReceiveLimit(.milliseconds(20))
        let start = MonotonicInstant.now
        #expect(try receiver.receive(upTo: 1) == nil)
        #expect(MonotonicInstant.now >= start + .milliseconds(15))
        _ = pair.first.number
    }

    @Test(arguments: [(0, Errno.invalidArgument), (108, Errno.fileNameTooLong)])
    func rejectsNamesThatDoNotFit(length: Int, reason: Errno) {
        let failure = #expect(throws: KernelError.self) { _ = try AbstractAddress([UInt8](repeating: 0x61, count: length)) }
        #expect(failure?.errno == reason)
    }

    private func closeNow(_ socket: consuming UnixSocket) {}

    private func descriptorFlags(_ number: Int32) throws -> String {
        let text = try WholeFile.text("/proc/self/fdinfo/\(number)")
        let flags = text.split(separator: "\n").first { $0.hasPrefix("flags:") }.map { $0.split(separator: "\t").last ?? "" } ?? ""
        return (Int(flags, radix: 8) ?? 0) & 0o2000000 == 0 ? "none" : "cloexec"
    }
}
