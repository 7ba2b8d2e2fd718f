// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A root filesystem on a block device of Ceph.
package final class RBDBackend: StorageBackend {
    package let kind = StorageKind.rbd
    private let tools: HostTool.Folders

    package init() { tools = HostTool.Folders() }

    init(tools: HostTool.Folders) { self.tools = tools }

    /// Makes an image in the cluster, connects it, and makes an empty filesystem there.
    package func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let image = Image(pool: order.rbdPool ?? "lxc", name: order.rbdName ?? order.name)
        let what = "cannot make the RBD image \(image.pool)/\(image.name)"
        guard image.isUsable else { throw StorageFailure(what, reason: "a name is empty, begins with a dash or contains a slash") }
        let rbd = try tool(what)
        let filesystem = try NewFilesystem(order.filesystem, in: tools)
        let user = order.rbdUser.map { ["--id", $0] } ?? []
        let (whole, rest) = (order.size ?? NewFilesystem.defaultSize).quotientAndRemainder(dividingBy: 1 << 20)
        let megabytes = whole + (rest > 0 ? 1 : 0)
        try rbd.run(["create", "--pool", image.pool, image.name, "--size", "\(megabytes)"] + user, for: what)
        do throws(StorageFailure) {
            try rbd.run(["map", "--pool", image.pool, image.name] + user, for: what)
            try filesystem.make(on: image.device)
            try DirectoryBackend().makeFolder(order.directory + "/rootfs")
        } catch let failure {
            do throws(StorageFailure) { try remove(image, user, what) } catch {
                throw failure.leaving("the RBD image \(image.pool)/\(image.name)", error)
            }
            throw failure
        }
        return StorageLocation(kind: .rbd, source: image.device)
    }

    /// Always fails.
    package func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        throw StorageFailure(
            "cannot make a snapshot of \(original.text)", reason: "snapshots of RBD images are not supported",
            hint: "make a full copy instead")
    }

    /// A device that the machine has forgotten since it was started is asked for again.
    package func mount(
        _ location: StorageLocation, _ options: MountOptions, stage: String
    ) throws(StorageFailure) -> DetachedMount {
        let what = "cannot mount \(location.text)"
        if let image = Image(device: location.source), try !isMapped(image, what) {
            try tool(what).run(["map", "--pool", image.pool, image.name], for: what)
        }
        return try BlockMount.of(location.source, options)
    }

    /// Disconnects the image and removes it from the cluster.
    package func remove(_ location: StorageLocation, directory: String) throws(StorageFailure) {
        let what = "cannot remove the RBD image \(location.source)"
        guard let image = Image(device: location.source) else {
            throw StorageFailure(what, reason: "it is not of the form /dev/rbd/POOL/NAME")
        }
        try remove(image, [], what)
    }

    private func remove(_ image: Image, _ user: [String], _ what: String) throws(StorageFailure) {
        let rbd = try tool(what)
        if try isMapped(image, what) { try rbd.run(["unmap", image.device], for: what) }
        let result = try rbd.attempt(["rm", "\(image.pool)/\(image.name)"] + user, for: what)
        guard !result.isSuccess, !result.reason.holds("No such file") else { return }
        throw StorageFailure(what, reason: result.reason)
    }

    private func isMapped(_ image: Image, _ what: String) throws(StorageFailure) -> Bool {
        try storing(what) { () throws(KernelError) in try FileStatus.ifPresent(image.device) != nil }
    }

    private func tool(_ what: String) throws(StorageFailure) -> HostTool {
        try HostTool("rbd", package: "ceph-common", for: what, in: tools)
    }

    private struct Image {
        let pool: String
        let name: String

        var device: String { "/dev/rbd/\(pool)/\(name)" }

        var isUsable: Bool { ![pool, name].contains { $0.isEmpty || $0.hasPrefix("-") || $0.utf8.contains(0x2F) } }

        init(pool: String, name: String) {
            self.pool = pool
            self.name = name
        }

        init?(device: String) {
            let parts = device.split(separator: "/").map(String.init)
            guard parts.count == 4, parts[0] == "dev", parts[1] == "rbd" else { return nil }
            self.init(pool: parts[2], name: parts[3])
            guard isUsable else { return nil }
        }
    }
}
