// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A root filesystem in a dataset of ZFS.
package final class ZFSBackend: StorageBackend, RenamableStorage {
    package let kind = StorageKind.zfs
    private let tools: HostTool.Folders

    package init() { tools = HostTool.Folders() }

    init(tools: HostTool.Folders) { self.tools = tools }

    /// Makes an empty dataset, which is mounted for a container only.
    package func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let dataset = try Self.checked((order.zfsRoot ?? "lxc") + "/" + order.name)
        let what = "cannot make the dataset \(dataset)"
        let zfs = try tool(what)
        try checkIsNew(dataset, zfs, what)
        try zfs.run(["create", "-o", "mountpoint=" + order.rootfs, "-o", "canmount=noauto", "-p", dataset], for: what)
        try makeFolder(order.rootfs, of: dataset)
        return StorageLocation(kind: .zfs, source: dataset)
    }

    /// A clone of a snapshot, beside the original; both have the new container's name.
    package func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        let what = "cannot make a snapshot of \(original.text)"
        guard original.kind == .zfs, let slash = original.source.lastIndex(of: "/") else {
            throw StorageFailure(what, reason: "it is no dataset (POOL/NAME)", hint: "make a full copy instead")
        }
        let dataset = try Self.checked((order.zfsRoot ?? String(original.source[..<slash])) + "/" + order.name)
        let zfs = try tool(what)
        try checkIsNew(dataset, zfs, what)
        let origin = try freeSnapshot(of: original.source, order.name, zfs, what)
        try zfs.run(["snapshot", origin], for: what)
        do throws(StorageFailure) {
            try zfs.run(
                ["clone", "-o", "mountpoint=" + order.rootfs, "-o", "canmount=noauto", "-p", origin, dataset], for: what)
        } catch {
            let undone = try zfs.attempt(["destroy", origin], for: what)
            if undone.isSuccess { throw error }
            throw error.leaving("the snapshot \(origin)", StorageFailure(what, reason: undone.reason))
        }
        try makeFolder(order.rootfs, of: dataset)
        return StorageLocation(kind: .zfs, source: dataset)
    }

    /// The dataset, wherever ZFS itself would mount it.
    package func mount(
        _ location: StorageLocation, _ options: MountOptions, stage: String
    ) throws(StorageFailure) -> DetachedMount {
        let own = options.data.split(separator: ",").map(String.init)
        return try storing("cannot mount the dataset \(location.source)", hint: "load the kernel's module with: modprobe zfs") {
            () throws(KernelError) in
            try DetachedMount(newInstanceOf: "zfs", source: location.source, options: ["zfsutil"] + own, attributes: [])
        }
    }

    /// Also the snapshot that a clone was made of, which nothing else was made of.
    package func remove(_ location: StorageLocation, directory: String) throws(StorageFailure) {
        let dataset = try Self.checked(location.source)
        let what = "cannot remove the dataset \(dataset)"
        let zfs = try tool(what)
        let found = try zfs.attempt(["get", "-H", "-o", "value", "origin", dataset], for: what)
        guard found.isSuccess else {
            if found.reason.holds("does not exist") { return }
            throw StorageFailure(what, reason: found.reason)
        }
        let origin = try promoteClones(of: dataset, zfs, what) ? origin(of: dataset, zfs, what) : found.output
        try zfs.run(["destroy", "-r", dataset], for: what)
        // Anything else than a snapshot's name says that there is none.
        if origin.utf8.contains(0x40) { try zfs.run(["destroy", origin], for: "cannot remove the snapshot \(origin)") }
    }

    /// Snapshots of a dataset pass to the clones that were made of them, as often as there are such; false when there are none.
    ///
    /// After a restoring a container is a clone of its snapshot, and the snapshot one of what was replaced.
    private func promoteClones(of dataset: String, _ zfs: HostTool, _ what: String) throws(StorageFailure) -> Bool {
        var count = 0
        while true {
            let list = try zfs.run(["list", "-H", "-t", "snapshot", "-d", "1", "-o", "clones", dataset], for: what)
            let clones = list.split(whereSeparator: { $0 == "\n" || $0 == "," }).map(String.init).filter { $0.utf8.contains(0x2F) }
            guard let clone = clones.first else { return count > 0 }
            // Each takes at least its own snapshot along.
            if count > 1000 { throw StorageFailure(what, reason: "\(clone) still is a clone of it") }
            try zfs.run(["promote", try Self.checked(clone)], for: what)
            count += 1
        }
    }

    private func origin(of dataset: String, _ zfs: HostTool, _ what: String) throws(StorageFailure) -> String {
        try zfs.run(["get", "-H", "-o", "value", "origin", dataset], for: what)
    }

    /// A snapshot's name that nothing has: one of the same name may be what was replaced is a clone of.
    private func freeSnapshot(of dataset: String, _ name: String, _ zfs: HostTool, _ what: String) throws(StorageFailure) -> String {
        for number in 0..<1000 {
            let snapshot = try Self.checked("\(dataset)@\(name)" + (number == 0 ? "" : ".\(number)"))
            if try !zfs.attempt(["list", "-H", "-o", "name", snapshot], for: what).isSuccess { return snapshot }
        }
        throw StorageFailure(what, reason: "all names from \(dataset)@\(name) to \(name).999 are taken")
    }

    /// Whoever is a clone of it goes on without it.
    package func checkIsReplaceable(_ location: StorageLocation) throws(StorageFailure) {}

    /// Whether there is such a dataset.
    package func exists(_ location: StorageLocation) throws(StorageFailure) -> Bool {
        let what = "cannot look for the dataset \(location.source)"
        let result = try tool(what).attempt(["list", "-H", "-o", "name", try Self.checked(location.source)], for: what)
        if result.isSuccess { return true }
        if result.reason.holds("does not exist") { return false }
        throw StorageFailure(what, reason: result.reason)
    }

    /// Gives a dataset another name.
    package func rename(_ location: StorageLocation, to other: StorageLocation) throws(StorageFailure) {
        let what = "cannot rename the dataset \(location.source)"
        try tool(what).run(["rename", try Self.checked(location.source), try Self.checked(other.source)], for: what)
    }

    private func makeFolder(_ path: String, of dataset: String) throws(StorageFailure) {
        do throws(StorageFailure) { try DirectoryBackend().makeFolder(path) } catch let failure {
            do throws(StorageFailure) { try remove(StorageLocation(kind: .zfs, source: dataset), directory: "") } catch {
                throw failure.leaving("the dataset \(dataset)", error)
            }
            throw failure
        }
    }

    /// `zfs create -p` takes one that is there without a word.
    private func checkIsNew(_ dataset: String, _ zfs: HostTool, _ what: String) throws(StorageFailure) {
        if try zfs.attempt(["list", "-H", "-o", "name", dataset], for: what).isSuccess {
            throw StorageFailure(what, reason: "there is one already", hint: "zfs destroy \(dataset) removes it")
        }
    }

    private func tool(_ what: String) throws(StorageFailure) -> HostTool {
        try HostTool("zfs", package: "zfsutils-linux", for: what, in: tools)
    }

    /// A name that is no option.
    private static func checked(_ dataset: String) throws(StorageFailure) -> String {
        guard !dataset.isEmpty, !dataset.hasPrefix("-") else {
            throw StorageFailure("cannot use the dataset \(dataset)", reason: "its name is empty or begins with a dash")
        }
        return dataset
    }
}
