// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Who made a namespace, and under which user namespace it is: `ioctl_ns(2)`. None of these requests waits or changes anything.
package enum NamespaceFamily {
    /// Which kind of namespace an open file of nsfs is.
    ///
    /// Kernel call: `ioctl(2)` `NS_GET_NSTYPE`, Linux 4.11.
    package static func kind(of namespace: borrowing OwnedDescriptor) throws(KernelError) -> NamespaceSet {
        let number = namespace.number
        return NamespaceSet(rawValue: try kernelCall("ioctl", "NS_GET_NSTYPE") { clinux_namespace_kind(number) })
    }

    /// The user namespace whose capabilities count for a namespace.
    ///
    /// - Throws: ``KernelError`` with `.notPermitted` when that is neither the caller's nor below it.
    ///
    /// Kernel call: `ioctl(2)` `NS_GET_USERNS`, Linux 4.9.
    package static func owner(of namespace: borrowing OwnedDescriptor) throws(KernelError) -> OwnedDescriptor {
        let number = namespace.number
        return OwnedDescriptor(owning: try kernelCall("ioctl", "NS_GET_USERNS") { clinux_namespace_owner(number) })
    }

    /// The user namespace above a user namespace.
    ///
    /// - Throws: ``KernelError`` with `.notPermitted` when that is neither the caller's nor below it.
    ///
    /// Kernel call: `ioctl(2)` `NS_GET_PARENT`, Linux 4.9.
    package static func parent(of user: borrowing OwnedDescriptor) throws(KernelError) -> OwnedDescriptor {
        let number = user.number
        return OwnedDescriptor(owning: try kernelCall("ioctl", "NS_GET_PARENT") { clinux_namespace_parent(number) })
    }

    /// The user who made a user namespace, as the caller's user namespace numbers users.
    ///
    /// Kernel call: `ioctl(2)` `NS_GET_OWNER_UID`, Linux 4.11.
    package static func creator(of user: borrowing OwnedDescriptor) throws(KernelError) -> UInt32 {
        let number = user.number
        var creator: uid_t = 0
        try kernelCommand("ioctl", "NS_GET_OWNER_UID") { clinux_namespace_creator(number, &creator) }
        return creator
    }
}
