// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Systems as the archive's packages make them, kept so that the next container is a copy.
struct SystemCache {
    private let folder: String
    /// Held while this exists: one process at a time makes or copies.
    private let lock: SharedDescriptor

    /// Where a distribution's systems are kept.
    static func folder(_ distribution: Distribution) -> String {
        (ProcessEnvironment.value("LXC_CACHE_PATH").flatMap { $0.isEmpty ? nil : $0 } ?? InstalledPaths.cache) + "/" + distribution.name
    }

    /// Opens the cache and waits for whoever else uses it.
    init(_ distribution: Distribution) throws(TemplateFailure) {
        folder = Self.folder(distribution)
        do { lock = try Self.lock(folder, distribution) } catch { throw TemplateFailure("cannot use the cache \(folder)", error) }
    }

    private static func lock(_ folder: String, _ distribution: Distribution) throws(KernelError) -> SharedDescriptor {
        try HostPath.makeDirectories(folder)
        // Set-user-id programs of a system that nobody has updated for a year are for nobody to run.
        try HostPath.changePermissions(folder, to: 0o700)
        let file = try OwnedDescriptor(opening: folder + "/.lock", [.readWrite, .create, .noFollow], mode: 0o600)
        if try !FileLock.tryLock(file) {
            HostProgram.say("Waiting for another lxc-\(distribution.name) to finish with the cache\n")
            _ = try FileLock.lock(file, until: nil)
        }
        return SharedDescriptor(file)
    }

    /// The path of a system, made now if it is not there or is to be made anew.
    ///
    /// - Parameters:
    ///   - name: What tells systems apart, for example `bookworm-amd64`.
    ///   - isFresh: Whether an existing one is removed first.
    ///   - make: Fills a folder that does not exist yet.
    /// - Returns: The system's folder.
    /// - Throws: ``TemplateFailure`` of `make`, or when the cache cannot be read or written.
    func system(_ name: String, isFresh: Bool, make: (String) throws(TemplateFailure) -> Void) throws(TemplateFailure) -> String {
        let (complete, partial) = ("\(folder)/rootfs-\(name)", "\(folder)/partial-\(name)")
        try remove(partial)
        if isFresh { try remove(complete) }
        do throws(KernelError) {
            if try FileStatus.ifPresent(complete) != nil { return complete }
        } catch { throw TemplateFailure("cannot look into the cache", error) }
        do { try make(partial) } catch {
            // What is wrong with the cache comes second to why the system could not be made.
            do { try remove(partial) } catch {}
            throw error
        }
        do { try HostPath.rename(partial, to: complete) } catch { throw TemplateFailure("cannot keep the new system", error) }
        return complete
    }

    /// Removes everything that is kept.
    func clean() throws(TemplateFailure) {
        let names: [String]
        do { names = try DirectoryListing.names(in: folder) } catch { throw TemplateFailure("cannot look into the cache", error) }
        for name in names where name != ".lock" { try remove(folder + "/" + name) }
    }

    private func remove(_ path: String) throws(TemplateFailure) {
        do throws(KernelError) {
            guard try FileStatus.ifPresent(path, followLinks: false) != nil else { return }
            let report = try TreeRemoval.remove(path)
            if let first = report.remaining.first { throw first.error }
        } catch { throw TemplateFailure("cannot remove \(path)", error) }
    }
}
