// SPDX-License-Identifier: Apache-2.0
import LXCOperations

/// How a container is created.
public struct CreateOptions: Sendable {
    /// What the container begins with; nil for ``configurationFile``.
    public var configuration: Configuration?
    /// The file that the container begins with; nil for the system configuration's `lxc.default_config`.
    public var configurationFile: String?
    /// Kinds of storage of which the first that works is taken; none for a folder.
    public var storage: [Storage] = []
    /// What the storage is to be like.
    public var storageOptions = StorageOptions()
    /// Absolute path of the root filesystem; nil for the folder `rootfs` in the container's directory.
    public var rootFilesystem: String?
    /// Whether the container's ids are mapped to those that subuid(5) gives the caller, unless the configuration maps them itself. For
    /// other users than root it always is so.
    public var isUnprivileged = false
    /// Whether the template's output is thrown away instead of shown.
    public var isQuiet = false

    /// A container in a folder, as the system configuration wants it.
    public init() {}
}

extension Container {
    /// Makes the container: its directory, its configuration, its root filesystem, and what a template puts there.
    ///
    /// ```swift
    /// try web.create(template: "download", arguments: ["--dist", "debian", "--release", "bookworm", "--arch", "amd64"])
    /// ```
    ///
    /// - Parameters:
    ///   - template: A template's name, or the absolute path of one; nil for a container without a root filesystem of ours.
    ///   - arguments: What the template gets.
    ///   - options: What is made.
    /// - Throws: ``LXCError``: `alreadyDefined`, `unfinishedCreation` while somebody else creates it, `templateFailed` and others. Nothing
    ///   of the container is left then.
    public func create(
        template: String?, arguments: [String] = [], options: CreateOptions = CreateOptions()
    ) throws(LXCError) {
        var creation = ContainerWork.Creation(template: template ?? "none")
        creation.arguments = arguments
        creation.storage = options.storage.compactMap { $0.kind }
        creation.order = options.storageOptions.order
        creation.rootfsDirectory = options.rootFilesystem
        creation.configFile = options.configurationFile
        creation.isUnprivileged = options.isUnprivileged
        creation.isQuiet = options.isQuiet
        try perform(.create(creation), options.configuration)
    }

    /// Removes the container with its root filesystem. It must not run.
    ///
    /// It also works on what is left of a container: without a configuration, with a broken one, or half made.
    ///
    /// - Parameter includingSnapshots: Whether its snapshots go too; otherwise a container that has some is left as it is.
    /// - Throws: ``LXCError``: `notDefined`, `alreadyRunning`, `hasSnapshots`, `hasClones`, `unfinishedCreation`; any other code when
    ///   something could not be removed, then a second call goes on.
    public func destroy(includingSnapshots: Bool = false) throws(LXCError) {
        try perform(.destroy(withSnapshots: includingSnapshots))
    }
}
