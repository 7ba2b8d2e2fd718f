// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// `lxc.mount.auto`: proc and sys with their read-only parts, and the directory for later mounts.
struct AutomaticMountStep: InitStep {
    let name = "mounting proc and sys"

    func perform(_ context: InitContext) throws(OperationFailure) {
        let performer = MountPerformer(context: context)
        for mount in context.config.mounts.automatic {
            do {
                switch mount.value {
                case .proc(let mode): try mountProc(mode, performer)
                case .sys(let mode): try mountSys(mode, performer)
                case .shmounts(let host, let container): try mountShared(host, container, performer)
                case .cgroup, .cgroup2: continue
                }
            } catch {
                var failure = error
                failure.key = "lxc.mount.auto"
                failure.origin = mount.origin
                throw failure
            }
        }
    }

    private func mountProc(_ mode: AutomaticMount.ProcMode, _ performer: MountPerformer) throws(OperationFailure) {
        let context = performer.context
        try makePlace("proc", context)
        let proc = try attempting("cannot make a proc filesystem") { () throws(KernelError) in
            try DetachedMount(newInstanceOf: "proc", source: "proc", options: [], attributes: .harmless)
        }
        try performer.attach(proc, on: "proc", what: "cannot mount proc on /proc")
        guard mode == .mixed else { return }
        let dropped = CapabilityDrop.dropped(context.config.security)
        let keepsNetAdmin = !dropped.contains(.netAdmin)
        // The copy of /proc/sys/net is taken while everything is still writable; it goes back on top at the end.
        try protect("sys", of: proc, on: "proc/sys", keeping: keepsNetAdmin ? "sys/net" : nil, performer)
        try protect("sysrq-trigger", of: proc, on: "proc/sysrq-trigger", keeping: nil, performer)
    }

    /// Covers a part of proc with a read-only view of itself; one piece of it may stay writable.
    private func protect(
        _ path: String, of proc: borrowing DetachedMount, on target: String, keeping writable: String?, _ performer: MountPerformer
    ) throws(OperationFailure) {
        let what = "cannot make /\(target) read-only"
        let root = try attempting(what) { () throws(KernelError) in try proc.directory() }
        guard try attempting(what, { () throws(KernelError) in try root.status(path) }) != nil else { return }
        var kept: DetachedMount?
        if let writable {
            kept = try attempting(what) { () throws(KernelError) in
                try DetachedMount(copying: root.open(writable, .path), recursive: false, label: writable)
            }
        }
        let view = try attempting(what) { () throws(KernelError) in
            let view = try DetachedMount(copying: root.open(path, .path), recursive: false, label: path)
            try view.change(set: .readOnly)
            return view
        }
        try performer.attach(view, on: target, what: what)
        if let kept { try performer.attach(kept, on: "proc/" + (writable ?? ""), what: what) }
    }

    private func mountSys(_ mode: AutomaticMount.SysMode, _ performer: MountPerformer) throws(OperationFailure) {
        try makePlace("sys", performer.context)
        let attributes: MountAttributes = mode == .mixed ? .harmless : []
        let isForbidden = performer.context.isMapped && !performer.context.namespaces.born.contains(.network)
        let sys = try attempting(
            "cannot make a sysfs",
            hint: isForbidden ? "a container that shares the host's network cannot mount sysfs in a user namespace" : nil
        ) { () throws(KernelError) in
            try DetachedMount(newInstanceOf: "sysfs", source: "sysfs", options: [], attributes: attributes)
        }
        try performer.attach(sys, on: "sys", what: "cannot mount sysfs on /sys")
        guard mode != .readWrite else { return }
        let what = "cannot make /sys read-only"
        var devices: DetachedMount?
        if mode == .mixed {
            devices = try attempting(what) { () throws(KernelError) in
                let root = try sys.directory()
                return try DetachedMount(copying: root.open("devices/virtual/net", .path), recursive: false, label: "devices/virtual/net")
            }
        }
        try attempting(what) { () throws(KernelError) in try sys.change(set: .readOnly) }
        if let devices { try performer.attach(devices, on: "sys/devices/virtual/net", what: what) }
    }

    private func mountShared(_ host: String, _ container: String, _ performer: MountPerformer) throws(OperationFailure) {
        let what = "cannot mount \(host) on \(container)"
        let target = container.drop { $0 == "/" }
        try attempting(what) { () throws(KernelError) in try performer.context.rootfs.makeDirectories(String(target)) }
        let mount = try attempting(what, hint: "create the directory \(host), shared for mounts", for: [.noSuchFileOrDirectory]) {
            () throws(KernelError) in
            try DetachedMount(copying: host, recursive: true)
        }
        try performer.attach(mount, on: String(target), what: what)
    }

    private func makePlace(_ name: String, _ context: InitContext) throws(OperationFailure) {
        do { try context.rootfs.makeDirectories(name) } catch {
            throw MountPerformer(context: context).failure("cannot make the directory /\(name)", error, name)
        }
    }
}

/// `lxc.mount.fstab` and `lxc.mount.entry`, in file order.
struct MountEntryStep: InitStep {
    let name = "mounting the configured entries"

    func perform(_ context: InitContext) throws(OperationFailure) {
        let performer = MountPerformer(context: context)
        if let fstab = context.config.mounts.fstab {
            let entries: [Sourced<MountEntry>]
            do { entries = try FstabFile.read(fstab.value, namedAt: fstab.origin) } catch { throw OperationFailure(error) }
            for entry in entries { try performer.perform(entry, key: "lxc.mount.fstab") }
        }
        for entry in context.config.mounts.entries { try performer.perform(entry, key: "lxc.mount.entry") }
        guard context.config.security.apparmorAllowNesting, isHarmless(context) else { return }
        let key = "lxc.apparmor.allow_nesting"
        for line in ["proc dev/.lxc/proc proc create=dir,optional 0 0", "sys dev/.lxc/sys sysfs create=dir,optional 0 0"] {
            let entry: MountEntry
            do { entry = try MountEntry(parsing: line) } catch {
                throw OperationFailure("cannot read \(line)", reason: error.reason, key: key)
            }
            try performer.perform(Sourced(entry, context.origin(key) ?? ConfigOrigin()), key: key)
        }
    }

    /// The complete proc and sysfs that containers in the container take are for nobody's eyes: a profile denies them, or they are those of
    /// a user namespace. Without either a container would have the host's switches in its hands.
    private func isHarmless(_ context: InitContext) -> Bool {
        if case .apparmor = context.label { return true }
        return context.isMapped
    }
}
