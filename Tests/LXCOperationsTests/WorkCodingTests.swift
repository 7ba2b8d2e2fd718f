// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel
import Testing

@testable import LXCOperations

/// Work travels to another process as bytes.
struct WorkCodingTests {
    private static var operations: [ContainerWork.Operation] {
        var creation = ContainerWork.Creation(template: "busybox")
        creation.arguments = ["--a", "", "b c"]
        creation.storage = [.zfs, .dir]
        creation.order.logicalVolume = "lv"
        creation.order.volumeGroup = "vg"
        creation.order.thinPool = "pool"
        creation.order.zfsRoot = "tank/lxc"
        creation.order.rbdName = "name"
        creation.order.rbdPool = "rbd"
        creation.order.rbdUser = "admin"
        creation.order.filesystem = "xfs"
        creation.order.size = .max
        creation.order.isHistoric = true
        creation.rootfsDirectory = "/srv/root"
        creation.configFile = "/etc/lxc/other.conf"
        creation.isUnprivileged = true
        creation.isQuiet = true
        var copy = ContainerWork.Copy(name: "copy", lxcPath: "/srv/lxc")
        copy.sharing = .whenPossible
        copy.storage = .overlay
        copy.size = 1 << 40
        copy.keepsName = true
        copy.keepsAddresses = true
        copy.allowsRunning = true
        copy.hookArguments = ["one", "two"]
        copy.isHistoric = true
        var start = StartOptions()
        start.command = ["/bin/sh", "-c", "true"]
        start.runsUnderInit = true
        start.pidFile = "/run/pid"
        start.consolePath = "none"
        start.consoleLog = "/var/log/console"
        start.definitions = ["lxc.uts.name=x", "lxc.environment=A=B"]
        start.user = .max
        start.group = 0
        var attach = AttachOptions()
        attach.command = ["id"]
        attach.elevated = [.cgroup, .securityModule]
        attach.namespaces = [.network, .user]
        attach.architecture = .linux32
        attach.remountsProcAndSys = true
        attach.clearsEnvironment = false
        attach.keptVariables = ["TERM"]
        attach.setVariables = ["A=B"]
        attach.terminalLog = "/var/log/terminal"
        attach.user = 1000
        attach.group = .max
        attach.groups = [10, .max]
        attach.noNewPrivileges = true
        attach.label = "profile"
        attach.directory = "/tmp"
        var checkpoint = CheckpointOptions(directory: "/srv/images")
        checkpoint.stops = true
        checkpoint.isPreliminary = true
        checkpoint.earlier = "../first"
        checkpoint.actionScript = "/bin/true"
        checkpoint.isVerbose = true
        checkpoint.ghostLimit = .max
        var restore = RestoreOptions(directory: "/srv/images")
        restore.actionScript = "/bin/true"
        restore.isVerbose = true
        return [
            .restoreCheckpoint(restore), .checkpoint(checkpoint), .checkpoint(CheckpointOptions(directory: "/")), .create(creation),
            .create(ContainerWork.Creation(template: "none")), .clone(copy),
            .rename(ContainerWork.Copy(name: "other", lxcPath: "/")), .snapshot(comment: nil), .snapshot(comment: "before\nafter"),
            .restore(snapshot: "snap0", newName: nil), .restore(snapshot: "snap0", newName: "new"), .destroySnapshot("snap1"),
            .destroyAllSnapshots, .destroy(withSnapshots: true), .startInForeground(start),
            .mount(MountInjection(source: nil, target: "/mnt", type: "tmpfs", flags: 5, data: "size=1m")),
            .unmount(target: "/mnt", flags: 2),
            .start(start), .start(StartOptions()), .attach(attach), .attach(AttachOptions()), .console(terminal: nil, escape: 1),
            .console(terminal: 0, escape: 26), .freeze, .unfreeze, .tidyUp, .addDeviceNode("/dev/null", target: nil),
            .removeDeviceNode("/dev/null", target: "/dev/x"), .attachInterface("eth1", name: "eth0"), .detachInterface("eth0", name: nil),
            .interfaces, .addresses(AddressQuery()), .addresses(AddressQuery(interface: "eth0", isIPv4: false, scope: 7)),
        ]
    }

    private static func work(_ operation: ContainerWork.Operation) throws -> ContainerWork {
        let container = try Container(name: "web", lxcPath: "/srv/lxc", system: .init(owner: .root))
        var work = ContainerWork(container, operation)
        work.config = "lxc.uts.name = web\n"
        work.logFile = "/var/log/lxc"
        work.logLevel = "TRACE"
        return work
    }

    @Test func arrivesAsItWasSent() throws {
        for operation in Self.operations {
            let work = try Self.work(operation)
            #expect(ContainerWork(decoding: work.encoded) == work)
        }
    }

    @Test func anotherFormatIsNothing() throws {
        var bytes = try Self.work(.freeze).encoded
        bytes[0] &+= 1
        #expect(ContainerWork(decoding: bytes) == nil)
    }

    @Test func whatIsCutShortIsNothing() throws {
        for operation in Self.operations {
            let bytes = try Self.work(operation).encoded
            for count in 0..<bytes.count { #expect(ContainerWork(decoding: Array(bytes.prefix(count))) == nil, "\(operation), \(count)") }
        }
    }

    @Test func anAnswerArrivesAsItWasSent() {
        var failure = OperationFailure("cannot", reason: "why", errno: 2, key: "lxc.uts.name", hint: "do this")
        failure.origin = .init(file: "/a", line: 3)
        for result in [WorkResult.done(""), .done("snap0"), .failed(LXCError(.hasClones, failure))] {
            #expect(WorkResult(decoding: result.encoded) == result)
            for count in 0..<result.encoded.count { #expect(WorkResult(decoding: Array(result.encoded.prefix(count))) == nil) }
        }
    }
}
