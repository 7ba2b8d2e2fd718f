// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A mount that is not (yet) attached anywhere: it is configured first and then put on a verified place.
///
/// Kernel calls: `open_tree(2)`, `fsopen(2)`, `fsconfig(2)`, `fsmount(2)`, `move_mount(2)`, Linux 5.2; `mount_setattr(2)`, 5.12.
/// The descriptor stays a handle on the mount after it has been attached.
package struct DetachedMount: ~Copyable {
    package let descriptor: OwnedDescriptor
    /// How errors name the mount.
    package let label: String

    package init(owning descriptor: consuming OwnedDescriptor, label: String) {
        self.descriptor = descriptor
        self.label = label
    }

    package var number: Int32 { descriptor.number }

    /// Gives the mount to another owner; one that was never attached goes with the last descriptor.
    package consuming func takeDescriptor() -> OwnedDescriptor { descriptor }

    /// A copy of an existing tree, as a bind mount makes it, of a path of the host.
    package init(copying path: String, recursive: Bool) throws(KernelError) {
        let raw = try kernelCall("open_tree", path) {
            path.withKernelString { clinux_open_tree(AT_FDCWD, $0, Self.copyFlags(recursive: recursive)) }
        }
        self.init(owning: OwnedDescriptor(owning: raw), label: path)
    }

    /// A copy of the tree at an open place.
    ///
    /// `place`: a descriptor opened with `O_PATH`, or a mount.
    package init(copying place: borrowing OwnedDescriptor, recursive: Bool, label: String) throws(KernelError) {
        let number = place.number
        let raw = try kernelCall("open_tree", label) { clinux_open_tree(number, "", Self.copyFlags(recursive: recursive) | 0x1000) }
        self.init(owning: OwnedDescriptor(owning: raw), label: label)
    }

    /// A new instance of a filesystem.
    ///
    /// `options`: `key=value` or bare flags, as in the fourth field of fstab.
    /// `attributes`: attributes of the mount from birth.
    /// Throws ``KernelError``; when the filesystem logged a reason, the explanation carries it.
    package init(
        newInstanceOf type: String, source: String, options: [String], attributes: MountAttributes
    ) throws(KernelError) {
        let context = try Self.openContext(type)
        let number = context.number
        do {
            try Self.configure(number, 1, "source", source)
            for option in options where !option.isEmpty {
                if let equals = option.firstIndex(of: "=") {
                    try Self.configure(number, 1, String(option[..<equals]), String(option[option.index(after: equals)...]))
                } else {
                    try kernelCommand("fsconfig", option) { option.withKernelString { clinux_fsconfig(number, 0, $0, nil, 0) } }
                }
            }
            try kernelCommand("fsconfig", type) { clinux_fsconfig(number, 6, nil, nil, 0) }
        } catch {
            throw KernelError(call: error.call, errno: error.errno, subject: error.subject, explanation: Self.logged(context))
        }
        let raw = try kernelCall("fsmount", type) { clinux_fsmount(number, 1, UInt32(truncatingIfNeeded: attributes.rawValue)) }
        self.init(owning: OwnedDescriptor(owning: raw), label: type)
    }

    private static func openContext(_ type: String) throws(KernelError) -> OwnedDescriptor {
        do throws(KernelError) {
            return OwnedDescriptor(owning: try kernelCall("fsopen", type) { type.withKernelString { clinux_fsopen($0, 1) } })
        } catch {
            guard error.errno == .operationNotSupportedByDevice else { throw error }
            throw KernelError(call: error.call, errno: error.errno, subject: type, explanation: "this kernel has no filesystem \(type)")
        }
    }

    private static func configure(_ context: Int32, _ command: UInt32, _ key: String, _ value: String) throws(KernelError) {
        try kernelCommand("fsconfig", "\(key)=\(value)") {
            key.withKernelString { key in value.withKernelString { clinux_fsconfig(context, command, key, $0, 0) } }
        }
    }

    /// The filesystem's own words, which the kernel keeps in the context's log; nil when it says nothing.
    private static func logged(_ context: borrowing OwnedDescriptor) -> String? {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = CLinux.read(context.number, &bytes, bytes.count)
        // Each message begins with its level: an e and a blank.
        guard count > 2 else { return nil }
        return String(kernelBytes: bytes[2..<count].filter { $0 >= 0x20 })
    }

    private static func copyFlags(recursive: Bool) -> UInt32 { 1 | 0x80000 | (recursive ? 0x8000 : 0) }

    /// Changes attributes and propagation.
    ///
    /// Access-time attributes are one field: setting one of them clears the others.
    package func change(
        set: MountAttributes = [], clear: MountAttributes = [], propagation: PropagationKind? = nil, recursive: Bool = false
    ) throws(KernelError) {
        try MountPoint.change(number, label: label, set: set, clear: clear, propagation: propagation, recursive: recursive)
    }

    /// Shows files with their owners mapped through a user namespace.
    ///
    /// `namespace`: an open user namespace that is not the initial one.
    package func mapOwners(through namespace: Int32, recursive: Bool) throws(KernelError) {
        var attributes = clinux_mount_attributes(
            set: MountAttributes.idMapped.rawValue, clear: 0, propagation: 0, user_namespace: UInt64(UInt32(bitPattern: namespace)))
        let number = number
        try kernelCommand("mount_setattr", label) {
            clinux_mount_setattr(number, "", 0x1000 | (recursive ? 0x8000 : 0), &attributes)
        }
    }

    /// Attaches the mount on an open place.
    ///
    /// `place`: a descriptor opened with `O_PATH`; what it names was verified by the caller and cannot be exchanged any more.
    package func attach(to place: borrowing OwnedDescriptor, subject: String) throws(KernelError) {
        let from = number
        let to = place.number
        try kernelCommand("move_mount", subject) { clinux_move_mount(from, "", to, "", 0x04 | 0x40) }
    }

    /// Attaches the mount on a path of the host that the caller trusts.
    package func attach(toPath path: String) throws(KernelError) {
        let from = number
        try kernelCommand("move_mount", path) {
            path.withKernelString { clinux_move_mount(from, "", AT_FDCWD, $0, 0x04 | 0x10) }
        }
    }

    /// A handle on the mount's root directory.
    package func directory() throws(KernelError) -> DirectoryHandle {
        DirectoryHandle(owning: try descriptor.duplicate(), label: label)
    }
}
