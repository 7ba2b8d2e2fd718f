// SPDX-License-Identifier: Apache-2.0
import LXCConfig
package import LXCStorage
import LinuxKernel

/// Work on a container that takes a process of its own: it copies its process, or changes what belongs to a whole process.
///
/// A program with threads must do nothing of the sort; it lets ``ContainerWorker`` do it.
package struct ContainerWork: Sendable, Equatable {
    /// What is to be done.
    package enum Operation: Sendable, Equatable {
        case create(Creation)
        case clone(Copy)
        case rename(Copy)
        /// Gives back the snapshot's name.
        case snapshot(comment: String?)
        /// `newName`: nil brings the container itself back.
        case restore(snapshot: String, newName: String?)
        case destroySnapshot(String)
        case destroyAllSnapshots
        case destroy(withSnapshots: Bool)
        /// Becomes the container's supervisor; as ``start(_:)`` else.
        case startInForeground(StartOptions)
        /// Mounts something inside.
        case mount(MountInjection)
        case unmount(target: String, flags: Int)
        /// Starts it in the background; what the options say about logs is left out.
        case start(StartOptions)
        /// Gives back how the program ended, as wait(2) tells it.
        case attach(AttachOptions)
        /// Connects the process's terminal with one of the container's; nil is the first that is free.
        case console(terminal: Int32?, escape: UInt8)
        case freeze
        case unfreeze
        /// Finishes what others were killed over.
        case tidyUp
        /// `target`: nil for the same path as on the host.
        case addDeviceNode(String, target: String?)
        case removeDeviceNode(String, target: String?)
        /// `name`: what it is called there; nil for the same.
        case attachInterface(String, name: String?)
        case detachInterface(String, name: String?)
        /// Gives back the names of the network interfaces, a line each.
        case interfaces
        /// Gives back IP addresses, a line each.
        case addresses(AddressQuery)
        /// Writes the running container to disk.
        case checkpoint(CheckpointOptions)
        /// Takes it up again from there, in the background; what the options say about logs is left out.
        case restoreCheckpoint(RestoreOptions)
    }

    /// The part of ``CreateOptions`` that programs choose.
    package struct Creation: Sendable, Equatable {
        package var template: String
        package var arguments: [String] = []
        package var storage: [StorageKind] = []
        package var order = StorageOrder(name: "", directory: "")
        package var rootfsDirectory: String?
        /// The configuration to begin with; nil for the system's default.
        package var configFile: String?
        package var isUnprivileged = false
        package var isQuiet = false

        package init(template: String) { self.template = template }
    }

    /// The part of ``CloneOptions`` that programs choose.
    package struct Copy: Sendable, Equatable {
        package var name: String
        package var lxcPath: String
        package var sharing = CloneOptions.Sharing.never
        package var storage: StorageKind?
        package var size: UInt64?
        package var keepsName = false
        package var keepsAddresses = false
        package var allowsRunning = false
        package var hookArguments: [String] = []
        package var isHistoric = false

        package init(name: String, lxcPath: String) {
            self.name = name
            self.lxcPath = lxcPath
        }
    }

    package var name: String
    package var lxcPath: String
    /// The configuration in memory; nil for the file's.
    package var config: String?
    package var operation: Operation
    package var logFile: String?
    package var logLevel: String?

    /// The work on one container.
    package init(_ container: Container, _ operation: Operation) {
        name = container.name
        lxcPath = container.lxcPath
        config = container.loaded.map { String(kernelBytes: $0.bytes) }
        self.operation = operation
    }
}

/// A mount that is made inside of a running container.
package struct MountInjection: Sendable, Equatable {
    package var source: String?
    /// In the container, absolute.
    package var target: String
    package var type: String?
    /// As for mount(2).
    package var flags: Int
    package var data: String?

    package init(source: String?, target: String, type: String?, flags: Int, data: String?) {
        self.source = source
        self.target = target
        self.type = type
        self.flags = flags
        self.data = data
    }
}
