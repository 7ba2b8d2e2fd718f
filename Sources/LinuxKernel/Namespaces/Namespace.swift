// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Kinds of namespaces; raw values are the kernel's `CLONE_NEW*` flags.
package struct NamespaceSet: OptionSet, Sendable, Hashable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }
    /// The standard library's own looks conformances up by name, 30 µs in a program that lives for a thousand.
    package init(arrayLiteral elements: NamespaceSet...) { rawValue = elements.reduce(0) { $0 | $1.rawValue } }

    package static let mount = NamespaceSet(rawValue: 0x0002_0000)
    package static let cgroup = NamespaceSet(rawValue: 0x0200_0000)
    package static let uts = NamespaceSet(rawValue: 0x0400_0000)
    package static let ipc = NamespaceSet(rawValue: 0x0800_0000)
    package static let user = NamespaceSet(rawValue: 0x1000_0000)
    package static let pid = NamespaceSet(rawValue: 0x2000_0000)
    package static let network = NamespaceSet(rawValue: 0x4000_0000)
    package static let time = NamespaceSet(rawValue: 0x0000_0080)

    /// Every kind with the name of its file in `/proc/PID/ns`, in the order in which they are entered: user first.
    package static let all: [(kind: NamespaceSet, file: String)] = [
        (.user, "user"), (.mount, "mnt"), (.pid, "pid"), (.uts, "uts"), (.ipc, "ipc"), (.network, "net"), (.cgroup, "cgroup"),
        (.time, "time"),
    ]

    var cloneFlags: Int32 { rawValue }
}

extension NamespaceSet: CustomStringConvertible {
    package var description: String { Self.all.filter { contains($0.kind) }.map { $0.file }.joined(separator: " ") }
}

/// Joining and leaving namespaces. The caller must be single-threaded for user and mount namespaces.
package enum Namespaces {
    /// Kernel call: `setns(2)`; with a pidfd several kinds at once since Linux 5.8.
    package static func enter(_ descriptor: Int32, _ kinds: NamespaceSet, label: String) throws(KernelError) {
        try kernelCommand("setns", label) { clinux_setns(descriptor, kinds.rawValue) }
    }

    /// Kernel call: `unshare(2)`.
    package static func unshare(_ kinds: NamespaceSet) throws(KernelError) {
        try kernelCommand("unshare", "\(kinds)") { clinux_unshare(kinds.rawValue) }
    }

    /// Opens a namespace of a process.
    package static func open(_ file: String, of pid: Int32) throws(KernelError) -> OwnedDescriptor {
        try OwnedDescriptor(opening: "/proc/\(pid)/ns/\(file)", .readOnly)
    }

    /// Sets the host name of the caller's UTS namespace. Kernel call: `sethostname(2)`.
    package static func setHostName(_ name: String) throws(KernelError) {
        let length = name.kernelBytes.count
        try kernelCommand("sethostname", name) { name.withKernelString { sethostname($0, length) } }
    }

    /// Brings the loopback device of the caller's network namespace up. Kernel call: `ioctl(2)` `SIOCSIFFLAGS`.
    package static func bringLoopbackUp() throws(KernelError) {
        let socket = OwnedDescriptor(
            owning: try kernelCall("socket", "loopback") {
                CLinux.socket(AF_INET, Int32(CLINUX_SOCK_DGRAM | CLINUX_SOCK_CLOEXEC), 0)
            })
        let number = socket.number
        try kernelCommand("ioctl", "loopback device") { clinux_loopback_up(number) }
    }
}
