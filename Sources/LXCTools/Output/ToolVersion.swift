// SPDX-License-Identifier: Apache-2.0

/// The version that the tools report with `--version`.
package enum ToolVersion {
    /// The release of C LXC whose behaviour the tools follow; scripts compare this number to learn what the tools can do.
    package static let text = "5.0.2"
    /// The day that manual pages carry: when their text changed last in a way that readers notice.
    package static let day = "2026-11-28"
}
