// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Whom the running process acts for.
package enum ProcessOwner {
    /// Whether the effective user is root of the process's user namespace. Kernel call: `geteuid(2)`.
    package static var isRoot: Bool { geteuid() == 0 }
}
