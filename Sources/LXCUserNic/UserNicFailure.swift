// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Why nothing was done: the lines that the user reads.
struct UserNicFailure: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }

    init(_ what: String, _ error: KernelError) { message = "\(what): \(error.reason)" }

    /// The one answer for every network namespace that is refused. Whoever asks must not learn whether a file or a process exists
    /// that is out of reach (CVE-2022-47952), so it says the same whatever the reason, and names nothing.
    static let namespace = UserNicFailure(
        """
        cannot use the network namespace: it does not exist, or it is not yours
          it has to belong to a user namespace that you made, and the file to open for you
        """)
}

/// Runs kernel work and gives its failure a meaning.
func doing<Value: ~Copyable>(
    _ what: @autoclosure () -> String, _ body: () throws(KernelError) -> Value
) throws(UserNicFailure) -> Value {
    do { return try body() } catch { throw UserNicFailure(what(), error) }
}
