// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// The containers below a container path.
package enum ContainerList {
    /// A container that was found.
    package struct Entry: Sendable, Equatable {
        package let name: String
        /// Whether it has a configuration; one without is known only because it runs.
        package let isDefined: Bool
    }

    /// Finds those that are defined and those that only run.
    ///
    /// - Parameter lxcPath: The container path; one that does not exist has no containers.
    /// - Returns: Sorted by the bytes of their names.
    /// - Throws: ``LXCError`` when the path or the list of sockets cannot be read.
    package static func find(lxcPath: String) throws(LXCError) -> [Entry] {
        let path = CommandAddress.withoutTrailingSlashes(lxcPath)
        let defined = Set(try self.defined(path))
        let running = try attempt("cannot learn which containers run") { () throws(KernelError) in
            try RunningContainers.names(lxcPath: path)
        }
        let names = defined.union(running.filter(isName))
        return names.sorted { $0.kernelBytes.lexicographicallyPrecedes($1.kernelBytes) }
            .map { Entry(name: $0, isDefined: defined.contains($0)) }
    }

    private static func defined(_ path: String) throws(LXCError) -> [String] {
        try attempt("cannot list the containers in \(path)") { () throws(KernelError) in
            do throws(KernelError) {
                let folder = try OwnedDescriptor(opening: path, [.readOnly, .directory])
                return try DirectoryListing.names(in: folder, subject: path).filter { isName($0) && hasConfig(path + "/" + $0) }
            } catch {
                if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return [] }
                throw error
            }
        }
    }

    private static func hasConfig(_ directory: String) -> Bool {
        do { return try FileStatus.ifPresent(directory + "/config") != nil } catch { return false }
    }

    private static func isName(_ name: String) -> Bool {
        do {
            try ContainerName.check(name)
            return true
        } catch { return false }
    }
}
