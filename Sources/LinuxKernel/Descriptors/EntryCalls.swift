// SPDX-License-Identifier: Apache-2.0
import CLinux

// Everything here works on one name directly in an open directory, and never follows a link that has the name. Errors name the entry only;
// who knows the directory's path says it with `KernelError.about(_:)`.

extension OwnedDescriptor {
    /// Opens an entry of this directory as a place, whatever it is; nil when there is none.
    ///
    /// - Parameters:
    ///   - name: The entry.
    ///   - crossingMounts: Whether something mounted at the name is opened, too.
    /// - Returns: A descriptor for which nothing of the entry was touched.
    /// - Throws: ``KernelError``, `.improperLink` when something is mounted at the name and `crossingMounts` is false.
    ///
    /// Kernel call: `openat2(2)` with `O_PATH`, `RESOLVE_NO_XDEV`.
    package func place(of name: EntryName, crossingMounts: Bool = false) throws(KernelError) -> OwnedDescriptor? {
        try openIfPresent(name, OpenFlags.path.rawValue, resolve: crossingMounts ? 0 : UInt64(RESOLVE_NO_XDEV))
    }

    /// Opens an entry; nil when there is none.
    private func openIfPresent(_ name: EntryName, _ flags: Int32, resolve: UInt64) throws(KernelError) -> OwnedDescriptor? {
        let number = number
        let flags = UInt64(UInt32(bitPattern: flags | O_NOFOLLOW | O_CLOEXEC))
        do throws(KernelError) {
            return OwnedDescriptor(
                owning: try kernelCall("openat2", name.text) { name.withPointer { clinux_openat2(number, $0, flags, 0, resolve) } })
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
    }

    /// Opens for reading what this descriptor, open as a place, stands for, without leaving a trace in its access time where that is allowed.
    ///
    /// Only for what is known to be a regular file or a directory: opening a device does something.
    /// Kernel call: `open(2)` by way of `/proc/self/fd`, so that it is the same file whatever its name is by now.
    package func reopenedForReading() throws(KernelError) -> OwnedDescriptor {
        let number = number
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        do throws(KernelError) {
            return OwnedDescriptor(
                owning: try kernelCall("open", "descriptor \(number)") { clinux_reopen(number, flags | CLINUX_O_NOATIME) })
        } catch {
            // Only the owner may ask for that.
            guard error.errno == .notPermitted else { throw error }
            return OwnedDescriptor(owning: try kernelCall("open", "descriptor \(number)") { clinux_reopen(number, flags) })
        }
    }

    /// Opens an entry that is a directory for reading. Kernel call: `openat(2)` with `O_NOFOLLOW`.
    package func openDirectory(_ name: EntryName) throws(KernelError) -> OwnedDescriptor {
        let number = number
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        return OwnedDescriptor(
            owning: try kernelCall("openat", name.text) { name.withPointer { clinux_openat(number, $0, flags, 0) } })
    }

    /// As ``openDirectory(_:)``; nil when there is no such entry.
    ///
    /// - Parameter name: The entry.
    /// - Returns: A descriptor to read the directory with.
    /// - Throws: ``KernelError``: `.improperLink` when something is mounted at the name, `.notDirectory`, also for a link.
    ///
    /// Kernel call: `openat2(2)` with `RESOLVE_NO_XDEV`.
    package func directory(_ name: EntryName) throws(KernelError) -> OwnedDescriptor? {
        try openIfPresent(name, O_RDONLY | O_DIRECTORY, resolve: UInt64(RESOLVE_NO_XDEV))
    }

    /// Makes a directory. Kernel call: `mkdirat(2)`.
    package func makeDirectory(_ name: EntryName, mode: UInt32) throws(KernelError) {
        let number = number
        try kernelCommand("mkdirat", name.text) { name.withPointer { mkdirat(number, $0, mode) } }
    }

    /// Makes an empty file and opens it for writing; `.fileExists` when the name is taken. Kernel call: `openat(2)` with `O_EXCL`.
    package func makeFile(_ name: EntryName, mode: UInt32) throws(KernelError) -> OwnedDescriptor {
        let number = number
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        return OwnedDescriptor(
            owning: try kernelCall("openat", name.text) { name.withPointer { clinux_openat(number, $0, flags, mode) } })
    }

    /// Makes a device, a named pipe or a socket without a listener.
    ///
    /// - Parameters:
    ///   - name: The entry.
    ///   - kind: Anything else is refused as `.invalidArgument`.
    ///   - mode: Permission bits, before the umask.
    ///   - device: The number of a device.
    /// - Throws: ``KernelError``, `.notPermitted` for a device in a user namespace.
    ///
    /// Kernel call: `mknodat(2)`.
    package func makeNode(_ name: EntryName, _ kind: FileStatus.Kind, mode: UInt32, device: UInt64) throws(KernelError) {
        let type: Int32
        switch kind {
        case .characterDevice: type = S_IFCHR
        case .blockDevice: type = S_IFBLK
        case .fifo: type = S_IFIFO
        case .socket: type = S_IFSOCK
        case .regular, .directory, .symbolicLink, .unknown:
            throw KernelError(call: "mknodat", errno: .invalidArgument, subject: name.text)
        }
        let number = number
        try kernelCommand("mknodat", name.text) {
            name.withPointer { mknodat(number, $0, UInt32(bitPattern: type) | mode, dev_t(device)) }
        }
    }

    /// The bytes of the symbolic link that this descriptor, open as a place, stands for. Kernel call: `readlinkat(2)` with an empty path.
    package func linkTarget() throws(KernelError) -> EntryName {
        let number = number
        var target: [UInt8] = []
        // The kernel's limit is a page with its NUL.
        _ = try kernelCall("readlinkat", "descriptor \(number)") {
            target.fill(upTo: 4096) { room, size in
                room.withMemoryRebound(to: CChar.self, capacity: size) { readlinkat(number, "", $0, size) }
            }
        }
        return EntryName(target)
    }

    /// Makes a symbolic link. Kernel call: `symlinkat(2)`.
    package func makeSymbolicLink(_ name: EntryName, to target: EntryName) throws(KernelError) {
        let number = number
        try kernelCommand("symlinkat", name.text) {
            target.withPointer { target in name.withPointer { symlinkat(target, number, $0) } }
        }
    }

    /// Gives an entry of this directory another name in `directory`. Kernel call: `linkat(2)`.
    package func makeHardLink(_ name: EntryName, as newName: EntryName, in directory: borrowing OwnedDescriptor) throws(KernelError) {
        let (number, target) = (number, directory.number)
        try kernelCommand("linkat", newName.text) {
            name.withPointer { name in newName.withPointer { linkat(number, name, target, $0, 0) } }
        }
    }

    /// Moves an entry of this directory to a name in `directory` that is not taken, which the caller knows. Kernel call: `renameat(2)`.
    package func moveEntry(_ name: EntryName, to newName: EntryName, in directory: borrowing OwnedDescriptor) throws(KernelError) {
        let (number, target) = (number, directory.number)
        try kernelCommand("renameat", newName.text) {
            name.withPointer { name in newName.withPointer { renameat(number, name, target, $0) } }
        }
    }

    /// Removes an entry. Kernel call: `unlinkat(2)`.
    package func removeEntry(_ name: EntryName, isDirectory: Bool = false) throws(KernelError) {
        let number = number
        try kernelCommand("unlinkat", name.text) { name.withPointer { unlinkat(number, $0, isDirectory ? AT_REMOVEDIR : 0) } }
    }
}

extension KernelError {
    /// The same failure under the path that the user knows.
    package func about(_ subject: String) -> KernelError {
        KernelError(call: call, errno: errno, subject: subject, explanation: explanation)
    }
}
