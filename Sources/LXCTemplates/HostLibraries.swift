// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The host's library folders, which a busybox that is linked dynamically needs inside the container.
enum HostLibraries {
    /// Those that the host has, relative to its root.
    static var folders: [String] {
        get throws(KernelError) {
            var present: [String] = []
            for folder in ["lib", "usr/lib", "lib64", "usr/lib64"] where try FileStatus.ifPresent("/" + folder)?.kind == .directory {
                present.append(folder)
            }
            return present
        }
    }
}
