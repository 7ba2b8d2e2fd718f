// SPDX-License-Identifier: Apache-2.0

/// How a running container is written to disk.
package struct CheckpointOptions: Sendable, Equatable {
    /// The folder for the images; an absolute path.
    package var directory: String
    /// Whether the container ends once it is written; otherwise it runs on.
    package var stops = false
    /// Whether only the memory is written, so that the next checkpoint has less to do.
    package var isPreliminary = false
    /// The folder of an earlier, preliminary checkpoint, relative to ``directory``.
    package var earlier: String?
    /// A program that criu calls at each of its stages.
    package var actionScript: String?
    /// The largest file that was removed while open and is still written, in bytes; nil for criu's own limit.
    package var ghostLimit: UInt64?
    /// Whether criu tells everything it does in its log.
    package var isVerbose = false

    package init(directory: String) { self.directory = directory }
}
