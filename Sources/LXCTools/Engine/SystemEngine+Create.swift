// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LXCStorage
import LinuxKernel

extension SystemEngine {
    package func create(_ request: CreateRequest) throws(ToolFailure) {
        if request.template != "none", request.templateArguments.contains("--help") {
            // Who asks a template for its help wants no container.
            return try printTemplateHelp(request.template)
        }
        let container = try container(request.target)
        var options = CreateOptions(template: request.template)
        options.templateArguments = request.templateArguments
        options.configFile = request.configFile ?? request.target.options.rcfile
        options.rootfsDirectory = request.backing.directory
        options.storage = request.backing.storageKinds
        options.storageOrder = request.backing.storageOrder
        options.isUnprivileged = request.isUnprivileged
        options.isQuiet = request.target.options.isQuiet
        do {
            try container.create(options) { note in
                if !options.isQuiet { ProcessStreams().printError("lxc-create: \(container.name): \(note)\n") }
            }
        } catch {
            if error.code == .alreadyDefined { throw .alreadyExists }
            throw ToolFailure(error)
        }
    }

    package func printTemplateHelp(_ template: String) throws(ToolFailure) {
        try lifted { () throws(LXCError) in try Template(template).printHelp() }
    }

    package func destroy(_ request: DestroyRequest) throws(ToolFailure) {
        let container = try controllableContainer(request.target)
        var options = DestroyOptions()
        options.stopsFirst = request.stopsFirst
        options.includesSnapshots = request.includesSnapshots
        options.logFile = request.target.options.logFile
        options.logLevel = request.target.options.logLevel
        do { try container.destroy(options) } catch {
            switch error.code {
            case .notDefined: throw .notDefined
            case .alreadyRunning: throw .stillRunning(container.name)
            case .hasSnapshots: throw .hasSnapshots(container.name)
            case .hasClones: throw .hasClones(container.name)
            default: throw ToolFailure(error)
            }
        }
    }
}

extension BackingRequest {
    /// The kinds of storage to try in this order.
    fileprivate var storageKinds: [StorageKind] {
        kinds.flatMap { (kind) -> [StorageKind] in
            switch kind {
            case .none: [.dir]
            // Each fails at once where it is not available.
            case .best: [.btrfs, .zfs, .lvm, .dir]
            default: kind.storage.map { [$0] } ?? []
            }
        }
    }

    /// What the storage is to be like.
    fileprivate var storageOrder: StorageOrder {
        var order = StorageOrder(name: "", directory: "")
        order.logicalVolume = logicalVolume
        order.volumeGroup = volumeGroup
        order.thinPool = thinPool
        order.zfsRoot = zfsRoot
        order.rbdName = rbdName
        order.rbdPool = rbdPool
        order.rbdUser = rbdUser
        order.filesystem = filesystem
        order.size = sizeInBytes
        order.isHistoric = isHistoric
        return order
    }
}
