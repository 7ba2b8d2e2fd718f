// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel
import Netlink

/// One device that a user has, as the database has it.
struct NicEntry: Equatable {
    /// A user's name, or `@` and a group's.
    let owner: ExactWord
    let type: ExactWord
    let bridge: ExactWord
    /// The host's end.
    let interface: ExactWord

    /// Reads the lines `OWNER TYPE BRIDGE HOSTIF`. A line that is not so is dropped: no program of ours writes one.
    static func all(in bytes: [UInt8]) -> [NicEntry] {
        bytes.split(separator: 0x0A).compactMap { line in
            let words = ExactWord.words(line)
            guard words.count == 4, let owner = words[0], let type = words[1], let bridge = words[2], let interface = words[3] else {
                return nil
            }
            return NicEntry(owner: owner, type: type, bridge: bridge, interface: interface)
        }
    }

    static func text(of entries: [NicEntry]) -> [UInt8] { entries.flatMap { $0.line } }

    private var line: [UInt8] {
        let words = [owner, type, bridge, interface].map { $0.bytes }
        return Array(words.joined(separator: [0x20])) + [0x0A]
    }
}

/// The list of the devices of all users, while nobody else may change it.
///
/// The file is replaced whole, so it can be parsed whenever the machine or a program stops. The lock is a file beside it, because
/// a lock on a file that is replaced would be a lock on the old one.
struct NicDatabase: ~Copyable {
    let path: String
    private let lock: OwnedDescriptor

    /// How long others may take; each of them needs some milliseconds.
    private static let patience = Duration.seconds(30)
    private static let largestSize = 16 << 20

    /// Locks the list in a folder, which is made if it is missing.
    static func locked(in folder: String) throws(UserNicFailure) -> NicDatabase {
        try prepare(folder)
        let path = folder + "/nics"
        let lockPath = path + ".lock"
        let file = try doing("cannot open \(lockPath)") { () throws(KernelError) in
            try OwnedDescriptor(opening: lockPath, [.readWrite, .create, .noFollow])
        }
        let isLocked: Bool
        do { isLocked = try FileLock.lock(file, until: MonotonicInstant.now + patience) } catch {
            throw UserNicFailure("cannot lock \(lockPath)", error)
        }
        guard isLocked else {
            throw UserNicFailure("cannot lock \(lockPath): another lxc-user-nic has held it for \(patience.components.seconds) seconds")
        }
        removeLeftovers(folder)
        return NicDatabase(path: path, lock: file)
    }

    private init(path: String, lock: consuming OwnedDescriptor) {
        self.path = path
        self.lock = lock
    }

    /// A folder that somebody else may write to is no place for a list that root believes.
    private static func prepare(_ folder: String) throws(UserNicFailure) {
        try doing("cannot make \(folder)") { () throws(KernelError) in try HostPath.makeDirectories(folder) }
        let status = try doing("cannot look at \(folder)") { () throws(KernelError) in try FileStatus(of: folder, followLinks: false) }
        guard status.kind == .directory, status.owner == 0, status.permissions & 0o022 == 0 else {
            throw UserNicFailure("cannot use \(folder): it is not a directory that only root can write to; chown root, chmod 0755")
        }
    }

    /// Removes what helpers left that ended before their list had its name: whoever makes them fail again and again must not fill the
    /// filesystem.
    private static func removeLeftovers(_ folder: String) {
        do throws(KernelError) {
            for name in try DirectoryListing.names(in: folder) where name.hasPrefix("nics.") && name.hasSuffix(".tmp") {
                try HostPath.remove(folder + "/" + name)
            }
        } catch {
            return  // they harm nobody this time
        }
    }

    /// The devices that are still there, on the host of a socket.
    func entries(_ host: inout NetlinkSocket) throws(UserNicFailure) -> [NicEntry] {
        try entries { (name) throws(KernelError) in try host.link(named: name.text) != nil }
    }

    /// The devices that are still there.
    ///
    /// `exists`: whether a device of the host has a name.
    func entries(_ exists: (ExactWord) throws(KernelError) -> Bool) throws(UserNicFailure) -> [NicEntry] {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path, limit: Self.largestSize) } catch {
            if error.errno == .noSuchFileOrDirectory { return [] }
            throw UserNicFailure("cannot read \(path)", error)
        }
        var entries: [NicEntry] = []
        for entry in NicEntry.all(in: bytes) {
            let isThere = try doing("cannot look for \(entry.interface.text)") { () throws(KernelError) in try exists(entry.interface) }
            if isThere { entries.append(entry) }
        }
        return entries
    }

    /// Replaces the list.
    func replace(with entries: [NicEntry]) throws(UserNicFailure) {
        try doing("cannot write \(path)") { () throws(KernelError) in try AtomicFile.write(path, NicEntry.text(of: entries), mode: 0o600) }
    }
}
