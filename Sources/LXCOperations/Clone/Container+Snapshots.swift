// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

/// A snapshot of a container: a container of its own, below the original's directory.
package struct Snapshot: Sendable, Equatable {
    /// `snapN`.
    package let name: String
    /// Directory that holds the snapshots of the container.
    package let folder: String
    /// When it was made, `YYYY:MM:DD hh:mm:ss` in local time; empty when that is not known.
    package let time: String
    /// The comment given with it.
    package let comment: String?
}

extension LXCError.Code {
    /// A container has no snapshot of that name.
    package static let noSnapshot = LXCError.Code(rawValue: "no-such-snapshot")
}

extension Container {
    /// Where snapshots are kept, the place of new ones first.
    ///
    /// `LXCPATHsnaps/NAME` is that of LXC 1.0, and goes on being used where `LXCPATHsnaps` exists.
    var snapshotFolders: [String] { [directory.appendingPath("snaps"), String(concatenating: lxcPath, "snaps/", name)] }

    private func newSnapshotFolder() throws(KernelError) -> String {
        let folders = snapshotFolders
        return try FileStatus.ifPresent(lxcPath + "snaps") == nil ? folders[0] : folders[1]
    }

    /// The snapshots there are, in the order of their numbers.
    package func snapshots() throws(LXCError) -> [Snapshot] {
        // While a restoring is under way they are not at their place.
        try finishAbandonedRestore()
        return try listedSnapshots()
    }

    /// As ``snapshots()``, for a caller that has seen to it that no restoring is under way, or is in the way.
    package func listedSnapshots() throws(LXCError) -> [Snapshot] {
        try attempt("cannot list the snapshots of \(name)") { () throws(KernelError) in
            var found: [(number: Int, snapshot: Snapshot)] = []
            for folder in snapshotFolders {
                guard try FileStatus.ifPresent(folder) != nil else { continue }
                for name in try DirectoryListing.names(in: folder) {
                    guard let number = Self.snapshotNumber(name), try FileStatus.ifPresent("\(folder)/\(name)/config") != nil,
                        try PartialMarker.inspect("\(folder)/\(name)") == .absent
                    else { continue }
                    found.append((number, try snapshot(name, folder)))
                }
            }
            return found.sorted { $0.number < $1.number }.map { $0.snapshot }
        }
    }

    private func snapshot(_ name: String, _ folder: String) throws(KernelError) -> Snapshot {
        func text(_ file: String) throws(KernelError) -> String? {
            let path = "\(folder)/\(name)/\(file)"
            return try FileStatus.ifPresent(path) == nil ? nil : try WholeFile.text(path, limit: 1 << 20)
        }
        let time = try text("ts") ?? ""
        return Snapshot(
            name: name, folder: folder, time: String(time.split(separator: "\n").first ?? ""), comment: try text("comment"))
    }

    /// N of `snapN`.
    private static func snapshotNumber(_ name: String) -> Int? {
        guard name.hasPrefix("snap"), let number = Int(name.dropFirst(4)), number >= 0, "snap\(number)" == name else { return nil }
        return number
    }

    /// Makes a snapshot of a stopped container.
    ///
    /// - Parameters:
    ///   - comment: Kept with it, byte for byte.
    ///   - options: What is not said by a snapshot's nature: log, progress.
    ///   - notes: Called with one line about what was done on the way.
    /// - Returns: Its name.
    /// - Throws: ``LXCError`` as ``clone(to:_:notes:)``.
    package func makeSnapshot(
        comment: [UInt8]?, _ options: CloneOptions, notes: (String) -> Void = { _ in }
    ) throws(LXCError) -> String {
        try finishAbandonedRestore()
        var options = options
        options.keepsName = true
        options.keepsAddresses = true
        options.sharing = .whenPossible
        options.files = [("ts", Timestamp.localText().kernelBytes)] + (comment.map { [("comment", $0)] } ?? [])
        let folder = try attempt("cannot make a snapshot of \(name)") { () throws(KernelError) in
            let folder = try newSnapshotFolder()
            try HostPath.makeDirectories(folder)
            return folder
        }
        do { return try makeSnapshot(in: folder, options, notes) } catch {
            // A folder that was made for this one would look like snapshots; one that is not empty stays.
            do { try HostPath.removeDirectory(folder) } catch {}
            throw error
        }
    }

