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
        let mount: DetachedMount
        switch planned.content {
        case .directory: return
        case .filesystem(let type, let options):
            let words = options.map { option in option.value.map { "\(option.name)=\($0)" } ?? option.name }
            mount = try attempting(what) { () throws(KernelError) in
                try DetachedMount(newInstanceOf: type, source: type, options: words, attributes: planned.attributes)
            }
        case .itself:
            mount = try attempting(what) { () throws(KernelError) in
                let place = try context.rootfs.open(planned.target, .path)
                return try DetachedMount(copying: place, recursive: false, label: planned.target)
            }
            try attempting(what) { () throws(KernelError) in try mount.change(set: planned.attributes) }
        case .bind(let source):
            mount = try attempting(what) { () throws(KernelError) in try DetachedMount(copying: source, recursive: false) }
            try attempting(what) { () throws(KernelError) in try mount.change(set: planned.attributes) }
        }
        try performer.attach(mount, on: planned.target, what: what)
    }
}
