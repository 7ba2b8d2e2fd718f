// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The file that `lxc.mount.fstab` names.
enum FstabFile {
    /// The entries, each with its line in that file.
    static func entries(_ setting: Sourced<String>) throws(OperationFailure) -> [Sourced<MountEntry>] {
        let text = try attempting(
            "cannot read the mount table \(setting.value)", key: "lxc.mount.fstab", origin: setting.origin
        ) { () throws(KernelError) in try WholeFile.text(setting.value) }
        var entries: [Sourced<MountEntry>] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.drop { $0 == " " || $0 == "\t" }
            if content.isEmpty || content.first == "#" { continue }
            let origin = ConfigOrigin(file: setting.value, line: index + 1)
            do { entries.append(Sourced(try MountEntry(parsing: String(content)), origin)) } catch {
                throw OperationFailure(
                    "cannot read the mount entry \"\(content)\"", reason: error.reason, key: "lxc.mount.fstab", origin: origin)
            }
        }
        return entries
    }
}
