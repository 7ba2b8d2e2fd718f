// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A root filesystem on a network block device: an image of any format that `qemu-nbd` reads, or a device that is connected already.
///
/// A connection has a process of its own on the host, which somebody has to end: see ``connect(_:)``.
package final class NBDBackend: StorageBackend {
    package let kind = StorageKind.nbd
    private let tools: HostTool.Folders
    /// Where the kernel lists block devices.
    private let system: String

    package init() {
        tools = HostTool.Folders()
        system = "/sys/block"
    }

    init(tools: HostTool.Folders, system: String) {
        self.tools = tools
        self.system = system
    }

    /// Always fails, as with C LXC.
    package func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        throw StorageFailure(
            "cannot make storage on nbd", reason: "an existing image is needed", hint: "use -B loop, or make an image with qemu-img")
    }

    /// Always fails.
    package func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        throw StorageFailure(
            "cannot make a snapshot of \(original.text)", reason: "snapshots on nbd are not supported", hint: "make a full copy instead")
    }

    /// The filesystem on a connected device.
    package func mount(
        _ location: StorageLocation, _ options: MountOptions, stage: String
    ) throws(StorageFailure) -> DetachedMount {
        try BlockMount.of(location.source, options)
    }

    /// The image or device was not made for this container.
    package func remove(_ location: StorageLocation, directory: String) {}

    /// A connection of an image.
    package struct Connection: Sendable, Equatable {
        /// What ``disconnect(_:)`` takes: `/dev/nbd0`.
        package let device: String
        /// Where the filesystem is: the device, or a partition of it.
        package let location: StorageLocation
    }

    /// Connects an image to a free device, for a caller that lives in the host's namespaces: the process that serves the device has the
    /// host's rights, and no container may get hold of it.
    ///
    /// - Parameter location: `nbd:IMAGE` or `nbd:IMAGE:PARTITION`.
    /// - Returns: The connection, which the caller ends; nil for a device, which somebody else has connected.
    /// - Throws: ``StorageFailure``; nothing is connected then.
    package func connect(_ location: StorageLocation) throws(StorageFailure) -> Connection? {
        let what = "cannot connect \(location.text)"
        let (image, partition) = Self.parts(of: location.source)
        switch try BlockMount.content(of: image) {
        case .device: return nil
        case .image: break
        case nil: throw StorageFailure(what, reason: "\(image) is no image file", errno: Errno.noSuchFileOrDirectory.rawValue)
        }
        let qemu = try tool(what)
        var reason = "every network block device is in use"
        for name in try freeDevices(what) {
            let device = "/dev/" + name
            // Somebody else may be faster, so the next one is tried.
            let result = try qemu.attempt(["-c", device, image], for: what)
            guard result.isSuccess else {
                reason = result.reason
                continue
            }
            let place = device + (partition.map { "p" + $0 } ?? "")
            guard waitFor(place) else {
                let failure = StorageFailure(
                    what, reason: "\(place) does not appear", hint: "check the partition's number, and: modprobe nbd max_part=8")
                do throws(StorageFailure) { try disconnect(device) } catch { throw failure.leaving("the connection \(device)", error) }
                throw failure
            }
            return Connection(device: device, location: StorageLocation(kind: .nbd, source: place))
        }
        throw StorageFailure(what, reason: reason)
    }

    /// Ends a connection; waits until nothing is mounted from it, since what is not written yet would be lost.
    package func disconnect(_ device: String) throws(StorageFailure) {
        let what = "cannot disconnect \(device)"
        let deadline = MonotonicInstant.now + .seconds(5)
        while try isInUse(device, what), !deadline.hasPassed { (MonotonicInstant.now + .milliseconds(10)).sleep() }
        try tool(what).run(["-d", device], for: what)
    }

    private func tool(_ what: String) throws(StorageFailure) -> HostTool {
        try HostTool("qemu-nbd", package: "qemu-utils", for: what, in: tools)
    }

    /// The number of a partition stands behind the last colon.
    private static func parts(of source: String) -> (image: String, partition: String?) {
        guard let colon = source.lastIndex(of: ":") else { return (source, nil) }
        let number = source[source.index(after: colon)...]
        guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return (source, nil) }
        return (String(source[..<colon]), String(number))
    }

    /// Devices without a process that serves them.
    private func freeDevices(_ what: String) throws(StorageFailure) -> [String] {
        let names = try storing(what) { () throws(KernelError) in
            try DirectoryListing.names(in: system).filter { $0.hasPrefix("nbd") }
        }
        if names.isEmpty {
            throw StorageFailure(what, reason: "there are no network block devices", hint: "load the kernel's module with: modprobe nbd")
        }
        var free: [String] = []
        for name in names {
            let isTaken = try storing(what) { () throws(KernelError) in try FileStatus.ifPresent("\(system)/\(name)/pid") != nil }
            if !isTaken { free.append(name) }
        }
        return free
    }

    /// The kernel reads the table of partitions after the connection.
    private func waitFor(_ device: String) -> Bool {
        let deadline = MonotonicInstant.now + .seconds(2)
        while true {
            do {
                if try BlockMount.content(of: device) == .device { return true }
            } catch { return false }
            if deadline.hasPassed { return false }
            (MonotonicInstant.now + .milliseconds(10)).sleep()
        }
    }

    /// A mounted device is nobody else's exclusively.
    private func isInUse(_ device: String, _ what: String) throws(StorageFailure) -> Bool {
        do throws(KernelError) {
            _ = try OwnedDescriptor(opening: device, [.readOnly, .exclusive, .nonBlocking])
            return false
        } catch {
            if error.errno == .resourceBusy { return true }
            if [.noSuchFileOrDirectory, .noSuchAddressOrDevice].contains(error.errno) { return false }
            throw StorageFailure(what, error)
        }
    }
}
