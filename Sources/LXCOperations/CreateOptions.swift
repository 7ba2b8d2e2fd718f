// SPDX-License-Identifier: Apache-2.0
package import LXCStorage

/// How a container is created.
package struct CreateOptions: Sendable {
    /// A template's name or absolute path, or `none`.
    package var template: String
    /// What the template gets behind its fixed options.
    package var templateArguments: [String] = []
    /// The configuration to begin with; nil for the system's default.
    package var configFile: String?
    /// Absolute path of the root filesystem; nil for the folder `rootfs` in the container's directory.
    package var rootfsDirectory: String?
    /// Kinds of storage of which the first that works is taken; a folder when there is none.
    package var storage: [StorageKind] = []
    /// How the storage is made; the name and the places are the container's.
    package var storageOrder = StorageOrder(name: "", directory: "")
    /// Whether the container's ids are mapped to those that subuid(5) gives the caller, unless the configuration maps them itself. For
    /// other users than root it always is so.
    package var isUnprivileged = false
    /// Whether the template's output is thrown away.
    package var isQuiet = false

    package init(template: String) { self.template = template }
}
