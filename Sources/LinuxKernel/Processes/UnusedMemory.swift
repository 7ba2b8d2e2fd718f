// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Memory that was needed for a moment, in a process that lives for months.
package enum UnusedMemory {
    /// Gives free pages of the heap and of the stack below the present depth back to the kernel.
    ///
    /// Library call: `malloc_trim(3)`; kernel call: `madvise(2)` with `MADV_DONTNEED`.
    package static func release() {
        clinux_release_heap()
        clinux_release_stack()
    }
}
