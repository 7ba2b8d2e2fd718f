// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LXCStorage

/// The numbers of operations between the two processes.
private enum Tag: Int {
    case create, clone, rename, snapshot, restore, destroySnapshot, destroyAllSnapshots, destroy, startInForeground, mount, unmount
    case start, attach, console, freeze, unfreeze, tidyUp, addDeviceNode, removeDeviceNode, attachInterface, detachInterface
    case interfaces, addresses, checkpoint, restoreCheckpoint
}

extension ContainerWork {
    /// Another number after every change of what is written here: a program with the Swift library and the installed programs need not come
    /// from the same sources.
    private static let format = 0x4C58_4302

    /// What the other process reads.
    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.put(Self.format)
        writer.put(name)
        writer.put(lxcPath)
        writer.put(config)
        writer.put(logFile)
        writer.put(logLevel)
        writer.put(tag.rawValue)
        switch operation {
        case .create(let creation): writer.put(creation)
        case .clone(let copy), .rename(let copy): writer.put(copy)
        case .snapshot(let comment): writer.put(comment)
        case .restore(let snapshot, let newName):
            writer.put(snapshot)
            writer.put(newName)
        case .destroySnapshot(let snapshot): writer.put(snapshot)
        case .destroyAllSnapshots, .freeze, .unfreeze, .tidyUp, .interfaces: break
        case .destroy(let withSnapshots): writer.put(withSnapshots)
        case .mount(let injection):
            writer.put(injection.source)
            writer.put(injection.target)
            writer.put(injection.type)
            writer.put(injection.flags)
            writer.put(injection.data)
        case .unmount(let target, let flags):
            writer.put(target)
            writer.put(flags)
        case .start(let options), .startInForeground(let options): writer.put(options)
        case .attach(let options): writer.put(options)
        case .console(let terminal, let escape):
            writer.putNumber(terminal)
            writer.put(Int(escape))
        case .addDeviceNode(let name, let other), .removeDeviceNode(let name, let other), .attachInterface(let name, let other),
            .detachInterface(let name, let other):
            writer.put(name)
            writer.put(other)
        case .addresses(let query): writer.put(query)
        case .checkpoint(let options): writer.put(options)
        case .restoreCheckpoint(let options): writer.put(options)
        }
        return writer.bytes
    }

    private var tag: Tag {
        switch operation {
        case .create: .create
        case .clone: .clone
        case .rename: .rename
        case .snapshot: .snapshot
        case .restore: .restore
        case .destroySnapshot: .destroySnapshot
        case .destroyAllSnapshots: .destroyAllSnapshots
        case .destroy: .destroy
        case .startInForeground: .startInForeground
        case .mount: .mount
        case .unmount: .unmount
        case .start: .start
        case .attach: .attach
        case .console: .console
        case .freeze: .freeze
        case .unfreeze: .unfreeze
        case .tidyUp: .tidyUp
        case .addDeviceNode: .addDeviceNode
        case .removeDeviceNode: .removeDeviceNode
        case .attachInterface: .attachInterface
        case .detachInterface: .detachInterface
        case .interfaces: .interfaces
        case .addresses: .addresses
        case .checkpoint: .checkpoint
        case .restoreCheckpoint: .restoreCheckpoint
        }
    }

    /// Reads what ``encoded`` gave; nil for anything else.
    init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do throws(ByteReader.Malformed) {
            guard try reader.int() == Self.format else { return nil }
            name = try reader.string()
            lxcPath = try reader.string()
            config = try reader.optionalString()
            logFile = try reader.optionalString()
            logLevel = try reader.optionalString()
            guard let tag = Tag(rawValue: try reader.int()) else { return nil }
            operation = try Self.operation(tag, &reader)
        } catch { return nil }
    }

    private static func operation(_ tag: Tag, _ reader: inout ByteReader) throws(ByteReader.Malformed) -> Operation {
        switch tag {
        case .create: .create(try reader.creation())
        case .clone: .clone(try reader.copy())
        case .rename: .rename(try reader.copy())
        case .snapshot: .snapshot(comment: try reader.optionalString())
        case .restore: .restore(snapshot: try reader.string(), newName: try reader.optionalString())
        case .destroySnapshot: .destroySnapshot(try reader.string())
        case .destroyAllSnapshots: .destroyAllSnapshots
        case .destroy: .destroy(withSnapshots: try reader.bool())
        case .startInForeground:
            .startInForeground(try reader.startOptions())
        case .mount:
            .mount(
                MountInjection(
                    source: try reader.optionalString(), target: try reader.string(), type: try reader.optionalString(),
                    flags: try reader.int(), data: try reader.optionalString()))
        case .unmount: .unmount(target: try reader.string(), flags: try reader.int())
        case .start: .start(try reader.startOptions())
        case .attach: .attach(try reader.attachOptions())
        case .console: .console(terminal: try reader.number32(), escape: UInt8(truncatingIfNeeded: try reader.int()))
        case .freeze: .freeze
        case .unfreeze: .unfreeze
        case .tidyUp: .tidyUp
        case .addDeviceNode: .addDeviceNode(try reader.string(), target: try reader.optionalString())
        case .removeDeviceNode: .removeDeviceNode(try reader.string(), target: try reader.optionalString())
        case .attachInterface: .attachInterface(try reader.string(), name: try reader.optionalString())
        case .detachInterface: .detachInterface(try reader.string(), name: try reader.optionalString())
        case .interfaces: .interfaces
        case .addresses: .addresses(try reader.addressQuery())
        case .checkpoint: .checkpoint(try reader.checkpointOptions())
        case .restoreCheckpoint: .restoreCheckpoint(try reader.restoreOptions())
        }
    }
}

