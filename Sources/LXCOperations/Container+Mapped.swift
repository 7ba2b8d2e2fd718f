// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

extension Container {
    /// Decides the id map of a new container.
    ///
    /// - Parameters:
    ///   - config: What it begins with; gets the caller's ids if they are to be mapped and it maps none.
    ///   - options: How it is created.
    ///   - notes: Called with one line when ids were added.
    /// - Returns: What works on its files; nil for a container whose root is the host's.
    /// - Throws: ``LXCError`` when there are no ids to map.
    func mapIDs(
        _ config: inout InitialConfig, _ options: CreateOptions, _ notes: (String) -> Void
    ) throws(LXCError) -> MappedHelper? {
        guard !config.idMap.isEmpty || options.isUnprivileged || ProcessControl.effectiveUser != 0 else { return nil }
        if config.idMap.isEmpty {
            let own = try attempt("cannot learn which ids you have") { () throws(KernelError) in try CallingUser().defaultMapping() }
            if let own {
                try config.mapIDs(own)
                notes("its ids are mapped to those that /etc/subuid and /etc/subgid give you")
            }
        }
        do throws(OperationFailure) { return try MappedHelper(config.idMap) } catch { throw LXCError(.notPermitted, error) }
    }

    /// What works on the files of a container that is there; nil when the caller can do that without.
    ///
    /// - Parameter entries: Its id map, empty when that is not known.
    /// - Returns: Nil for root, and for users without ids.
    static func helper(for entries: [IDMapEntry]) -> MappedHelper? {
        guard ProcessControl.effectiveUser != 0 else { return nil }
        // Without ids nothing can belong to them.
        do throws(OperationFailure) { return try MappedHelper(entries) } catch { return nil }
    }
}

extension CloneBuild {
    /// Gives what has to belong to the container's root to it: its directory, and the folders of a layer. For ``PrivateWork`` of an
    /// ordinary user.
    func handOver(_ location: StorageLocation, _ helper: MappedHelper) throws(OperationFailure) {
        // Who may work in the directory besides is the caller, by its group.
        try own(directory, group: helper.group)
        guard location.kind == .overlay, let upper = location.upper else { return }
        let folder = "/" + DirectoryHandle.split(upper).parent
        if folder != directory { try own(folder, group: 0) }
        // The kernel's folder has to be that of whoever mounts; it makes another one.
        try usingStorage { () throws(StorageFailure) in try StoragePlace.remove(OverlayLayers(location).work) }
        try own(directory + "/rootfs", group: 0)
    }

    private func own(_ path: String, group: UInt32) throws(OperationFailure) {
        try attempting("cannot give \(path) to the container's root") { () throws(KernelError) in
            let (parent, name) = DirectoryHandle.split(path)
            try DirectoryHandle(opening: "/" + parent).changeOwner(name, user: 0, group: group)
        }
    }
}
