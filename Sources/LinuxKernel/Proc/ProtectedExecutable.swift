// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A program of ours that is executed where a container can see it: `/proc/PID/exe` then leads to a view that nobody can write.
///
/// CVE-2019-5736: a process of the container that opens `/proc/PID/exe` of a host program could overwrite the program. The
/// program is therefore executed from a private read-only mount of its file, or, without the right to mount, from a sealed copy in memory.
package enum ProtectedExecutable {
    /// Opens a program for execution by descriptor.
    package static func open(_ path: String) throws(KernelError) -> OwnedDescriptor {
        do {
            let mount = try DetachedMount(copying: path, recursive: false)
            try mount.change(set: [.readOnly, .noSetID, .noDevices])
            // O_PATH is enough for execveat(2); a readable descriptor would not be.
            return try mount.descriptor.duplicate()
        } catch {
            // An ordinary user cannot mount.
            let content = try WholeFile.read(path, limit: 256 << 20)
            return try MemoryFile.make("lxc-program", content)
        }
    }

    /// Whether the running program was executed from such a view already.
    package static func isProtected() throws(KernelError) -> Bool {
        let own = try OwnedDescriptor(opening: "/proc/self/exe", .path)
        let number = own.number
        var isReadOnly: Int32 = 0
        try kernelCommand("fstatvfs", "/proc/self/exe") { clinux_is_read_only(number, &isReadOnly) }
        var seals: Int32 = 0
        if isReadOnly == 0, let file = try? OwnedDescriptor(opening: "/proc/self/exe", .readOnly) {  // unreadable means not sealed
            seals = clinux_seals(file.number)
        }
        return isReadOnly != 0 || seals > 0 && seals & 8 != 0
    }
}
