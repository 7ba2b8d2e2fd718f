// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Why storage could not be made, used or removed, in the words that the user reads.
package struct StorageFailure: Error, Sendable, Equatable {
    /// What was being done, as a sentence without its end.
    package var what: String
    package var reason: String
    /// The kernel's error number; 0 when the kernel was not the one to refuse.
    package var errno: Int32
    /// What the user can do next.
    package var hint: String?

    package init(_ what: String, reason: String, errno: Int32 = 0, hint: String? = nil) {
        self.what = what
        self.reason = reason
        self.errno = errno
        self.hint = hint
    }

    package init(_ what: String, _ error: KernelError, hint: String? = nil) {
        self.init(what, reason: error.reasonWithPath(after: what), errno: error.errno.rawValue, hint: hint)
    }
}

extension StorageFailure {
    /// The same failure, when what had been made until then could not be taken back. `thing`: what stays.
    func leaving(_ thing: String, _ failure: StorageFailure) -> StorageFailure {
        var both = self
        both.hint = "\(thing) stays behind: \(failure.reason)"
        return both
    }
}

/// Runs kernel work and gives its failure a meaning.
func storing<Value: ~Copyable>(
    _ what: @autoclosure () -> String, hint: @autoclosure () -> String? = nil, _ body: () throws(KernelError) -> Value
) throws(StorageFailure) -> Value {
    do { return try body() } catch { throw StorageFailure(what(), error, hint: hint()) }
}
