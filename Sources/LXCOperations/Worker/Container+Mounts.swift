// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// Only in a process of its own, which is in the container's mount namespace afterwards.
extension Container {
    /// Mounts something of the host in the running container.
    ///
    /// It is made detached on the host and then moved onto a place that is walked beneath the container's root, through no link.
    func inject(_ injection: MountInjection) throws(LXCError) {
        let what = "cannot mount \(injection.source ?? injection.type ?? "") on \(injection.target) in \(name)"
        let handle = try asking(what) { () throws(ControlError) in try client.initPIDFD() }
        try attempt(what) { () throws(KernelError) in
            let mount = try Self.detached(injection)
            try Namespaces.enter(handle.number, .mount, label: "mount namespace of \(name)")
            let root = try DirectoryHandle(opening: "/")
            try mount.attach(to: root.open(injection.target, .path), subject: injection.target)
        }
    }

    private static func detached(_ injection: MountInjection) throws(KernelError) -> DetachedMount {
        let isCopy = injection.flags & bind != 0 || injection.type == nil || injection.type == ""
        guard isCopy, let source = injection.source else {
            let options = (injection.data ?? "").split(separator: ",").map(String.init)
            return try DetachedMount(
                newInstanceOf: injection.type ?? "", source: injection.source ?? injection.type ?? "", options: options,
                attributes: attributes(injection.flags))
        }
        let mount = try DetachedMount(copying: source, recursive: injection.flags & recursive != 0)
        try mount.change(set: attributes(injection.flags))
        return mount
    }

    /// Unmounts something in the running container. `flags`: `MNT_*`.
    func unmount(_ target: String, _ flags: Int) throws(LXCError) {
        let what = "cannot unmount \(target) in \(name)"
        let handle = try asking(what) { () throws(ControlError) in try client.initPIDFD() }
        try attempt(what) { () throws(KernelError) in
            try Namespaces.enter(handle.number, .mount, label: "mount namespace of \(name)")
            try MountPoint.unmount(target, flags: Int32(truncatingIfNeeded: flags))
        }
    }

    /// `MS_BIND` and `MS_REC` of mount(2).
    private static let bind = 0x1000
    private static let recursive = 0x4000

    private static func attributes(_ flags: Int) -> MountAttributes {
        var attributes: MountAttributes = []
        if flags & 0x1 != 0 { attributes.insert(.readOnly) }
        if flags & 0x2 != 0 { attributes.insert(.noSetID) }
        if flags & 0x4 != 0 { attributes.insert(.noDevices) }
        if flags & 0x8 != 0 { attributes.insert(.noExecute) }
        if flags & 0x400 != 0 { attributes.insert(.noAccessTime) }
        return attributes
    }
}
