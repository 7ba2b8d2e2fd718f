// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LinuxKernel

/// `lxc.mount.auto = cgroup...`: carries out the list that the cgroup module worked out.
struct CgroupMountStep: InitStep {
    let name = "mounting cgroups"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.hasRootfs, let planner = context.cgroupMounts else { return }
        for setting in context.config.mounts.automatic {
            let planned: [PlannedMount]
            do { planned = try planner.plan(setting.value) } catch {
                throw OperationFailure(
                    "cannot mount cgroups in the container", reason: error.description, key: "lxc.mount.auto", origin: setting.origin)
            }
            for mount in planned {
                do { try perform(mount, MountPerformer(context: context)) } catch {
                    var failure = error
                    failure.key = "lxc.mount.auto"
                    failure.origin = setting.origin
                    throw failure
                }
            }
        }
    }

    private func perform(_ planned: PlannedMount, _ performer: MountPerformer) throws(OperationFailure) {
        let what = "cannot mount a cgroup hierarchy on /\(planned.target)"
        let context = performer.context
        do { try context.rootfs.makeDirectories(planned.target) } catch { throw performer.failure(what, error, planned.target) }
        if planned.content == .directory { return }
        let mount = try attempting(what) { () throws(KernelError) in try make(planned, context.rootfs) }
        try performer.attach(mount, on: planned.target, what: what)
    }

    private func make(_ planned: PlannedMount, _ rootfs: DirectoryHandle) throws(KernelError) -> DetachedMount {
        switch planned.content {
        case .filesystem(let type, let options):
            let words = options.map { option in option.value.map { "\(option.name)=\($0)" } ?? option.name }
            return try DetachedMount(newInstanceOf: type, source: type, options: words, attributes: planned.attributes)
        case .itself, .directory:
            let place = try rootfs.open(planned.target, .path)
            let mount = try DetachedMount(copying: place, recursive: false, label: planned.target)
            try mount.change(set: planned.attributes)
            return mount
        case .bind(let source):
            let mount = try DetachedMount(copying: source, recursive: false)
            try mount.change(set: planned.attributes)
            return mount
        }
    }
}

/// Enters the container's v1 cgroups, in the v2 one the process was born, and makes the cgroup namespace that has them as its root.
///
/// The process does it itself: a lone thread may move itself at once, while for a move from outside the kernel waits, 6 to 16 ms
/// measured.
struct CgroupEntryStep: InitStep {
    let name = "entering the cgroups"

    func perform(_ context: InitContext) throws(OperationFailure) {
        do throws(CgroupError) {
            try context.cgroups?.enter(.payload, isBornInUnified: true)
            try ContainerCgroups.enter(through: context.cgroupEntrances)
        } catch { throw OperationFailure("cannot put the container into its cgroup", error) }
        // Directories and files of the host's hierarchies are not for what runs from here on.
        context.cgroups = nil
        context.cgroupEntrances = []
        if context.namespaces.unshared.contains(.cgroup) {
            try attempting("cannot make a cgroup namespace") { () throws(KernelError) in try Namespaces.unshare(.cgroup) }
        }
    }
}
