// SPDX-License-Identifier: Apache-2.0
// A server with a real connection, for hostile bytes.
import LXCRuntime
import LinuxKernel

/// Answers everything with something, so that every path of the server runs.
final class FuzzDelegate: ControlDelegate {
    let file: SharedDescriptor

    init(file: SharedDescriptor) { self.file = file }

    func terminal(_ wanted: ControlRequest.Terminal, for lease: ControlLease) -> ControlReply { .descriptor(file, number: wanted.number) }
    func terminalReleased(_ lease: ControlLease) {}
    func windowChanged() {}
    func stop() -> ControlReply { .silence }
    func initPID() -> ControlReply { .number(1) }
    func cloneFlags() -> ControlReply { .number(-1) }
    func cgroup(_ controller: String?, _ role: CgroupRole) -> ControlReply { controller.map { .text("/" + $0) } ?? .silence }
    func configItem(_ key: String) -> ControlReply { key.isEmpty ? .absent : .text(key) }
    func consoleLog(_ query: ConsoleLogQuery) -> ControlReply {
        query.read ? .bytes([UInt8](repeating: 0x41, count: Int(min(query.limit, 4096)))) : .done
    }
    func addSeccompListener(_ descriptor: SharedDescriptor) -> ControlReply { .done }
    func addDeviceRule(_ rule: DeviceRuleMessage) -> ControlReply { .done }
    func freeze(timeoutInSeconds: Int32) -> ControlReply { .failure(.noSuchFileOrDirectory) }
    func unfreeze(timeoutInSeconds: Int32) -> ControlReply { .done }
    func cgroup2Descriptor(_ role: CgroupRole) -> ControlReply { .descriptor(file) }
    func initPIDFD() -> ControlReply { .descriptor(file) }
    func devptsDescriptor() -> ControlReply { .descriptor(file) }
    func seccompDescriptor() -> ControlReply { .failure(.badFileDescriptor) }
    func cgroupContext() -> ControlReply { .cgroupContext(CgroupArrangement(layout: .unified, utilities: 3), [file, file]) }
    func cgroupDescriptor(_ wanted: CgroupDescriptorRecord, _ role: CgroupRole) -> ControlReply { .cgroupDescriptor(wanted, file) }
    func systemdScope() -> ControlReply { .text("scope") }
    func stateServed(_ state: ContainerState) {}
    func peerRefused(_ peer: PeerCredentials, reason: String) {}
    func controlFailed(_ error: KernelError) {}
}

/// The server under test, made once.
final class FuzzServer {
    let loop: EventLoop
    let delegate: FuzzDelegate
    let publisher = StatePublisher(name: "fuzz", state: .running, channel: nil)
    let server: ControlServer

    init() throws(KernelError) {
        loop = try EventLoop()
        delegate = FuzzDelegate(file: SharedDescriptor(try OwnedDescriptor(opening: "/dev/null", .readOnly)))
        let name = "fuzz-\(PeerCredentials.ownReal.pid)"
        server = try ControlServer(lxcPath: "/fuzz", name: name, loop: loop, publisher: publisher)
        server.delegate = delegate
    }

    /// One client that says these bytes in pieces, with descriptors on some of them, and hangs up.
    func converse(_ bytes: [UInt8]) throws(KernelError) {
        let pair = try UnixSocket.pair(.stream, nonBlocking: true)
        let client = pair.first
        try server.adopt(pair.second)
        var rest = bytes[...]
        while let first = rest.popFirst(), server.connectionCount > 0 {
            let piece = Array(rest.prefix(Int(first & 0x3F) + 1))
            rest = rest.dropFirst(piece.count)
            let descriptors = [Int32](repeating: delegate.file.number, count: Int(first >> 6))
            do throws(KernelError) { if !piece.isEmpty { _ = try client.send(piece, descriptors: descriptors, wait: false) } } catch {
                if error.errno != .brokenPipe && error.errno != .connectionReset { throw error }
            }
            try settle()
            if first & 1 == 1 { publisher.change(to: .frozen) }
        }
        try client.shutdown(reading: false, writing: true)
        try settle()
        publisher.finishRun(rebooting: false)
        publisher.change(to: .running)
        server.endStops()
        // Half a request waits for its deadline in real life; here its client goes.
        closeNow(client)
        try settle()
        guard server.connectionCount == 0 else { fatalError("\(server.connectionCount) connections are left") }
    }

    private func settle() throws(KernelError) { try loop.run(until: { false }, deadline: .now) }
    private func closeNow(_ socket: consuming UnixSocket) {}
}
