// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A file as a block device, `loop(4)`, for as long as this value or a mount uses it: the kernel lets go of the file with the last user,
/// however that one ends.
///
/// Kernel calls: `ioctl(2)` `LOOP_CTL_GET_FREE` and, Linux 5.8, `LOOP_CONFIGURE` with `LO_FLAGS_AUTOCLEAR`.
package struct LoopDevice: ~Copyable {
    /// The number behind `/dev/loop`.
    package let number: Int32
    /// Leads to the device while this value lives; `/dev/loopN` where that exists.
    package let path: String
    private let device: OwnedDescriptor
    /// Holds the node of a device that has none in `/dev`.
    private let node: DirectoryHandle?

    /// Others take devices too: each round asks for a free one anew.
    private static let attempts = 200

    /// Makes a device of an open file.
    ///
    /// - Parameters:
    ///   - image: A regular file, opened as it will be used.
    ///   - isReadOnly: Whether the device refuses to be written.
    ///   - label: The file's path, for whoever lists the devices of the machine.
    /// - Throws: ``KernelError``; `.resourceBusy` when others always are faster, `.noSuchFileOrDirectory` without loop devices.
    package init(of image: borrowing OwnedDescriptor, isReadOnly: Bool, label: String) throws(KernelError) {
        let control = try OwnedDescriptor(opening: "/dev/loop-control", .readWrite)
        let (file, controller) = (image.number, control.number)
        // The kernel keeps 63 bytes of the name; the end of a path tells more than its beginning.
        let name = String(kernelBytes: label.kernelBytes.suffix(63))
        var attempt = 0
        while true {
            do {
                let number = try kernelCall("ioctl", "/dev/loop-control") { clinux_loop_free_number(controller) }
                let place = try Self.place(of: number)
                let device = try OwnedDescriptor(opening: place.path, isReadOnly ? .readOnly : .readWrite)
                let raw = device.number
                try kernelCommand("ioctl", "/dev/loop\(number)") {
                    name.withKernelString { clinux_loop_configure(raw, file, isReadOnly ? 1 : 0, $0) }
                }
                // Some kernels mount no device that is open for writing.
                self.device = try OwnedDescriptor(opening: place.path, .readOnly)
                self.number = number
                self.path = place.path
                node = place.node
                return
            } catch {
                // Somebody else took the device, or removed it.
                attempt += 1
                guard [.resourceBusy, .noSuchAddressOrDevice].contains(error.errno), attempt < Self.attempts else { throw error }
                (MonotonicInstant.now + .milliseconds(1)).sleep()
            }
        }
    }

    /// Takes the right to use a file as a device, which the kernel keeps as long as the device does: two devices of one file would each
    /// have their own idea of its content. Reading is shared.
    ///
    /// - Returns: Whether nobody else uses the file in a way that forbids it; a device on its way out is waited for.
    ///
    /// Kernel call: `flock(2)`.
    package static func reserve(_ image: borrowing OwnedDescriptor, isReadOnly: Bool) throws(KernelError) -> Bool {
        let number = image.number
        let deadline = MonotonicInstant.now + .seconds(1)
        while true {
            do throws(KernelError) {
                try kernelCommand("flock", "descriptor \(number)") {
                    isReadOnly ? clinux_try_shared_flock(number) : clinux_try_flock(number)
                }
                return true
            } catch {
                // Some network filesystems have no locks.
                if [.notSupportedOnSocket, .noFunction, .invalidArgument, Errno(rawValue: ENOLCK)].contains(error.errno) { return true }
                guard error.errno == .resourceTemporarilyUnavailable else { throw error }
                if deadline.hasPassed { return false }
            }
            (MonotonicInstant.now + .milliseconds(10)).sleep()
        }
    }

    /// A path to the device; where `/dev` has none, as in a container, a node on a filesystem that nobody else sees.
    private static func place(of number: Int32) throws(KernelError) -> (path: String, node: DirectoryHandle?) {
        let name = "loop\(number)"
        let device = DeviceNumber(major: UInt32(CLINUX_LOOP_MAJOR), minor: UInt32(bitPattern: number))
        let usual = "/dev/" + name
        if let status = try FileStatus.ifPresent(usual), status.kind == .blockDevice, status.deviceNumber == device.rawValue {
            return (usual, nil)
        }
        let folder = try DetachedMount(newInstanceOf: "tmpfs", source: "loop", options: ["size=4k", "mode=700"], attributes: []).directory()
        try folder.makeNode(name, kind: UInt32(S_IFBLK), mode: 0o600, major: device.major, minor: device.minor)
        return ("/proc/self/fd/\(folder.number)/\(name)", folder)
    }
}
