// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

/// Why something could not be done: a code for programs, and the whole story for people.
///
/// ```swift
/// do { try container.start() } catch {
///     if error.code == .alreadyRunning { return }
///     print(error)  // what, why, which line of which file asked for it, what to do next
/// }
/// ```
public struct LXCError: Error, Sendable, Hashable {
    /// What kind of failure it is. Later releases may have more kinds.
    public struct Code: Sendable, Hashable, RawRepresentable {
        /// The kind as a word, for example `not-running`.
        public let rawValue: String

        /// A kind by its word.
        ///
        /// - Parameter rawValue: The word.
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// A place in a file.
    public struct Place: Sendable, Hashable {
        /// The file, or what the place is called when it is none.
        public let file: String
        /// Counted from 1; 0 when it is not known.
        public let line: Int
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being done: `cannot start web`.
    public let what: String
    /// Why that failed, in words; empty when there is nothing to add.
    public let reason: String
    /// The kernel's error number; 0 when it was not the kernel that refused.
    public let errno: Int32
    /// The configuration key that asked for it.
    public let key: String?
    /// Where that key stands.
    public let place: Place?
    /// What to do next.
    public let hint: String?
    /// The lines that people read.
    private let lines: [String]

    init(_ code: Code, _ failure: OperationFailure) {
        self.code = code
        what = failure.what
        reason = failure.reason
        errno = failure.errno
        key = failure.key
        place = failure.origin.map { Place(file: $0.file, line: $0.line) }
        hint = failure.hint
        lines = failure.lines
    }

    init(_ code: Code, _ what: String, reason: String, hint: String? = nil) {
        self.init(code, OperationFailure(what, reason: reason, hint: hint))
    }

    init(_ error: OperationError) { self.init(Code(rawValue: error.code.rawValue), error.failure) }

    init(_ problem: ConfigProblem) { self.init(OperationError(problem)) }

    init(_ what: String, _ error: KernelError) { self.init(OperationError(what, error)) }

    init(_ what: String, _ error: ControlError) { self.init(OperationError(what, error)) }
}

extension LXCError.Code {
    /// The container does not exist.
    public static let notDefined = Self(rawValue: "not-defined")
    /// A container of that name exists.
    public static let alreadyDefined = Self(rawValue: "already-defined")
    /// The container does not run.
    public static let notRunning = Self(rawValue: "not-running")
    /// The container runs, or somebody else works on it.
    public static let alreadyRunning = Self(rawValue: "already-running")
    /// The caller may not control the container.
    public static let notPermitted = Self(rawValue: "not-permitted")
    /// The configuration cannot be used.
    public static let invalidConfiguration = Self(rawValue: "invalid-configuration")
    /// The name cannot be a container's.
    public static let invalidName = Self(rawValue: "invalid-name")
    /// Somebody is creating the container, or somebody died doing so.
    public static let unfinishedCreation = Self(rawValue: "unfinished-creation")
    /// A time limit has passed.
    public static let timedOut = Self(rawValue: "timed-out")
    /// The template has failed, or there is no such template.
    public static let templateFailed = Self(rawValue: "template-failed")
    /// The program is not there in the container.
    public static let programNotFound = Self(rawValue: "program-not-found")
    /// The program is there in the container, but cannot be executed.
    public static let programNotExecutable = Self(rawValue: "program-not-executable")
    /// The container has snapshots, which would be lost.
    public static let hasSnapshots = Self(rawValue: "has-snapshots")
    /// Other containers build on this one's storage.
    public static let hasClones = Self(rawValue: "has-clones")
    /// The container has no snapshot of that name.
    public static let noSnapshot = Self(rawValue: "no-such-snapshot")
    /// More was said than the caller wanted to hear.
    public static let tooMuchOutput = Self(rawValue: "too-much-output")
    /// Any other failure.
    public static let failed = Self(rawValue: "failed")
}

extension LXCError: CustomStringConvertible {
    /// What, why, which line of which file asked for it, and what to do next: at most three lines.
    public var description: String { lines.joined(separator: "\n") }
}

/// The error of the operations themselves, which users of this library do not see.
typealias OperationError = LXCOperations.LXCError

/// Runs an operation and gives its failure the form that users see.
func calling<Result: ~Copyable>(_ body: () throws(OperationError) -> Result) throws(LXCError) -> Result {
    do { return try body() } catch { throw LXCError(error) }
}

/// Asks a supervisor and gives its refusal a meaning.
func asking<Result: ~Copyable>(_ what: @autoclosure () -> String, _ body: () throws(ControlError) -> Result) throws(LXCError) -> Result {
    do { return try body() } catch { throw LXCError(what(), error) }
}
