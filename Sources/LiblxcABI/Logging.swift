// SPDX-License-Identifier: Apache-2.0
public import CLiblxc
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel
import Synchronization

/// The log of the process that uses the library, as `lxc_log_init` asked for it; without it nothing is logged.
enum Logging {
    /// What was asked for.
    struct Choice: Sendable {
        var file: String?
        var level = LogLevel.error
        var prefix: String
    }

    private static let choice = Mutex<(chosen: Choice, file: SharedDescriptor?)?>(nil)

    /// What was asked for; nil when nothing was.
    static var current: Choice? { choice.withLock { $0?.chosen } }

    static func open(_ wanted: Choice) -> Bool {
        var file: SharedDescriptor?
        if let path = wanted.file { do { file = try LogWriter.open(path) } catch { return false } }
        choice.withLock { [file] in $0 = (wanted, file) }
        return true
    }

    static func close() { choice.withLock { $0 = nil } }

    /// Writes down why a call has failed.
    static func report(_ error: LXCError, container: String?) {
        guard let (chosen, file) = choice.withLock({ $0 }) else { return }
        LogWriter(prefix: chosen.prefix, name: container, level: chosen.level, file: file).failure(error.failure)
    }
}

/// `lxc_log_init`: 0, or -1 when the level or the file cannot be used.
@c(lxc_log_init)
public func logInit(_ log: UnsafeMutablePointer<lxc_log>?) -> Int32 {
    guard let log = log?.pointee else { return -1 }
    var wanted = Logging.Choice(prefix: String(kernelText: log.prefix) ?? "lxc")
    if let word = String(kernelText: log.level) {
        guard let level = LogLevel(word: word) else { return -1 }
        wanted.level = level
    }
    wanted.file = String(kernelText: log.file).flatMap { $0 == "none" ? nil : $0 }
    return Logging.open(wanted) ? 0 : -1
}

/// `lxc_log_close`.
@c(lxc_log_close)
public func logClose() { Logging.close() }
