// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A root filesystem on a logical volume of LVM.
package final class LVMBackend: StorageBackend, RenamableStorage {
    package let kind = StorageKind.lvm
    private let tools: HostTool.Folders

    package init() { tools = HostTool.Folders() }

    init(tools: HostTool.Folders) { self.tools = tools }

    /// A thin volume where the pool is there, else one that takes its whole size at once.
    package func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let group = try Self.checked(order.volumeGroup ?? "lxc")
        let name = try Self.checked(order.logicalVolume ?? order.name)
        let pool = "/dev/\(group)/" + (try Self.checked(order.thinPool ?? "lxc"))
        let device = "/dev/\(group)/\(name)"
        let what = "cannot make the logical volume \(device)"
        let lvcreate = try tool("lvcreate", what)
        let filesystem = try NewFilesystem(order.filesystem, in: tools)
        let size = "\(order.size ?? NewFilesystem.defaultSize)b"
        let place = try attributes(of: pool, what).hasPrefix("t") ? ["--thinpool", pool, "-V", size] : ["-L", size]
        // An old filesystem at that place of the disk is wiped without asking.
        try lvcreate.run(["-Wy", "--yes"] + place + [group, "-n", name], for: what)
        try finish(device) { () throws(StorageFailure) in
            try filesystem.make(on: device)
            try DirectoryBackend().makeFolder(order.directory + "/rootfs")
        }
        return StorageLocation(kind: .lvm, source: device)
    }

    /// Orders a volume in the group of another one, and in its pool when that is thin.
    ///
    /// - Parameters:
    ///   - order: Takes the names.
    ///   - original: A location of this kind; one that is no volume of a group changes nothing.
    /// - Throws: ``StorageFailure`` when LVM's tools are missing.
    package func place(_ order: inout StorageOrder, beside original: StorageLocation) throws(StorageFailure) {
        let parts = original.source.split(separator: "/")
        guard parts.count == 3, parts[0] == "dev" else { return }
        let what = "cannot look at the logical volume \(original.source)"
        let pool = try tool("lvs", what).attempt(["--unbuffered", "--noheadings", "-o", "pool_lv", original.source], for: what).output
        order.volumeGroup = String(parts[1])
        let name = String(pool.drop { $0 == " " })
        if !name.isEmpty { order.thinPool = name }
    }

    /// A snapshot of a thin volume is thin too; any other one gets room for as many changes as the original has content.
    package func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let what = "cannot make a snapshot of \(original.text)"
        let parts = original.source.split(separator: "/")
        guard original.kind == .lvm, parts.count == 3, parts[0] == "dev" else {
            throw StorageFailure(what, reason: "it is no logical volume (/dev/GROUP/NAME)", hint: "make a full copy instead")
        }
        let name = try Self.checked(order.logicalVolume ?? order.name)
        let lvcreate = try tool("lvcreate", what)
        var arguments = ["-s"]
        let letters = try attributes(of: original.source, what)
        if letters.hasPrefix("s") {
            throw StorageFailure(
                what, reason: "it is itself a snapshot that is not thin, and LVM makes none of those", hint: "make a full copy instead")
        }
        if letters.hasPrefix("V") {
            // Thin snapshots are not activated otherwise, neither now nor when the machine starts.
            arguments += ["--setactivationskip", "n"]
        } else {
            let size = if let chosen = order.size { chosen } else { try size(of: original.source, what) }
            arguments += ["-L", "\(size)b"]
        }
        try lvcreate.run(arguments + ["-n", name, original.source], for: what)
        let device = "/dev/\(parts[1])/\(name)"
        try finish(device) { () throws(StorageFailure) in try DirectoryBackend().makeFolder(order.directory + "/rootfs") }
        return StorageLocation(kind: .lvm, source: device)
    }

    /// The filesystem on the volume.
    package func mount(
        _ location: StorageLocation, _ options: MountOptions, stage: String
    ) throws(StorageFailure) -> DetachedMount {
        try BlockMount.of(location.source, options)
    }

    /// Removes the volume, wherever the container is.
    package func remove(_ location: StorageLocation, directory: String) throws(StorageFailure) {
        let what = "cannot remove the logical volume \(location.source)"
        try checkIsReplaceable(location)
        let result = try tool("lvremove", what).attempt(["-f", location.source], for: what)
        // Gone already is as good, for a removal that goes on after a failure.
        guard !result.isSuccess, !Self.saysThatItIsGone(result) else { return }
        throw StorageFailure(what, reason: result.reason)
    }

    private static func saysThatItIsGone(_ result: HostTool.Result) -> Bool {
        result.reason.holds("Failed to find") || result.reason.holds("not found")
    }

    /// LVM removes with a volume the snapshots that only hold what differs from it.
    package func checkIsReplaceable(_ location: StorageLocation) throws(StorageFailure) {
        let what = "cannot remove the logical volume \(location.source)"
        let letters = try attributes(of: location.source, what)
        guard letters.hasPrefix("o") || letters.hasPrefix("O") else { return }
        throw StorageFailure(
            what, reason: "it has snapshots that are not thin, which would go with it",
            hint: "destroy its snapshots and clones first, or bring a snapshot back under another name (-N NAME)")
    }

    /// Whether there is such a volume.
    package func exists(_ location: StorageLocation) throws(StorageFailure) -> Bool {
        let what = "cannot look for the logical volume \(location.source)"
        let result = try tool("lvs", what).attempt(["--unbuffered", "--noheadings", "-o", "lv_name", location.source], for: what)
        if result.isSuccess { return true }
        if Self.saysThatItIsGone(result) { return false }
        throw StorageFailure(what, reason: result.reason)
    }

    /// Gives a volume another name.
    package func rename(_ location: StorageLocation, to other: StorageLocation) throws(StorageFailure) {
        let what = "cannot rename the logical volume \(location.source)"
        let (old, new) = (location.source.split(separator: "/").map(String.init), other.source.split(separator: "/").map(String.init))
        guard old.count == 3, new.count == 3, old[1] == new[1] else {
            throw StorageFailure(what, reason: "it is not of the form /dev/GROUP/NAME")
        }
        try tool("lvrename", what).run([try Self.checked(old[1]), try Self.checked(old[2]), try Self.checked(new[2])], for: what)
    }

    /// Does the rest of the work on a new volume; when that fails the volume is removed.
    private func finish(_ device: String, _ work: () throws(StorageFailure) -> Void) throws(StorageFailure) {
        do throws(StorageFailure) { try work() } catch let failure {
            do throws(StorageFailure) { try remove(StorageLocation(kind: .lvm, source: device), directory: "") } catch {
                throw failure.leaving("the logical volume \(device)", error)
            }
            throw failure
        }
    }

    /// The letters of `lv_attr`: `t` for a thin pool, `V` for a thin volume, others elsewhere; empty without such a volume.
    private func attributes(of volume: String, _ what: String) throws(StorageFailure) -> String {
        try tool("lvs", what).attempt(["--unbuffered", "--noheadings", "-o", "lv_attr", volume], for: what).output
    }

    private func size(of volume: String, _ what: String) throws(StorageFailure) -> UInt64 {
        let options = ["--unbuffered", "--noheadings", "--units", "b", "--nosuffix", "-o", "lv_size", volume]
        let text = try tool("lvs", what).run(options, for: what)
        guard let size = UInt64(text) else { throw StorageFailure(what, reason: "lvs does not tell its size: \(text)") }
        return size
    }

    private func tool(_ program: String, _ what: String) throws(StorageFailure) -> HostTool {
        try HostTool(program, package: "lvm2", for: what, in: tools)
    }

    /// A name that is neither an option nor a path.
    private static func checked(_ name: String) throws(StorageFailure) -> String {
        guard !name.isEmpty, !name.hasPrefix("-"), !name.utf8.contains(0x2F) else {
            throw StorageFailure("cannot use the name \(name) with LVM", reason: "it is empty, begins with a dash or contains a slash")
        }
        return name
    }
}
