// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LXCStorage
package import LinuxKernel

/// Why something could not be done, in the words that the user reads: what, on what, why, where it was asked for, what to do.
package struct OperationFailure: Error, Sendable, Equatable {
    /// What was being done, as a sentence without its end: `cannot mount /dev/snd on dev/snd`.
    package var what: String
    /// The reason in words, usually the kernel's.
    package var reason: String
    /// The kernel's error number; 0 when the kernel was not the one to refuse.
    package var errno: Int32
    /// The configuration key that asked for it.
    package var key: String?
    /// Where the key stands.
    package var origin: ConfigOrigin?
    /// What the user can do next.
    package var hint: String?

    package init(
        _ what: String, reason: String, errno: Int32 = 0, key: String? = nil, origin: ConfigOrigin? = nil, hint: String? = nil
    ) {
        self.what = what
        self.reason = reason
        self.errno = errno
        self.key = key
        self.origin = origin
        self.hint = hint
    }

    package init(_ what: String, _ error: KernelError, key: String? = nil, origin: ConfigOrigin? = nil, hint: String? = nil) {
        self.init(what, reason: error.reason, errno: error.errno.rawValue, key: key, origin: origin, hint: hint)
    }

    /// A failure of storage as that of what needed it.
    package init(_ failure: StorageFailure, key: String? = nil, origin: ConfigOrigin? = nil) {
        self.init(failure.what, reason: failure.reason, errno: failure.errno, key: key, origin: origin, hint: failure.hint)
    }

    /// A problem of the configuration as the failure of what needed it.
    package init(_ problem: ConfigProblem) {
        if problem.isUnreadableFile {
            // No line asked for anything yet.
            self.init("cannot read \(problem.origin.file)", reason: problem.reason, hint: problem.hint)
            return
        }
        self.init(
            problem.key.map { "cannot use \($0)" } ?? "cannot read the configuration", reason: problem.reason, key: problem.key,
            origin: problem.origin.file.isEmpty ? nil : problem.origin, hint: problem.hint)
    }

    /// The same with the place of its key in the configuration; a key that stands nowhere was asked for by nobody, and goes.
    package func placed(in config: ContainerConfig) -> OperationFailure {
        guard origin == nil, let key else { return self }
        var placed = self
        placed.origin = config.origin(of: key)
        if placed.origin == nil { placed.key = nil }
        return placed
    }

    /// The lines that a tool prints after its own name and the container's: three at most, but for a hint of several lines.
    package var lines: [String] {
        var lines = [reason.isEmpty ? what : "\(what): \(reason)"]
        if let origin, !origin.file.isEmpty {
            lines.append("  asked for by \(key ?? "the configuration") at \(origin)")
        } else if let key {
            lines.append("  asked for by \(key)")
        }
        if let hint { lines += hint.split(separator: "\n").map { "  \($0)" } }
        return lines.map { $0.printable }
    }
}

/// Runs kernel work and gives its failure a meaning.
///
/// `reasons`: the only ones that the hint is an answer to; none when it is one to all.
package func attempting<Value: ~Copyable>(
    _ what: @autoclosure () -> String, key: String? = nil, origin: ConfigOrigin? = nil, hint: @autoclosure () -> String? = nil,
    for reasons: [Errno] = [], _ body: () throws(KernelError) -> Value
) throws(OperationFailure) -> Value {
    do { return try body() } catch {
        let isAnswer = reasons.isEmpty || reasons.contains(error.errno)
        throw OperationFailure(what(), error, key: key, origin: origin, hint: isAnswer ? hint() : nil)
    }
}

/// Runs work on storage as part of something larger.
package func usingStorage<Value: ~Copyable>(_ body: () throws(StorageFailure) -> Value) throws(OperationFailure) -> Value {
    do { return try body() } catch { throw OperationFailure(error) }
}
