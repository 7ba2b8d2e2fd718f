// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// Why the host's bridge for containers could not be set up, taken down or looked at.
package struct HostNetworkFailure: Error, Sendable, Equatable {
    /// What was being done, to what: `cannot make the bridge lxcbr0`.
    package var what: String
    /// Why, in words.
    package var reason: String
    /// The variable of the settings file that asked for it.
    package var variable: String?
    /// Where the variable stands; nil when it has its default.
    package var origin: ConfigOrigin?
    /// What to do next.
    package var hint: String?

    package init(_ what: String, reason: String, variable: String? = nil, origin: ConfigOrigin? = nil, hint: String? = nil) {
        self.what = what
        self.reason = reason
        self.variable = variable
        self.origin = origin
        self.hint = hint
    }

    package init(_ what: String, _ error: KernelError, hint: String? = nil) {
        self.init(what, reason: error.reason, hint: hint)
    }
}

/// Runs kernel work and gives its failure a meaning.
func doing<Value: ~Copyable>(
    _ what: @autoclosure () -> String, hint: @autoclosure () -> String? = nil, _ body: () throws(KernelError) -> Value
) throws(HostNetworkFailure) -> Value {
    do { return try body() } catch { throw HostNetworkFailure(what(), error, hint: hint()) }
}

/// Removes a file; one that is not there is no error.
func removeFile(_ path: String) throws(HostNetworkFailure) {
    do { try HostPath.remove(path) } catch { throw HostNetworkFailure("cannot remove \(path)", error) }
}
