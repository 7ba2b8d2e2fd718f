// SPDX-License-Identifier: Apache-2.0

/// Where work on a container is logged, and how much.
public struct Log: Sendable, Hashable {
    /// How much is logged, from everything to nothing but the worst.
    public enum Level: String, Sendable, CaseIterable {
        /// Everything.
        case trace = "TRACE"
        /// What helps to find mistakes.
        case debug = "DEBUG"
        /// What is done.
        case info = "INFO"
        /// What is unusual, and fine.
        case notice = "NOTICE"
        /// What may be wrong.
        case warn = "WARN"
        /// What has failed.
        case error = "ERROR"
        /// What cannot go on.
        case crit = "CRIT"
        /// What somebody has to look at now.
        case alert = "ALERT"
        /// The end.
        case fatal = "FATAL"
    }

    /// The file, which lines are added to; nil for that of the configuration.
    public var file: String?
    /// The least that is logged; nil for what the configuration says.
    public var level: Level?

    /// Chooses a log.
    ///
    /// - Parameters:
    ///   - file: The file, which lines are added to; nil for that of the configuration.
    ///   - level: The least that is logged; nil for what the configuration says.
    public init(file: String? = nil, level: Level? = nil) {
        self.file = file
        self.level = level
    }
}
