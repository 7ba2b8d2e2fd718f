// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The machine's processors.
package enum Processors {
    /// How many of them this process may use, 1 or more.
    ///
    /// Kernel call: `sched_getaffinity(2)`.
    package static var usable: Int { Int(clinux_processor_count()) }
}
