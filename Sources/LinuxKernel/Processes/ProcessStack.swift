// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The calling thread's stack.
package enum ProcessStack {
    /// What a copy uses of it; a listing uses two thirds.
    private static let usual = 24 << 10

    /// Fills the pages that a short command is going to use, which costs half of what the page faults cost.
    ///
    /// Kernel call: `madvise(2)` `MADV_POPULATE_WRITE`. Without it (before Linux 5.14) the pages come one by one.
    package static func fill() { clinux_fill_stack(usual) }
}