extension ByteWriter {
    fileprivate mutating func put(_ number: UInt64?) {
        put(number != nil)
        if let number { put(Int(truncatingIfNeeded: number)) }
    }

    fileprivate mutating func put(_ creation: ContainerWork.Creation) {
        put(creation.template)
        put(creation.arguments)
        put(creation.storage.map { $0.rawValue })
        put(creation.rootfsDirectory)
        put(creation.configFile)
        put(creation.isUnprivileged)
        put(creation.isQuiet)
        let order = creation.order
        for text in [
            order.logicalVolume, order.volumeGroup, order.thinPool, order.zfsRoot, order.rbdName, order.rbdPool, order.rbdUser,
            order.filesystem,
        ] {
            put(text)
        }
        put(order.size)
        put(order.isHistoric)
    }

    fileprivate mutating func put(_ copy: ContainerWork.Copy) {
        put(copy.name)
        put(copy.lxcPath)
        switch copy.sharing {
        case .never: put(0)
        case .required: put(1)
        case .whenPossible: put(2)
        }
        put(copy.storage?.rawValue)
        put(copy.size)
        put(copy.keepsName)
        put(copy.keepsAddresses)
        put(copy.allowsRunning)
        put(copy.hookArguments)
        put(copy.isHistoric)
    }
}

extension ByteReader {
    fileprivate mutating func number() throws(Malformed) -> UInt64? { try bool() ? UInt64(bitPattern: Int64(try int())) : nil }

    fileprivate mutating func creation() throws(Malformed) -> ContainerWork.Creation {
        var creation = ContainerWork.Creation(template: try string())
        creation.arguments = try strings()
        for word in try strings() {
            guard let kind = StorageKind(rawValue: word) else { throw Malformed() }
            creation.storage.append(kind)
        }
        creation.rootfsDirectory = try optionalString()
        creation.configFile = try optionalString()
        creation.isUnprivileged = try bool()
        creation.isQuiet = try bool()
        creation.order.logicalVolume = try optionalString()
        creation.order.volumeGroup = try optionalString()
        creation.order.thinPool = try optionalString()
        creation.order.zfsRoot = try optionalString()
        creation.order.rbdName = try optionalString()
        creation.order.rbdPool = try optionalString()
        creation.order.rbdUser = try optionalString()
        creation.order.filesystem = try optionalString()
        creation.order.size = try number()
        creation.order.isHistoric = try bool()
        return creation
    }

    fileprivate mutating func copy() throws(Malformed) -> ContainerWork.Copy {
        var copy = ContainerWork.Copy(name: try string(), lxcPath: try string())
        switch try int() {
        case 0: copy.sharing = .never
        case 1: copy.sharing = .required
        case 2: copy.sharing = .whenPossible
        default: throw Malformed()
        }
        if let word = try optionalString() {
            guard let kind = StorageKind(rawValue: word) else { throw Malformed() }
            copy.storage = kind
        }
        copy.size = try number()
        copy.keepsName = try bool()
        copy.keepsAddresses = try bool()
        copy.allowsRunning = try bool()
        copy.hookArguments = try strings()
        copy.isHistoric = try bool()
        return copy
    }
}

/// How work has ended.
enum WorkResult: Sendable, Equatable {
    /// With a text where the operation has one to give back.
    case done(String)
    case failed(LXCError)

    var encoded: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .done(let text):
            writer.put(true)
            writer.put(text)
        case .failed(let error):
            writer.put(false)
            writer.put(error.code.rawValue)
            writer.put(error.failure)
        }
        return writer.bytes
    }

    /// Nil for anything else, for example nothing at all.
    init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do throws(ByteReader.Malformed) {
            if try reader.bool() {
                self = .done(try reader.string())
            } else {
                self = .failed(LXCError(LXCError.Code(rawValue: try reader.string()), try reader.failure()))
            }
        } catch { return nil }
    }
}
