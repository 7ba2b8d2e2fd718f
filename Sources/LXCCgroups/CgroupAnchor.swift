// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// An open cgroup directory that several values work below.
final class CgroupAnchor: Sendable {
    let directory: CgroupDirectory
    let version: CgroupVersion

    init(_ directory: consuming CgroupDirectory, _ version: CgroupVersion) {
        self.directory = directory
        self.version = version
    }
}

/// One cgroup of a container: where it hangs and its path from there.
struct AnchoredCgroup: Sendable {
    let anchor: CgroupAnchor
    /// Relative to the anchor, without slashes at its ends.
    let path: String

    var label: String { anchor.directory.subject(path) }

    func open() throws(KernelError) -> CgroupDirectory { try anchor.directory.open(path) }
}
