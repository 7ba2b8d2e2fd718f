// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The folders that an overlay filesystem is made of.
package struct OverlayLayers: Sendable, Equatable {
    /// Read-only layers as the kernel reads them: joined with colons, the topmost first.
    package let lower: String
    /// Takes the changes.
    package let upper: String
    /// The kernel's own, on the filesystem of ``upper``.
    package var work: String { Self.workFolder(of: upper) }

    /// `location`: of the kind `.overlay`.
    package init(_ location: StorageLocation) throws(StorageFailure) {
        guard let upper = location.upper, !upper.isEmpty, !location.source.isEmpty else {
            throw StorageFailure(
                "cannot use the root filesystem \(location.text)", reason: "it does not name two layers",
                hint: "write overlay:LOWER:UPPER, both absolute paths")
        }
        lower = location.source
        self.upper = upper
    }

    /// Beside the upper layer: `work` for today's `overlay/delta`. Beside `delta0` of LXC 1.0, whose overlay needed none, out of sight.
    private static func workFolder(of upper: String) -> String {
        let (parent, name) = DirectoryHandle.split(upper)
        return "/\(parent)/" + (name == "delta" ? "work" : ".\(name)-work")
    }

    /// The layers that a text names, the topmost first.
    static func paths(_ lower: String) -> [String] {
        let bytes = lower.utf8.span
        var (layers, start): ([String], Int) = ([], 0)
        for end in 0...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: ":") {
            if end > start { layers.append(lower.part(start..<end)) }
            start = end + 1
        }
        return layers
    }

    /// Whether a path can be written as a layer: the kernel and `lxc.rootfs.path` both take them apart at colons.
    package static func canHold(_ path: String) -> Bool {
        ![UInt8(ascii: ":"), UInt8(ascii: "\\"), UInt8(ascii: ",")].contains { path.holds(byte: $0) }
    }

    /// Makes the upper layer if it is not there.
    ///
    /// The root directory of the whole has the owner and the mode of the upper layer: a new one gets those of the lower.
    func prepareUpper() throws(StorageFailure) { try prepareUpper(like: Self.paths(lower).first ?? "") }

    /// `lower`: the root directory of the topmost lower layer.
    private func prepareUpper(like lower: String) throws(StorageFailure) {
        try storing("cannot make the layer \(upper)", hint: "check that \(lower) exists") { () throws(KernelError) in
            guard try FileStatus.ifPresent(upper) == nil else { return }
            let status = try FileStatus(of: lower)
            // The folder above is missing as well in a new container.
            try HostPath.makeDirectories(upper.parentPath)
            try HostPath.makeDirectories(upper)
            try HostPath.changeOwner(upper, user: status.owner, group: status.group)
            try HostPath.changePermissions(upper, to: status.permissions)
        }
    }

    /// Makes the kernel's folder if it is not there.
    private func prepareWork() throws(StorageFailure) {
        try storing("cannot make the folder \(work) that overlay needs") { () throws(KernelError) in
            guard try FileStatus.ifPresent(work) == nil else { return }
            try HostPath.makeDirectories(work)
            try HostPath.changePermissions(work, to: 0o755)
        }
    }

    /// Mounts the layers in the caller's mount namespace.
    ///
    /// `stage`: see ``StorageBackend/mount(_:_:stage:)``.
    func mount(_ options: MountOptions, stage: String) throws(StorageFailure) -> DetachedMount {
        let images = try LayerImages(lower, stage: stage)
        defer { extendLifetime(images) }
        try prepareUpper(like: images.layers.first ?? "")
        try prepareWork()
        let own = options.data.split(separator: ",").map(String.init)
        let layers = ["lowerdir=" + images.layers.joined(separator: ":"), "upperdir=" + upper, "workdir=" + work] + own
        return try storing("cannot lay \(upper) over \(lower)", hint: "both must be folders of a filesystem that overlay accepts") {
            () throws(KernelError) in
            guard try Self.isInUserNamespace() else { return try Self.mount(layers) }
            // Only root of the host may write the attributes by which the kernel remembers what was removed; user.* are for others.
            do throws(KernelError) { return try Self.mount(layers + ["userxattr"]) } catch {
                // Linux before 5.11 does not know them.
                guard error.errno == .invalidArgument else { throw error }
                return try Self.mount(layers)
            }
        }
    }

    private static func mount(_ options: [String]) throws(KernelError) -> DetachedMount {
        try DetachedMount(newInstanceOf: "overlay", source: "overlay", options: options, attributes: [])
    }

    /// Whether root here is not root of the host.
    private static func isInUserNamespace() throws(KernelError) -> Bool {
        let words = try WholeFile.text("/proc/self/uid_map").split(whereSeparator: { $0 == " " || $0 == "\n" })
        return words != ["0", "0", "4294967295"]
    }
}
