// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Writing maps that the caller may not write by itself, through newuidmap(1) and newgidmap(1).
///
/// The kernel lets an ordinary user map one user and one group, their own. Those programs are set-user-ID root and map what
/// subuid(5) and subgid(5) give the user.
package enum IDMapPrograms {
    /// Longer than any look-up of the user that the programs may have to make.
    private static let patience: Int32 = 10_000

    /// Writes both maps of a process that sits in a new user namespace, in the way that the caller's rights allow.
    ///
    /// - Parameters:
    ///   - mapping: The maps; an empty one is not written.
    ///   - pid: The process.
    /// - Throws: ``KernelError`` of the kernel, or with `.notPermitted` and what the helper program said.
    package static func install(_ mapping: IDMapping, to pid: Int32) throws(KernelError) {
        let user = ProcessControl.effectiveUser
        if user == 0 {
            if !mapping.groups.isEmpty { try WholeFile.writeControl("/proc/\(pid)/gid_map", IDMapWriter.text(mapping.groups)) }
            if !mapping.users.isEmpty { try WholeFile.writeControl("/proc/\(pid)/uid_map", IDMapWriter.text(mapping.users)) }
            return
        }
        if mapping.isOnly(user: user, group: ProcessControl.effectiveGroup) {
            if !mapping.groups.isEmpty {
                // Otherwise whoever is root inside could leave a group that is refused something.
                try WholeFile.writeControl("/proc/\(pid)/setgroups", "deny")
                try WholeFile.writeControl("/proc/\(pid)/gid_map", IDMapWriter.text(mapping.groups))
            }
            if !mapping.users.isEmpty { try WholeFile.writeControl("/proc/\(pid)/uid_map", IDMapWriter.text(mapping.users)) }
            return
        }
        try run("newgidmap", mapping.groups, pid)
        try run("newuidmap", mapping.users, pid)
    }

    /// Where one of the programs is; nil when it is not installed.
    package static func find(_ name: String) throws(KernelError) -> String? {
        let folders =
            ["/usr/bin", "/bin", "/usr/local/bin"] + (ProcessEnvironment.value("PATH") ?? "").split(separator: ":").map(String.init)
        for folder in folders where folder.hasPrefix("/") {
            if let status = try FileStatus.ifPresent("\(folder)/\(name)"), status.kind == .regular { return "\(folder)/\(name)" }
        }
        return nil
    }

    private static func run(_ name: String, _ ranges: [IDRange], _ pid: Int32) throws(KernelError) {
        if ranges.isEmpty { return }
        guard let path = try find(name) else {
            throw KernelError(
                call: name, errno: .noSuchFileOrDirectory, subject: "id map",
                explanation: "\(name) is not installed, and without it only root can map more than one id (package uidmap)")
        }
        let numbers = ranges.flatMap { ["\($0.inside)", "\($0.outside)", "\($0.count)"] }
        let result = try ProgramRun.of(
            path, arguments: [name, "\(pid)"] + numbers, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], milliseconds: patience)
        guard !result.isSuccess else { return }
        let said = String(kernelBytes: result.error.prefix { $0 != 0x0A })
        throw KernelError(
            call: name, errno: .notPermitted, subject: "id map", explanation: said.isEmpty ? "\(name) \(result.status)" : said)
    }
}
