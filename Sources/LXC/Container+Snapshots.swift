// SPDX-License-Identifier: Apache-2.0
import LXCOperations

/// A snapshot of a container.
public struct Snapshot: Sendable, Hashable {
    /// `snap0`, `snap1` and so on.
    public let name: String
    /// The directory that holds the container's snapshots.
    public let folder: String
    /// When it was made, `YYYY:MM:DD hh:mm:ss` in local time; empty when that is not known.
    public let time: String
    /// The comment given with it.
    public let comment: String?
}

extension Container {
    /// Makes a snapshot of the container, which must not run.
    ///
    /// - Parameter comment: Kept with it.
    /// - Returns: The snapshot's name.
    /// - Throws: ``LXCError``: `notDefined`, `alreadyRunning`.
    @discardableResult
    public func makeSnapshot(comment: String? = nil) throws(LXCError) -> String { try perform(.snapshot(comment: comment)) }

    /// The snapshots there are, in the order of their numbers.
    ///
    /// - Throws: ``LXCError`` when they cannot be listed.
    public var snapshots: [Snapshot] {
        get throws(LXCError) {
            // While a restoring is under way they are not at their place.
            if try calling({ () throws(OperationError) in try operations.isRestoreUnfinished }) { try perform(.tidyUp) }
            return try calling { () throws(OperationError) in try operations.listedSnapshots() }
                .map { Snapshot(name: $0.name, folder: $0.folder, time: $0.time, comment: $0.comment) }
        }
    }

    /// Brings the container back to a snapshot, in one step.
    ///
    /// - Parameter snapshot: Its name.
    /// - Throws: ``LXCError``: `noSnapshot`, `alreadyRunning`, `hasClones` when others build on its storage.
    public func restore(_ snapshot: String) throws(LXCError) { try perform(.restore(snapshot: snapshot, newName: nil)) }

    /// Makes a new container of a snapshot.
    ///
    /// - Parameters:
    ///   - snapshot: The snapshot's name.
    ///   - name: The new container's name.
    /// - Returns: The new container.
    /// - Throws: ``LXCError``: `noSnapshot`, `alreadyDefined` for the new one.
    @discardableResult
    public func restore(_ snapshot: String, as name: String) throws(LXCError) -> Container {
        let target = try sibling(name, in: nil)
        // Its own name would mean the container itself.
        guard name != self.name else { throw LXCError(.alreadyDefined, "cannot restore \(snapshot) as \(name)", reason: "\(name) exists") }
        try perform(.restore(snapshot: snapshot, newName: name))
        return target
    }

    /// Removes a snapshot.
    ///
    /// - Parameter snapshot: Its name.
    /// - Throws: ``LXCError``: `noSnapshot`, `hasClones`.
    public func destroySnapshot(_ snapshot: String) throws(LXCError) { try perform(.destroySnapshot(snapshot)) }

    /// Removes all snapshots.
    ///
    /// - Throws: ``LXCError``: `hasClones`.
    public func destroyAllSnapshots() throws(LXCError) { try perform(.destroyAllSnapshots) }
}
