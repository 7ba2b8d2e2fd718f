// SPDX-License-Identifier: Apache-2.0
import CLinux

extension DirectoryHandle {
    /// Gives something directly in this directory a second name, directly in `directory`. A symbolic link itself gets it.
    ///
    /// - Throws: ``KernelError``; `.fileExists` when the name is taken, `.improperLink` when the directories lie on different
    ///   filesystems, `.tooManyLinks` when the filesystem allows no more, `.notPermitted` when it allows none.
    ///
    /// Kernel call: `linkat(2)` without `AT_SYMLINK_FOLLOW`.
    package func makeHardLink(of name: String, as newName: String, in directory: borrowing DirectoryHandle) throws(KernelError) {
        let number = number
        let target = directory.number
        try kernelCommand("linkat", directory.subject(newName)) {
            name.withKernelString { name in newName.withKernelString { linkat(number, name, target, $0, 0) } }
        }
    }
}
