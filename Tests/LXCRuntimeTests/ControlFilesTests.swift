// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LinuxKernel
import Testing

@testable import LXCRuntime

/// Locks, the creation marker, the run directory and the list of sockets.
@Suite struct ControlFilesTests {
    @Test func onlyOneHoldsAContainersLock() throws {
        let folder = try temporaryFolder("lock")
        let run = RunDirectory(path: folder)
        do {
            let lock = try ContainerLock(lxcPath: "/var/lib/lxc", name: "p1", in: run, until: .now)
            let status = try FileStatus(of: "\(folder)/lock/var/lib/lxc/.p1")
            #expect(status.permissions == 0o600)
            let failure = #expect(throws: KernelError.self) {
                _ = try ContainerLock(lxcPath: "/var/lib/lxc", name: "p1", in: run, until: .now + .milliseconds(30))
            }
            #expect(failure?.errno == .timedOut)
            _ = try ContainerLock(lxcPath: "/var/lib/lxc", name: "p2", in: run, until: .now)
            _ = consume lock
        }
        _ = try ContainerLock(lxcPath: "/var/lib/lxc", name: "p1", in: run, until: .now)
        try removeFolder(folder)
    }

    @Test(.enabled(if: PeerLXC.isAvailable, PeerLXC.requirement)) func debiansToolsWaitForOurLock() throws {
        try PeerContainer.with("c1", start: false) { container in
            let run = RunDirectory(path: "/run/lxc")
            var lock: ContainerLock? = try ContainerLock(lxcPath: container.lxcPath, name: "c1", in: run, until: .now)
            let tool = try RunningProgram(["lxc-info", "-P", container.lxcPath, "-n", "c1", "-s", "-H"])
            let early = try tool.waitForOutput("STOPPED", limit: .milliseconds(300))
            #expect(!early)
            lock = nil
            #expect(try tool.waitForOutput("STOPPED"))
            #expect(try tool.finish().status == .exited(0))
            _ = consume lock
        }
    }

    @Test func theMarkerTellsWhoCreates() throws {
        let folder = try temporaryFolder("partial")
        #expect(try PartialMarker.inspect(folder) == .absent)
        #expect(try PartialMarker.inspect(folder + "/nowhere") == .absent)
        let marker = try PartialMarker(creatingIn: folder)
        #expect(try FileStatus(of: folder + "/partial").permissions == 0)
        #expect(try PartialMarker.inspect(folder) == .inProgress)
        let failure = #expect(throws: KernelError.self) {
            let second = try PartialMarker(creatingIn: folder)
            try second.finish()
        }
        #expect(failure?.errno == .fileExists)
        try marker.finish()
        #expect(try PartialMarker.inspect(folder) == .absent)
        // What a creator leaves that was killed.
        try write(folder + "/partial", "")
        #expect(try PartialMarker.inspect(folder) == .creatorDied)
        try removeFolder(folder)
    }

    @Test func runDirectoryOfRoot() throws {
        guard ProcessControl.effectiveUser == 0 else { return }
        #expect(try RunDirectory.resolve(systemPath: "/run/lxc").path == "/run/lxc")
        #expect(try RunDirectory.resolve(systemPath: "/nowhere/run/lxc").path == "/nowhere/run/lxc")
    }

    @Test func readsTheListOfSockets() {
        let content = """
            Num       RefCount Protocol Flags    Type St Inode Path
            0000000000000001: 00000002 00000000 00010000 0001 01 52905 @/var/lib/lxc/p1/command
            0000000000000002: 00000003 00000000 00000000 0001 03 52906 @/var/lib/lxc/p1/command
            0000000000000003: 00000002 00000000 00010000 0001 01 52907 @/var/lib/lxc/with blank @ sign/command
            0000000000000004: 00000002 00000000 00010000 0001 01 52908 /run/some/path
            0000000000000005: 00000003 00000000 00000000 0001 03 31321
            0000000000000006: 00000002 00000000 00010000 0001 01 52909 @lxc/95c08268d5364229/command
            short line

            """
        let names = RunningContainers.parse(Array(content.utf8))
        #expect(
            names == ["/var/lib/lxc/p1/command", "/var/lib/lxc/with blank @ sign/command", "lxc/95c08268d5364229/command"])
        #expect(names.compactMap { RunningContainers.plainName($0, lxcPath: "/var/lib/lxc") } == ["p1", "with blank @ sign"])
        #expect(names.map(RunningContainers.isShortened) == [false, false, true])
    }

    @Test(arguments: ["/var/lib/lxc/command", "/var/lib/lxc//command", "/var/lib/lxc/a/b/command", "/var/lib/lxcfs/a/command", "x"])
    func otherSocketsAreNoContainers(socket: String) {
        #expect(RunningContainers.plainName(socket, lxcPath: "/var/lib/lxc") == nil)
    }

    @Test(arguments: ["lxc/95C08268D5364229/command", "lxc/95c08268d536422/command", "lxc/95c08268d5364229/", "a/95c08268d5364229/command"])
    func otherNamesAreNotShortened(socket: String) { #expect(!RunningContainers.isShortened(socket)) }
}

