// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LXCStorage
import LinuxKernel

/// Storage outside of a container's directory that gives its name to what a snapshot holds, and waits under another one until that is
/// sure.
///
/// A note in the directory that is built says so before it happens, and changes places with that directory: where it lies is whether the
/// new storage counts.
struct ReplacedStorage {
    private static let note = "replaced"

    let location: StorageLocation
    private let backend: any RenamableStorage

    /// Nil for storage in the directory.
    init?(_ location: StorageLocation) {
        guard let backend = StorageBackends.renamable(location.kind) else { return nil }
        self.location = location
        self.backend = backend
    }

    /// What a note in a directory tells of; nil when there is none.
    init?(notedIn directory: String) throws(KernelError) {
        let path = directory + "/" + Self.note
        guard try FileStatus.ifPresent(path, followLinks: false) != nil else { return nil }
        let text = try WholeFile.text(path, limit: 8192)
        guard let colon = text.firstIndex(of: ":"), let kind = StorageKind(word: String(text[..<colon])) else { return nil }
        self.init(StorageLocation(kind: kind, source: String(text[text.index(after: colon)...])))
    }

    private var aside: StorageLocation { StorageLocation(kind: location.kind, source: location.source + ".replaced") }

    /// Gives up the name. `folder`: the directory that is being built.
    func setAside(notingIn folder: String) throws(OperationFailure) {
        try usingStorage { () throws(StorageFailure) in
            try backend.checkIsReplaceable(location)
            if try backend.exists(aside) {
                throw StorageFailure(
                    "cannot replace \(location.text)", reason: "there is a \(aside.source) already", hint: "rename it or remove it first")
            }
        }
        try attempting("cannot write \(folder)/\(Self.note)") { () throws(KernelError) in
            try AtomicFile.write(folder + "/" + Self.note, location.text.kernelBytes, mode: 0o600)
        }
        try usingStorage { () throws(StorageFailure) in try backend.rename(location, to: aside) }
    }

    /// Takes the name back from whatever has it.
    func putBack() throws(StorageFailure) {
        guard try backend.exists(aside) else { return }
        if try backend.exists(location) { try StorageBackends.backend(of: location).remove(location, directory: "/.") }
        try backend.rename(aside, to: location)
    }

    /// Removes it for good. `directory`: the container's, in which the note is.
    func finish(_ directory: String) throws(LXCError) {
        do throws(StorageFailure) { try StorageBackends.backend(of: aside).remove(aside, directory: "/.") } catch {
            throw LXCError(.failed, OperationFailure(error))
        }
        try attempt("cannot remove \(directory)/\(Self.note)") { () throws(KernelError) in
            _ = try HostPath.remove(directory + "/" + Self.note)
        }
    }
}
