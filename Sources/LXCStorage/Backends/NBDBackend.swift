// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// A root filesystem on a network block device that somebody has connected.
///
/// Connecting an image takes `qemu-nbd`, which goes on running for as long as the device is used. Started here it would run in the
/// container's process namespace with the host's rights, where the container could take it over; so that is left to the host.
package final class NBDBackend: StorageBackend {
    package let kind = StorageKind.nbd

    package init() {}

    /// Always fails, as with C LXC.
    package func create(_ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        throw StorageFailure(
            "cannot make storage on nbd", reason: "an existing image is needed", hint: "use -B loop, or make an image with qemu-img")
    }

    /// Always fails.
    package func snapshot(_ original: StorageLocation, _ order: StorageOrder) throws(StorageFailure) -> StorageLocation {
        throw StorageFailure(
            "cannot make a snapshot of \(original.text)", reason: "snapshots on nbd are not supported", hint: "make a full copy instead")
    }

    /// The filesystem on the connected device.
    package func mount(
        _ location: StorageLocation, _ options: MountOptions, stage: String
    ) throws(StorageFailure) -> DetachedMount {
        guard try BlockMount.content(of: location.source) == .device else {
            throw StorageFailure(
                "cannot mount \(location.text)", reason: "it is not a block device",
                hint: "connect the image with: qemu-nbd -c /dev/nbd0 IMAGE; and write lxc.rootfs.path = nbd:/dev/nbd0 or nbd:/dev/nbd0p1")
        }
        return try BlockMount.of(location.source, options)
    }

    /// The image or device was not made for this container.
    package func remove(_ location: StorageLocation, directory: String) {}
}