/// Every request survives the wire.
@Suite struct ControlRequestTests {
    static let requests: [ControlRequest] = [
        .ttyDescriptor(.console), .ttyDescriptor(.anyFree), .ttyDescriptor(.tty(7)), .windowChanged, .stop, .state, .initPID, .cloneFlags,
        .cgroup(controller: nil), .cgroup(controller: "memory"), .configItem("lxc.group"), .name, .lxcPath,
        .addStateClient(WantedStates([.running, .stopped])), .addStateClient(.nextRunning),
        .consoleLog(ConsoleLogQuery(clear: true, read: false, limit: 1 << 40, writeLogFile: true)), .serveState(.thawed),
        .addSeccompListener, .addDeviceRule(DeviceRuleMessage(kind: .all, major: -1, minor: 5, access: "rwm", isAllowed: false)),
        .freeze(timeout: -1), .unfreeze(timeout: 30), .cgroup2Descriptor, .initPIDFD, .limitCgroup(controller: "name=systemd"),
        .limitCgroup2Descriptor, .devptsDescriptor, .seccompDescriptor, .cgroupContext(room: 96),
        .cgroupDescriptor(CgroupDescriptorRecord(controller: "pids", filesystem: .version2)),
        .limitCgroupDescriptor(CgroupDescriptorRecord(controller: "cpu")), .systemdScope,
    ]

    @Test(arguments: requests) func survivesTheWire(request: ControlRequest) throws {
        let (header, payload) = request.encoded
        #expect(Int(header.length) == payload.count)
        #expect(RequestHeader(decoding: header.encoded) == header)
        var reader = RequestReader()
        for byte in header.encoded + payload.dropLast() { _ = reader.feed([byte]) }
        let progress = payload.isEmpty ? reader.progress : reader.feed(Array(payload.suffix(1)))
        #expect(progress == .complete(header, payload: payload))
        #expect(try ControlRequest(header, payload: payload) == request)
    }

    @Test func everyCommandIsCovered() {
        #expect(Set(Self.requests.map(\.command)) == Set(ControlCommand.allCases))
        #expect(ControlCommand.allCases.count == 27)
    }

    @Test func sizesOfTheRecords() {
        #expect(ControlRequest.consoleLog(ConsoleLogQuery()).encoded.payload.count == 24)
        let wanted = ControlRequest.addStateClient(.nextRunning).encoded.payload
        #expect(wanted == [0, 0, 0, 0, 0, 0, 0, 0, 2] + [UInt8](repeating: 0, count: 23))
        #expect(ControlRequest.cgroupDescriptor(CgroupDescriptorRecord(controller: "x")).encoded.payload.count == 80)
        #expect(ControlRequest.serveState(.frozen).encoded.header.data == 6)
        #expect(ControlRequest.ttyDescriptor(.anyFree).encoded.header.data == .max)
    }
}
