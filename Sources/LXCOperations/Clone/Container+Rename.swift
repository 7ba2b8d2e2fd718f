// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

extension Container {
    /// Gives the container another name, or another container path on the same filesystem; elsewhere it is copied and the old one destroyed.
    ///
    /// - Throws: ``LXCError``: `alreadyRunning`, `alreadyDefined` for the target, `hasSnapshots`, `hasClones`.
    package func rename(to target: Container, _ options: CloneOptions, notes: (String) -> Void = { _ in }) throws(LXCError) {
        let what = "cannot rename \(name) to \(target.name)"
        var options = options
        options.keepsAddresses = true
        if try !snapshots().isEmpty {
            throw LXCError(.hasSnapshots, what, reason: "\(name) has snapshots", hint: "destroy them first: lxc-snapshot -n \(name) -d ALL")
        }
        if try attempt(what, { () throws(KernelError) in try CloneRecords.hasDependents(directory) }) {
            throw LXCError(.hasClones, what, reason: "\(name) has clones", hint: "destroy the clones first")
        }
        if try move(to: target, options, notes, what) { return }
        options.sharing = .whenPossible
        try clone(to: target, options, notes: notes)
        try destroy(DestroyOptions())
    }

    /// Moves the directory; false when that is not possible.
    private func move(
        to target: Container, _ options: CloneOptions, _ notes: (String) -> Void, _ what: String
    ) throws(LXCError) -> Bool {
        guard options.storage == nil, options.size == nil else { return false }
        try target.checkIsNew(notes)
        let start = try beginCloning(what, CloneOptions())
        let location = StorageLocation(start.document.config.rootfs)
        let own = [location?.upper ?? location?.source].compactMap { $0 }
        guard own.allSatisfy({ $0.hasPrefix(directory + "/") }) else { return false }
        var document = start.document
        var config = CloneConfig(original: self, directory: target.directory, name: target.name, options: options)
        try config.adapt(&document, location.map { $0.moved(from: directory, to: target.directory) })
        let originals = try attempt(what) { () throws(KernelError) in try CloneRecords.originals(directory) }
        let isMoved = try attempt(what) { () throws(KernelError) in
            // First for both names, and at the end for the new one: no moment at which an original could be destroyed.
            for original in originals { try CloneRecords.add(.init(lxcPath: target.lxcPath, name: target.name), to: original) }
            let prepared = directory.appendingPath(Self.preparedConfig(target.name))
            do throws(KernelError) {
                try AtomicFile.write(prepared, document.bytes, mode: 0o640)
                try HostPath.makeDirectories(target.lxcPath)
                // Neither name may vanish under somebody's feet, and nothing is replaced.
                try HostPath.renameNew(directory, to: target.directory)
            } catch {
                try HostPath.remove(prepared)
                guard error.errno == .improperLink || error.errno == .fileNameTooLong else { throw error }
                return false
            }
            return true
        }
        guard isMoved else { return false }
        try target.finishRename()
        if let location { try finish(target, location.moved(from: directory, to: target.directory), document, options) }
        for original in originals {
            try attempt("\(what): \(original.name) still counts the old name") { () throws(KernelError) in
                try CloneRecords.remove(.init(lxcPath: lxcPath, name: name), from: original)
            }
        }
        extendLifetime(start)
        return true
    }

    /// A renamed container is told its name as a clone is: by the clone hooks, and in `/etc/hostname`.
    private func finish(
        _ target: Container, _ location: StorageLocation, _ document: ContainerConfigDocument, _ options: CloneOptions
    ) throws(LXCError) {
        let what = "\(name) is renamed to \(target.name), but not everything in it knows"
        let build = CloneBuild(original: self, document: document, target: target, directory: target.directory, options: options)
        try Self.interruptible(what) { (signals) throws(LXCError) in
            try PrivateWork(what: what, helper: build.helper).run(signals) { () throws(OperationFailure) in
                try build.finish(location, nil, document.config)
            }
        }
    }

    /// The configuration that a container has under a new name lies ready under this one, and takes effect with the directory's name.
    private static func preparedConfig(_ name: String) -> String { preparedPrefix + name }
    private static let preparedPrefix = "config.for."

    /// Removes what a renaming left that was cut short before the directory got its name. For a caller that holds the container.
    func tidyRename() throws(LXCError) {
        try attempt("cannot tidy up after a renaming of \(name) that was cut short") { () throws(KernelError) in
            let names = try DirectoryListing.names(in: directory)
            try AtomicFile.removeLeftovers(in: directory, among: names)
            for file in names where file.hasPrefix(Self.preparedPrefix) {
                if file != Self.preparedConfig(name) { try HostPath.remove(directory.appendingPath(file)) }
            }
        }
    }

    /// Takes over the configuration that was prepared for this name, also when the renaming was cut short before that.
    func finishRename() throws(LXCError) {
        let prepared = directory.appendingPath(Self.preparedConfig(name))
        do throws(KernelError) {
            guard try FileStatus.ifPresent(prepared, followLinks: false) != nil else { return }
            try HostPath.rename(prepared, to: configFile)
        } catch {
            // For those who may only read: the old content is what they see.
            if [.permissionDenied, .notPermitted, .fileNameTooLong, .readOnlyFileSystem].contains(error.errno) { return }
            throw LXCError("cannot finish the renaming of \(name)", error)
        }
    }
}
