// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCStorage
import LinuxKernel

/// What a container's root filesystem is made of, according to its configuration.
struct RootfsContent {
    let path: Sourced<String>
    private var location: StorageLocation
    private let settings: ContainerConfig

    /// Nil for a container that has the host's root filesystem.
    init?(_ config: ContainerConfig) throws(OperationFailure) {
        guard let path = config.rootfs.path else { return nil }
        guard let location = StorageLocation(config.rootfs) else {
            throw OperationFailure(
                "cannot mount the root filesystem \(path.value)", reason: "its kind of storage is not known", key: "lxc.rootfs.path",
                origin: path.origin)
        }
        self.path = path
        self.location = location
        settings = config
    }

    /// Whether it is nothing but a folder.
    var isFolder: Bool { location.kind == .dir }

    /// The path without the kind of storage.
    var plainPath: String { settings.rootfs.plainPath ?? path.value }

    /// `lxc.rootfs.options`
    func options() throws(OperationFailure) -> MountOptions {
        guard let text = settings.rootfs.options else { return MountOptions() }
        do { return try MountOptions(rootfsOptions: text) } catch {
            throw OperationFailure(
                "cannot read the options of the root filesystem", reason: error.reason, key: "lxc.rootfs.options",
                origin: settings.origin(of: "lxc.rootfs.options"))
        }
    }

    /// The content as a mount that is not attached yet.
    ///
    /// `stage`: see ``StorageBackend/mount(_:_:stage:)``.
    func mount(stage: String) throws(OperationFailure) -> DetachedMount {
        let options = try options()
        do throws(StorageFailure) { return try StorageBackends.backend(of: location).mount(location, options, stage: stage) } catch {
            throw OperationFailure(error, key: "lxc.rootfs.path", origin: path.origin)
        }
    }

    /// The same, when that takes rights that the first process of a container with an id map does not have.
    ///
    /// The caller is in the host's mount namespace, so nothing can be put together at a place there.
    ///
    /// - Returns: Nil when the first process can do it.
    func mountWithHostRights() throws(OperationFailure) -> SharedDescriptor? {
        do throws(StorageFailure) {
            guard try location.needsHostRights else { return nil }
            guard location.kind != .overlay else {
                throw StorageFailure(
                    "cannot mount the root filesystem \(path.value)", reason: "an image cannot be a layer of a container with an id map",
                    hint: "unpack the image to a folder, or mount it before and name the folder here")
            }
        } catch { throw OperationFailure(error, key: "lxc.rootfs.path", origin: path.origin) }
        return SharedDescriptor(try mount(stage: "").takeDescriptor())
    }

    /// Connects an image to a network block device, if that is what the path asks for.
    ///
    /// - Returns: What ``NBDBackend/disconnect(_:)`` takes; nil when nothing was connected.
    mutating func connect() throws(OperationFailure) -> String? {
        guard location.kind == .nbd else { return nil }
        do throws(StorageFailure) {
            guard let connection = try NBDBackend().connect(location) else { return nil }
            location = connection.location
            return connection.device
        } catch { throw OperationFailure(error, key: "lxc.rootfs.path", origin: path.origin) }
    }
}
