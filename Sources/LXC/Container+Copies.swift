// SPDX-License-Identifier: Apache-2.0
import LXCOperations

/// How a container is copied.
public struct CopyOptions: Sendable {
    /// How much of the original's storage is shared.
    public enum Sharing: Sendable {
        /// Nothing: everything is copied.
        case never
        /// What neither changes; a kind of storage that cannot share is refused.
        case required
        /// What the kind of storage can share.
        case whenPossible
    }

    /// How much of the original's storage is shared.
    public var sharing = Sharing.never
    /// The kind of storage of the copy; nil for the original's.
    public var storage: Storage?
    /// The size of a new block device in bytes; nil for the original's.
    public var size: UInt64?
    /// Whether the copy has the original's host name.
    public var keepsHostName = false
    /// Whether the network devices have the original's hardware addresses.
    public var keepsHardwareAddresses = false
    /// Whether the original may run; what its programs have not written yet is missing in the copy.
    public var allowsRunning = false
    /// What clone hooks get behind their fixed arguments.
    public var hookArguments: [String] = []

    /// A whole copy.
    public init() {}

    /// A copy that shares what neither container changes; on folders, by an overlay.
    public static var snapshot: CopyOptions {
        var options = CopyOptions()
        options.sharing = .required
        return options
    }

    fileprivate func copy(_ target: Container) -> ContainerWork.Copy {
        var copy = ContainerWork.Copy(name: target.name, lxcPath: target.containerPath)
        copy.sharing =
            switch sharing {
            case .never: .never
            case .required: .required
            case .whenPossible: .whenPossible
            }
        copy.storage = storage?.kind
        copy.size = size
        copy.keepsName = keepsHostName
        copy.keepsAddresses = keepsHardwareAddresses
        copy.allowsRunning = allowsRunning
        copy.hookArguments = hookArguments
        return copy
    }
}

extension Container {
    /// Makes another container of this one.
    ///
    /// - Parameters:
    ///   - name: The new container's name.
    ///   - containerPath: Where its directory will be; nil for the same as this one's.
    ///   - options: What is copied, and what differs.
    /// - Returns: The new container.
    /// - Throws: ``LXCError``: `notDefined`, `alreadyRunning`, `alreadyDefined` for the new one. Nothing of it is left then.
    @discardableResult
    public func copy(
        to name: String, in containerPath: String? = nil, options: CopyOptions = CopyOptions()
    ) throws(LXCError) -> Container {
        let target = try sibling(name, in: containerPath)
        try perform(.clone(options.copy(target)))
        return target
    }

    /// Gives the container another name.
    ///
    /// - Parameters:
    ///   - name: The new name.
    ///   - containerPath: Where its directory will be; nil for where it is.
    /// - Returns: The container by its new name.
    /// - Throws: ``LXCError``: `alreadyRunning`, `alreadyDefined` for the new name, `hasSnapshots`, `hasClones`.
    @discardableResult
    public func rename(to name: String, in containerPath: String? = nil) throws(LXCError) -> Container {
        let target = try sibling(name, in: containerPath)
        try perform(.rename(CopyOptions().copy(target)))
        return target
    }
}
