// SPDX-License-Identifier: Apache-2.0
import LXCOperations

/// How something is mounted in a container.
public struct MountFlags: OptionSet, Sendable, Hashable {
    /// As for mount(2).
    public let rawValue: Int

    /// Flags by their numbers.
    ///
    /// - Parameter rawValue: As for mount(2).
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Nothing can be written.
    public static let readOnly = MountFlags(rawValue: 0x1)
    /// Programs do not get the rights of their files' owners.
    public static let noSetID = MountFlags(rawValue: 0x2)
    /// Device files cannot be opened.
    public static let noDevices = MountFlags(rawValue: 0x4)
    /// Nothing can be executed.
    public static let noExecute = MountFlags(rawValue: 0x8)
    /// The time of the last reading is not kept.
    public static let noAccessTime = MountFlags(rawValue: 0x400)
    /// A file or directory of the host, and no filesystem of its own.
    public static let bind = MountFlags(rawValue: 0x1000)
    /// With ``bind``: with everything that is mounted below it.
    public static let recursive = MountFlags(rawValue: 0x4000)
}

extension Container {
    /// Makes a device file in the running container, and allows it to use the device.
    ///
    /// - Parameters:
    ///   - device: A device file of the host, which says what type, numbers and permissions the new one has.
    ///   - path: In the container, absolute; nil for the same as on the host.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func addDevice(_ device: String, at path: String? = nil) throws(LXCError) {
        try perform(.addDeviceNode(device, target: path))
    }

    /// Removes a device file from the running container, and forbids it to use the device.
    ///
    /// - Parameters:
    ///   - device: A device file of the host when a path is given, otherwise the file in the container.
    ///   - path: In the container, absolute.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func removeDevice(_ device: String, at path: String? = nil) throws(LXCError) {
        try perform(.removeDeviceNode(device, target: path))
    }

    /// Mounts something in the running container.
    ///
    /// It is made on the host, and then moved onto a place that is walked beneath the container's root, through no link.
    ///
    /// - Parameters:
    ///   - source: A file or directory of the host with ``MountFlags/bind``; else what the filesystem wants, for example a device.
    ///   - target: In the container, absolute; it exists.
    ///   - type: The filesystem's type; nil with ``MountFlags/bind``.
    ///   - flags: How it is mounted.
    ///   - data: The filesystem's own options, separated by commas.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func mount(
        _ source: String?, at target: String, type: String? = nil, flags: MountFlags = [], data: String? = nil
    ) throws(LXCError) {
        let injection = MountInjection(source: source, target: target, type: type, flags: flags.rawValue, data: data)
        try perform(.mount(injection))
    }

    /// Unmounts something in the running container.
    ///
    /// - Parameters:
    ///   - target: In the container, absolute.
    ///   - lazily: Whether it vanishes from sight at once, also when somebody uses it still.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func unmount(_ target: String, lazily: Bool = false) throws(LXCError) {
        // MNT_DETACH of umount2(2)
        try perform(.unmount(target: target, flags: lazily ? 2 : 0))
    }
}
