// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LXCStorage

/// How a container is cloned.
package struct CloneOptions: Sendable {
    /// How much of the original's storage is shared.
    package enum Sharing: Sendable, Equatable {
        /// Nothing: everything is copied.
        case never
        /// What neither changes; a kind of storage that cannot share is refused.
        case required
        /// What the kind of storage can share.
        case whenPossible
    }

    package var sharing = Sharing.never
    /// The kind of storage to change to; nil for the original's.
    package var storage: StorageKind?
    /// Size of a new block device in bytes; nil for the original's.
    package var size: UInt64?
    /// What devices and datasets are called by; nil for the clone's name.
    package var storageName: String?
    /// Storage outside of the directory whose names the new one gets.
    package var replaces: StorageLocation?
    /// Keeps the host name.
    package var keepsName = false
    /// Keeps the hardware addresses of network devices.
    package var keepsAddresses = false
    /// Clones a container that runs; what its programs have not written yet is missing in the copy.
    package var allowsRunning = false
    /// Behind the fixed arguments of clone hooks.
    package var hookArguments: [String] = []
    /// Layers lie where LXC 1.0 put them: `delta0`.
    package var isHistoric = false
    /// Settings of the clone beside its name, addresses and storage.
    package var settings: [(key: String, value: String)] = []
    /// Small files for the clone's directory, there before it counts as whole.
    package var files: [(name: String, content: [UInt8])] = []
    /// Folders for the clone's directory.
    package var folders: [String] = []
    package var logFile: String?
    package var logLevel: LogLevel?
    /// Called now and then while files are copied, in another process; with nil when that is over.
    package var progress: (@Sendable (TreeCopy.Progress?) -> Void)?

    package init() {}
}
