// SPDX-License-Identifier: Apache-2.0

/// How much is logged; a message is written when its level is at least the chosen one.
package enum LogLevel: Int, Sendable, CaseIterable, Comparable {
    case trace = 0
    case debug
    case info
    case notice
    case warn
    case error
    case crit
    case alert
    case fatal

    /// The level's name as the log shows it, upper case.
    package var name: String { Self.names[rawValue] }

    private static let names = ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "FATAL"]

    /// The level for a name in any case, or for a number from 0 to 8.
    package init?(word: String) {
        let upper = word.uppercased()
        if let index = Self.names.firstIndex(of: upper) {
            self.init(rawValue: index)
            return
        }
        guard word.utf8.count == 1, let number = Int(word) else { return nil }
        self.init(rawValue: number)
    }

    package static func < (first: LogLevel, second: LogLevel) -> Bool { first.rawValue < second.rawValue }
}
