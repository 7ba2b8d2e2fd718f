// SPDX-License-Identifier: Apache-2.0
import CLinux

/// The kernel's unit of memory.
package enum MemoryPage {
    /// Bytes in a page, for example 4096.
    ///
    /// Library call: `getpagesize(2)`.
    package static var size: Int { Int(getpagesize()) }
}
