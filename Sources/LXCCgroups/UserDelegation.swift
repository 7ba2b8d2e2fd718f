// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

extension CgroupLayout {
    /// Whether the caller may make cgroups in one of the hierarchies.
    package var hasWritableBase: Bool {
        hierarchies.contains { hierarchy in
            guard let path = hierarchy.baseDirectory else { return false }
            // What cannot be opened cannot be written to.
            do throws(KernelError) { return try CgroupDirectory(opening: path).isWritable() } catch { return false }
        }
    }
}

extension ContainerCgroups {
    /// Whether no hierarchy takes part, so that the container has no cgroups.
    package var isEmpty: Bool { members.isEmpty }

    /// The payload's directories, and the files in them by which processes move and controllers are turned on.
    package var delegatedFiles: [String] {
        guard let payloadPath else { return [] }
        return members.flatMap { (member) -> [String] in
            guard let base = member.hierarchy.baseDirectory else { return [] }
            let directory = base + "/" + payloadPath
            let files =
                member.hierarchy.version == .v1 ? ["cgroup.procs", "tasks"] : ["cgroup.procs", "cgroup.threads", "cgroup.subtree_control"]
            return [directory] + files.map { directory + "/" + $0 }
        }
    }

    /// Directories of cgroups directly below the payload's.
    package func nestedDirectories() -> [String] {
        guard let payloadPath else { return [] }
        return members.flatMap { (member) -> [String] in
            guard let base = member.hierarchy.baseDirectory else { return [] }
            // What is gone needs no removal.
            do throws(KernelError) {
                return try member.base.directory.open(payloadPath).children().map { "\(base)/\(payloadPath)/\($0)" }
            } catch { return [] }
        }
    }
}
