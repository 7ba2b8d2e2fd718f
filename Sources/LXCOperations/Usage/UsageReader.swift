// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
package import LinuxKernel

/// Looks again and again at what the running containers of a folder use.
///
/// A container is asked for its cgroups once. Their control files stay open, so that every further look at one is a single `pread(2)`;
/// which containers there are is read from one file.
package final class UsageReader {
    /// An open control file; a class because an array cannot hold what has one owner.
    private final class OpenFile {
        let kind: UsageFile
        let descriptor: OwnedDescriptor

        init(_ kind: UsageFile, _ descriptor: consuming OwnedDescriptor) {
            self.kind = kind
            self.descriptor = descriptor
        }
    }

    private enum Watched {
        case files([OpenFile])
        /// It did not answer, and is left alone until then.
        case silent(until: MonotonicInstant)
    }

    private let lxcPath: String
    private var watched: [String: Watched] = [:]
    /// Large enough for the largest control file, the list of all block devices.
    private var buffer = [UInt8](repeating: 0, count: 65536)

    /// How long a supervisor may take to answer, and how long one that did not is left alone.
    private static let patience = Duration.milliseconds(500)
    private static let pause = Duration.seconds(30)

    /// Looks at nothing yet.
    ///
    /// - Parameter lxcPath: The folder of the containers.
    package init(lxcPath: String) {
        self.lxcPath = CommandAddress.withoutTrailingSlashes(lxcPath)
        // Some files for each container. Where the limit is low, the containers that come too late are shown without numbers.
        ResourceLimit.raiseOpenFiles()
    }

    /// What the containers use at this moment.
    ///
    /// - Returns: The running ones, sorted by the bytes of their names.
    /// - Throws: ``KernelError`` when nobody can tell which containers run.
    package func read() throws(KernelError) -> [ContainerUsage] {
        let names = try RunningContainers.names(lxcPath: lxcPath)
        let present = Set(names)
        for name in Array(watched.keys) where !present.contains(name) { watched[name] = nil }
        return names.map { usage(of: $0) }
    }

    private func usage(of name: String) -> ContainerUsage {
        if let usage = readFiles(of: name) { return usage }
        watched[name] = open(name)
        return readFiles(of: name) ?? ContainerUsage(name: name)
    }

    /// Nil when its files have to be opened first: it is new, or its cgroups are gone because it has been started anew.
    private func readFiles(of name: String) -> ContainerUsage? {
        var usage = ContainerUsage(name: name)
        switch watched[name] {
        case .none: return nil
        case .silent(let moment): return moment.hasPassed ? nil : usage
        case .files(let files):
            if files.isEmpty { return nil }
            for file in files {
                do throws(KernelError) {
                    let count = try file.descriptor.readFromStart(into: &buffer)
                    file.kind.show(UsageText(buffer[..<count]), in: &usage)
                } catch {
                    if error.errno == .operationNotSupportedByDevice { return nil }
                    // "Not supported": the controller is turned off, and its value stays unknown.
                }
            }
            return usage
        }
    }

    private func open(_ name: String) -> Watched {
        do throws(ControlError) {
            let client = ControlClient(lxcPath: lxcPath, name: name, timeLimit: Self.patience)
            var files: [OpenFile] = []
            for directory in try client.cgroupDescriptors().directories {
                try ControlError.wrapping { () throws(KernelError) in
                    try Self.openFiles(CgroupDirectory(owning: try directory.duplicate(), label: name), &files)
                }
            }
            return .files(files.sorted { $0.kind.rawValue < $1.kind.rawValue })
        } catch {
            // One that has just ended is asked again at the next look.
            return error == .stopped ? .files([]) : .silent(until: .now + Self.pause)
        }
    }

    private static func openFiles(_ directory: borrowing CgroupDirectory, _ files: inout [OpenFile]) throws(KernelError) {
        guard let version = try directory.version() else { return }
        for kind in UsageFile.allCases where kind.version == version && !files.contains(where: { $0.kind == kind }) {
            do throws(KernelError) { files.append(OpenFile(kind, try directory.openFile(kind.name, .readOnly))) } catch {
                // Another controller's; or the host does not count that.
                if error.errno == .noSuchFileOrDirectory || error.errno == .notSupportedOnSocket { continue }
                throw error
            }
        }
    }
}
