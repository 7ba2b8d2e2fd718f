// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The filesystem in an image file or on a block device, as a mount that is not attached yet.
///
/// An image gets a loop device that goes with the last mount of it: nothing has to be undone, also when everything is killed.
enum BlockMount {
    /// What a path is, apart from a folder.
    enum Content { case image, device }

    /// Whether a path names an image or a block device; nil for anything else, also for what is not there.
    static func content(of path: String) throws(StorageFailure) -> Content? {
        switch try storing("cannot find \(path)", { () throws(KernelError) in try FileStatus.ifPresent(path) })?.kind {
        case .regular: .image
        case .blockDevice: .device
        default: nil
        }
    }

    /// Mounts the filesystem on `path`, an image or a block device.
    ///
    /// `options`: what the user wants of the filesystem.
    /// `isShared`: whether others may use it at the same time, so that nothing of it must be written, not even to repair it.
    static func of(_ path: String, _ options: MountOptions, isShared: Bool = false) throws(StorageFailure) -> DetachedMount {
        let what = "cannot mount \(path)"
        guard let content = try content(of: path) else {
            throw StorageFailure(
                what, reason: try isThere(path) ? "it is neither an image file nor a block device" : "there is no such file",
                errno: Errno.noSuchFileOrDirectory.rawValue, hint: "correct lxc.rootfs.path, or create the container again")
        }
        let wantsReadOnly = isShared || options.flags.contains(.readOnly)
        let opened = isShared ? try openShared(path, what) : try open(path, what, mayBeReadOnly: wantsReadOnly)
        var words = options.data.split(separator: ",").map(String.init)
        // Copies of an image have the same identity; XFS would mount only one of them at a time.
        if opened.type == "xfs", !words.contains("nouuid") { words.append("nouuid") }
        if wantsReadOnly || opened.isReadOnly { words.append("ro") }
        if content == .device {
            let type = opened.type
            // Some kernels mount no device that is open for writing.
            _ = consume opened
            return try mount(type, path, words, what)
        }
        let isFree = try storing(what) { () throws(KernelError) in
            try LoopDevice.reserve(opened.file, isReadOnly: opened.isReadOnly)
        }
        guard isFree else {
            throw StorageFailure(
                what, reason: "the image is in use", errno: Errno.resourceBusy.rawValue,
                hint: "another container runs on it; only one at a time can write to an image")
        }
        let device = try storing(what, hint: loopHint) { () throws(KernelError) in
            try LoopDevice(of: opened.file, isReadOnly: opened.isReadOnly, label: path)
        }
        let mount = try mount(opened.type, device.path, words, what)
        // Until the mount holds it.
        extendLifetime(device)
        return mount
    }

    /// A file that was looked at.
    private struct Opened: ~Copyable {
        let file: OwnedDescriptor
        let type: String
        let isReadOnly: Bool
    }

    private static let loopHint = "loop devices are needed: load the kernel's module with: modprobe loop"

    private static func isThere(_ path: String) throws(StorageFailure) -> Bool {
        try storing("cannot find \(path)") { () throws(KernelError) in try FileStatus.ifPresent(path) != nil }
    }

    private static func open(_ path: String, _ what: String, mayBeReadOnly: Bool) throws(StorageFailure) -> Opened {
        let file: OwnedDescriptor
        do throws(KernelError) {
            // Never waits, should somebody put a pipe in the file's place.
            file = try OwnedDescriptor(opening: path, [.readWrite, .nonBlocking, .noControllingTerminal])
        } catch {
            guard [.readOnlyFileSystem, .permissionDenied, .notPermitted].contains(error.errno) else { throw StorageFailure(what, error) }
            let opened = try openShared(path, what)
            guard mayBeReadOnly || FilesystemMagic.isReadOnly(opened.type) else {
                throw StorageFailure(what, error, hint: "add lxc.rootfs.options = ro if it is only to be read")
            }
            return opened
        }
        let type = try filesystem(in: file, what)
        return Opened(file: file, type: type, isReadOnly: FilesystemMagic.isReadOnly(type))
    }

    private static func openShared(_ path: String, _ what: String) throws(StorageFailure) -> Opened {
        let file = try storing(what) { () throws(KernelError) in
            try OwnedDescriptor(opening: path, [.readOnly, .nonBlocking, .noControllingTerminal])
        }
        let type = try filesystem(in: file, what)
        return Opened(file: file, type: type, isReadOnly: true)
    }

    private static func filesystem(in file: borrowing OwnedDescriptor, _ what: String) throws(StorageFailure) -> String {
        let bytes = try storing(what) { () throws(KernelError) in try file.beginning(FilesystemMagic.length) }
        switch FilesystemMagic(bytes) {
        case .filesystem(let type): return type
        case .ambiguous(let types):
            throw StorageFailure(
                what, reason: "it looks like \(types.joined(separator: " and like ")) at the same time",
                hint: "look at it with wipefs, and remove the mark of the filesystem that is gone")
        case .other(let name): throw StorageFailure(what, reason: "it is \(name), not a filesystem")
        case .unknown:
            throw StorageFailure(
                what, reason: bytes.allSatisfy { $0 == 0 } ? "it holds no filesystem" : "its filesystem is not known or damaged",
                hint: "make one with mkfs, or repair it with fsck")
        }
    }

    private static func mount(
        _ type: String, _ device: String, _ options: [String], _ what: String
    ) throws(StorageFailure) -> DetachedMount {
        let what = "\(what) as \(type)"
        do throws(KernelError) {
            return try DetachedMount(newInstanceOf: type, source: device, options: options, attributes: [])
        } catch {
            guard error.errno == .operationNotSupportedByDevice, error.call == "fsopen" else {
                throw StorageFailure(what, error, hint: hint(error))
            }
            // The driver of ext4 takes the older two as well, and their names only where it was built to.
            guard ["ext2", "ext3"].contains(type) else {
                throw StorageFailure(what, reason: "the kernel has no \(type)", errno: error.errno.rawValue, hint: "modprobe \(type)")
            }
            return try storing(what) { () throws(KernelError) in
                try DetachedMount(newInstanceOf: "ext4", source: device, options: options, attributes: [])
            }
        }
    }

    private static func hint(_ error: KernelError) -> String? {
        // EUCLEAN has no name in every C library: "structure needs cleaning".
        let isDamaged =
            error.call == "fsconfig" && [Errno.invalidArgument, .ioError, .badMessage, Errno(rawValue: 117)].contains(error.errno)
        return isDamaged ? "the filesystem may be damaged: see dmesg, and repair it with fsck; or an option of it may be wrong" : nil
    }
}
