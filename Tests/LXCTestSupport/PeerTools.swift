// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Debian's tools, which we compare and interoperate with.
package enum PeerTools {
    /// Where they are; nil when they are not installed.
    package static let folder: String? = {
        do {
            // Ours installed in their place would be no judge: C LXC's tools are separate programs, not links to one.
            return try FileStatus.ifPresent("/usr/bin/lxc-start", followLinks: false)?.kind == .regular ? "/usr/bin" : nil
        } catch { return nil }
    }()

    /// Removes the empty monitor cgroups that C LXC leaves behind for a stopped container.
    package static func removeCgroups(containing tag: String) throws {
        for path in MachineSnapshot.cgroupFolders().reversed() where path.contains("lxc.monitor") && path.contains(tag) {
            let (parent, name) = DirectoryHandle.split(path)
            do { try DirectoryHandle(opening: "/" + parent).remove(name, isDirectory: true) } catch {
                // Its supervisor may still be there; what stays then shows in the snapshot.
                if error.errno != .resourceBusy && error.errno != .noSuchFileOrDirectory { throw error }
            }
        }
    }
}
