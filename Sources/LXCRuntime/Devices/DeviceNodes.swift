// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The device files of a running container, made and removed from outside.
///
/// Every path is walked beneath the root of the container's init, through no symbolic link: the container cannot send us elsewhere.
package struct DeviceNodes: ~Copyable {
    private let name: String
    private let client: ControlClient
    private let root: DirectoryHandle
    /// Where rules are written; nil where the v1 controller does not hold the container.
    private let rules: CgroupDirectory?
    private let initHandle: PidFD
    /// Whether the container has user ids of its own. A copy of the process with mounts of its own has to do the work then.
    package let hasOwnUsers: Bool

    /// - Throws: ``ControlError``, `stopped` when the container does not run.
    package init(name: String, client: ControlClient) throws(ControlError) {
        let handle = try client.initPIDFD()
        let (root, hasOwnUsers) = try ControlError.wrapping { () throws(KernelError) in
            let process = "/proc/\(try PidFD.number(ofHandle: handle.number))"
            let root = try OwnedDescriptor(opening: process + "/root", [.path, .directory])
            let users = try FileStatus(of: process + "/ns/user")
            return (DirectoryHandle(owning: root, label: name), try users.inode != FileStatus(of: "/proc/self/ns/user").inode)
        }
        // Only now is it certain that all this was init's and not a later process's.
        guard handle.isRunning else { throw .stopped }
        rules = try Self.rules(client, name)
        self.name = name
        self.client = client
        self.root = root
        self.hasOwnUsers = hasOwnUsers
        initHandle = handle
    }

    private static func rules(_ client: ControlClient, _ name: String) throws(ControlError) -> CgroupDirectory? {
        let found: SharedDescriptor
        do throws(ControlError) { found = try client.cgroupDescriptor("devices").directory } catch {
            switch error {
            case .refused, .unsupported: return nil
            default: throw error
            }
        }
        return try ControlError.wrapping { () throws(KernelError) in
            let directory = CgroupDirectory(owning: try found.duplicate(), label: "devices cgroup of \(name)")
            if try directory.version() == .v1 { return directory }
            return nil
        }
    }

    /// Makes a device file, with the directories above it, and allows the container to use it; one that is there already stays.
    ///
    /// - Parameters:
    ///   - device: As on the host.
    ///   - path: In the container, absolute.
    /// - Throws: ``OperationFailure``; the container is as before then, but for directories.
    package func add(_ device: Device, at path: String) throws(OperationFailure) {
        let what = "cannot make \(path) in \(name)"
        let (parent, file) = try Self.split(path, what)
        if hasOwnUsers && ProcessControl.effectiveUser != 0 {
            throw OperationFailure(
                what, reason: "only root can make device files for a container with user ids of its own",
                hint: "give it the device at its next start: lxc.mount.entry with the options bind,create=file")
        }
        if hasOwnUsers { return try addMapped(device, parent, file, what, path) }
        let isNew = try walking(what, path) { () throws(KernelError) in
            if !parent.isEmpty { try root.makeDirectories(parent) }
            let directory = try root.directory(parent)
            if let present = try directory.status(file), let found = Device(present), found.isSame(as: device) { return false }
            try directory.makeNode(
                file, kind: device.kindBits, mode: device.permissions, major: device.number.major,
                minor: device.number.minor, isPrivate: false)
            return true
        }
        do { try set(device, isAllowed: true) } catch {
            if isNew { try walking(what, path) { () throws(KernelError) in try removeFile(parent, file) } }
            throw error
        }
    }

    private func addMapped(
        _ device: Device, _ parent: String, _ file: String, _ what: String, _ path: String
    ) throws(OperationFailure) {
        let isThere = try walking(what, path) { () throws(KernelError) in
            guard let present = try root.status(path) else { return false }
            guard let found = Device(present), found.isSame(as: device) else {
                throw KernelError(call: "openat", errno: .fileExists, subject: path)
            }
            return true
        }
        // First of all: the supervisor listens to nobody who is in the container's mount namespace.
        try set(device, isAllowed: true)
        if isThere { return }
        try walking(what, path) { () throws(KernelError) in
            let made = try MappedDeviceFile(device, ownedByRootOf: PidFD.number(ofHandle: initHandle.number))
            try made.place(in: root.directory(parent), file, initHandle)
        }
    }

    /// Removes a device file and forbids the container to use the device.
    ///
    /// - Parameters:
    ///   - path: In the container, absolute.
    ///   - device: The device that it is expected to be; nil for whatever it is.
    /// - Throws: ``OperationFailure`` when neither the file nor the device is known, or the file is another device.
    package func remove(_ path: String, of device: Device?) throws(OperationFailure) {
        let what = "cannot remove \(path) from \(name)"
        let (parent, file) = try Self.split(path, what)
        let present = try walking(what, path) { () throws(KernelError) in try root.status(path) }
        let found = present.flatMap { Device($0) }
        if present != nil && found == nil { throw OperationFailure(what, reason: "it is no device file") }
        guard let target = device ?? found else { throw OperationFailure(what, reason: "there is no such file in the container") }
        if let found, !found.isSame(as: target) {
            throw OperationFailure(
                what, reason: "it is another device (\(found.rule.dropLast(4))) than the host's (\(target.rule.dropLast(4)))",
                hint: "lxc-device del with the name in the container alone removes it, whatever it is")
        }
        // First the right, then the file: the container can make the file again as long as it has the right.
        try set(target, isAllowed: false)
        guard found != nil else { return }
        try walking(what, path) { () throws(KernelError) in try removeFile(parent, file) }
    }

    private func removeFile(_ parent: String, _ file: String) throws(KernelError) {
        let directory = try root.directory(parent)
        if hasOwnUsers { try MappedDeviceFile.remove(from: directory, file, initHandle) } else { try directory.remove(file) }
    }

    private func set(_ device: Device, isAllowed: Bool) throws(OperationFailure) {
        let what = "cannot \(isAllowed ? "allow" : "forbid") \(name) the device \(device.rule.dropLast(4))"
        if rules != nil {
            try attempting(what) { () throws(KernelError) in try rules?.write(isAllowed ? "devices.allow" : "devices.deny", device.rule) }
            return
        }
        do throws(ControlError) { try client.addDeviceRule(device.message(isAllowed: isAllowed)) } catch {
            switch error {
            // Without rules for devices every device is allowed, and there is nothing to change: so C LXC's monitor answers.
            case .refused, .unsupported, .notPermitted: return
            default: throw OperationFailure(what, reason: error.description)
            }
        }
    }

    private static func split(_ path: String, _ what: String) throws(OperationFailure) -> (parent: String, name: String) {
        let parts = DirectoryHandle.split(path)
        guard path.hasPrefix("/"), ![".", "..", ""].contains(parts.name) else {
            throw OperationFailure(what, reason: "it is not the absolute path of a file", hint: "give a path in the container, /dev/ttyS0")
        }
        return parts
    }

    private func walking<Value>(_ what: String, _ path: String, _ body: () throws(KernelError) -> Value) throws(OperationFailure) -> Value {
        do { return try body() } catch {
            switch error.errno {
            case .tooManySymbolicLinkLevels:
                let link = root.symbolicLink(on: path).map { "/\($0) is a symbolic link in the container" }
                throw OperationFailure(what, reason: link ?? error.reason, hint: "give the path that the link leads to")
            case .fileExists:
                throw OperationFailure(what, reason: "another file has that name", hint: "remove the file, or choose another name")
            default: throw OperationFailure(what, error)
            }
        }
    }
}
