// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCStorage
import LinuxKernel

/// Removes a container: destroy hooks, root filesystem, directory.
package struct ContainerRemoval {
    let lxcPath: String
    let name: String
    let config: ContainerConfig
    let hooks: HookRunner
    let log: LogWriter

    init(lxcPath: String, name: String, config: ContainerConfig, hooks: HookRunner, log: LogWriter) {
        self.lxcPath = lxcPath
        self.name = name
        self.config = config
        self.hooks = hooks
        self.log = log
    }

    /// `plan`: what a start would do; hooks read their variables from it.
    package init(plan: StartPlan, log: LogWriter) {
        let mountPoint = plan.config.rootfs.mountPoint ?? InstalledPaths.rootfsMount
        self.init(
            lxcPath: plan.lxcPath, name: plan.name, config: plan.config,
            hooks: HookRunner(plan: plan, log: log, environment: HookEnvironment(plan, mountPoint: mountPoint, hasCgroupNamespaces: true)),
            log: log)
    }

    /// Runs the destroy hooks only.
    package func runHooks() throws(OperationFailure) { try hooks.run(.destroy, inside: false) }

    /// - Throws: ``OperationFailure``; what was removed until then is gone, a second call goes on.
    package func run() throws(OperationFailure) {
        try runHooks()
        guard config.rootfs.isManaged else { return }
        let directory = lxcPath + "/" + name
        try removeMapped(directory)
        // First: the configuration in the directory is what still knows of it when that fails.
        if let location = StorageLocation(config.rootfs) {
            do throws(StorageFailure) {
                try StorageBackends.backend(of: location).remove(location, directory: directory)
            } catch { throw OperationFailure(error, key: "lxc.rootfs.path", origin: config.rootfs.path?.origin) }
        }
        do throws(StorageFailure) { try StoragePlace.remove(directory) } catch { throw OperationFailure(error) }
    }

    /// Removes what belongs to the container's ids, over which an ordinary user has rights in a user namespace only.
    private func removeMapped(_ directory: String) throws(OperationFailure) {
        guard ProcessControl.effectiveUser != 0 else { return }
        let helper: MappedHelper
        // Whoever has no ids has no such files.
        do throws(OperationFailure) { helper = try MappedHelper(config.idMap) } catch { return }
        var trees = [directory]
        if let path = config.rootfs.plainPath, let location = StorageLocation(config.rootfs), location.kind == .dir, path.hasPrefix("/") {
            trees.insert(path, at: 0)
        }
        try helper.remove(trees)
    }
}