    private func makeSnapshot(in folder: String, _ options: CloneOptions, _ notes: (String) -> Void) throws(LXCError) -> String {
        let interrupted = try interruptedSnapshots(in: folder)
        var number = 0
        while true {
            // Somebody else may take the number between our look and the reservation.
            let isThere = try attempt("cannot make a snapshot of \(name)") { () throws(KernelError) in
                try FileStatus.ifPresent("\(folder)/snap\(number)", followLinks: false) != nil
            }
            if !isThere || interrupted.contains("snap\(number)") {
                let target = try Container(name: "snap\(number)", lxcPath: folder, system: system)
                var options = options
                // All volumes of a group share their names.
                options.storageName = "\(name)-\(target.name)"
                do {
                    try clone(to: target, options, what: "cannot make a snapshot of \(name)", notes: notes)
                    return target.name
                } catch { if ![.alreadyDefined, .unfinishedCreation].contains(error.code) { throw error } }
            }
            number += 1
        }
    }

    /// The content of a file with a comment.
    ///
    /// - Throws: ``LXCError`` when it cannot be read, or has more than a mebibyte.
    package static func comment(in path: String) throws(LXCError) -> [UInt8] {
        try attempt("cannot read the comment \(path)") { () throws(KernelError) in try WholeFile.read(path, limit: 1 << 20) }
    }

    /// A snapshot by its name.
    ///
    /// - Throws: ``LXCError`` with the code `noSnapshot`.
    func snapshotContainer(_ snapshot: String) throws(LXCError) -> Container {
        guard let found = try snapshots().first(where: { $0.name == snapshot }) else {
            throw LXCError(
                .noSnapshot, "\(name) has no snapshot \(snapshot)", reason: "", hint: "see those there are with lxc-snapshot -n \(name) -L")
        }
        return try Container(name: found.name, lxcPath: found.folder, system: system)
    }

    /// Removes one snapshot.
    package func destroySnapshot(_ snapshot: String) throws(LXCError) {
        let container = try snapshotContainer(snapshot)
        try container.destroy(DestroyOptions())
        try tidySnapshots()
    }

    /// Removes all snapshots.
    package func destroyAllSnapshots() throws(LXCError) {
        for snapshot in try snapshots() { try destroySnapshot(snapshot.name) }
        try tidySnapshots()
    }

    /// Removes snapshots whose makers were killed on the way, and folders that hold none.
    func tidySnapshots() throws(LXCError) {
        for folder in snapshotFolders {
            let isFolder = try attempt("cannot list the snapshots of \(name)") { () throws(KernelError) in
                try FileStatus.ifPresent(folder, followLinks: false)?.kind == .directory
            }
            guard isFolder else { continue }
            for name in try interruptedSnapshots(in: folder) {
                try Container(name: name, lxcPath: folder, system: system).destroy(DestroyOptions())
            }
            try attempt("cannot remove the empty folder \(folder)") { () throws(KernelError) in
                if try DirectoryListing.names(in: folder).isEmpty { try HostPath.removeDirectory(folder) }
            }
        }
    }

    /// The half-made snapshots in a folder; those in one that is a link are nobody's business.
    func interruptedSnapshots(in folder: String) throws(LXCError) -> [String] {
        try attempt("cannot list the snapshots of \(name)") { () throws(KernelError) in
            guard try FileStatus.ifPresent(folder, followLinks: false)?.kind == .directory else { return [] }
            var found: [String] = []
            for name in try DirectoryListing.names(in: folder) where Self.snapshotNumber(name) != nil {
                let path = "\(folder)/\(name)"
                guard try FileStatus.ifPresent(path, followLinks: false)?.kind == .directory else { continue }
                // Killed before it could mark what it had made, or while it removed it.
                let isEmpty = try DirectoryListing.names(in: path).isEmpty
                if try isEmpty ? true : PartialMarker.inspect(path) == .creatorDied { found.append(name) }
            }
            return found
        }
    }

    /// Makes a new container of a snapshot.
    package func restore(
        _ snapshot: String, to target: Container, _ options: CloneOptions, notes: (String) -> Void = { _ in }
    ) throws(LXCError) {
        var options = options
        options.sharing = .whenPossible
        try snapshotContainer(snapshot).clone(to: target, options, notes: notes)
    }
}
