// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
package import LinuxKernel

/// What a device file stands for.
package struct Device: Sendable, Equatable {
    package let isBlock: Bool
    package let number: DeviceNumber
    /// Of the file, 0 to 0o7777.
    package let permissions: UInt32

    /// nil when the file is no device.
    package init?(_ status: FileStatus) {
        guard status.kind == .characterDevice || status.kind == .blockDevice else { return nil }
        isBlock = status.kind == .blockDevice
        number = DeviceNumber(rawValue: status.deviceNumber)
        permissions = status.permissions
    }

    /// The device of a file of the host.
    ///
    /// - Parameter path: May go through symbolic links, as the names in `/dev/serial/by-id` do.
    /// - Returns: nil when there is no such file.
    /// - Throws: ``OperationFailure`` when it is no device.
    package static func onHost(_ path: String) throws(OperationFailure) -> Device? {
        let status = try attempting("cannot look at \(path) on the host") { () throws(KernelError) in try FileStatus.ifPresent(path) }
        guard let status else { return nil }
        guard let device = Device(status) else {
            throw OperationFailure("cannot use \(path)", reason: "it is no device", hint: "name a character or block device of the host")
        }
        return device
    }

    /// The type of the file, as a part of its mode.
    var kindBits: UInt32 { isBlock ? 0o060000 : 0o020000 }

    func isSame(as other: Device) -> Bool { isBlock == other.isBlock && number == other.number }

    /// A line for the control files of the v1 controller: read, write and make nodes.
    var rule: String { "\(isBlock ? "b" : "c") \(number.major):\(number.minor) rwm" }

    /// The same for the program that does the controller's work on v2.
    func message(isAllowed: Bool) -> DeviceRuleMessage {
        DeviceRuleMessage(
            kind: isBlock ? .block : .character, major: Int32(clamping: number.major), minor: Int32(clamping: number.minor), access: "rwm",
            isAllowed: isAllowed)
    }
}
