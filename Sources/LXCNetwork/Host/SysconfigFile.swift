// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel

/// Files such as `/etc/default/lxc-net`: written for a shell, read without one.
///
/// They hold `NAME=value` with quotes, comments, `export`, and `$NAME` of variables that were set before; and they read each other with
/// `. FILE`, alone or behind a test whether FILE is there. What else a shell would do is refused with the place where it stands.
package struct SysconfigFile: Sendable {
    /// The variables that were set, the later value of each.
    package private(set) var variables: [String: Sourced<String>]
    /// The files that were read, in order.
    package private(set) var files: [String] = []

    private static let sizeLimit = 1 << 20
    /// Files that read files; a file that reads itself ends here.
    private static let depthLimit = 8

    /// Begins with variables that are set already, for `$NAME`.
    package init(_ variables: [String: Sourced<String>] = [:]) { self.variables = variables }

    /// Reads a file of the host; one that is missing says nothing.
    ///
    /// - Throws: ``HostNetworkFailure`` for a file that cannot be read, or the first line that is not understood.
    package mutating func read(_ path: String) throws(HostNetworkFailure) { try read(path, depth: 0, from: nil) }

    /// Reads text as that of a file.
    ///
    /// - Throws: ``HostNetworkFailure`` for the first line that is not understood.
    package mutating func read(_ bytes: [UInt8], file: String) throws(HostNetworkFailure) { try read(bytes, file: file, depth: 0) }

    private mutating func read(_ path: String, depth: Int, from origin: ConfigOrigin?) throws(HostNetworkFailure) {
        let bytes: [UInt8]
        do { bytes = try RegularFile(path, limit: Self.sizeLimit).bytes } catch {
            if case .kernel(let error) = error, origin == nil, error.errno == .noSuchFileOrDirectory { return }
            throw HostNetworkFailure("cannot read \(path)", reason: error.reason, origin: origin)
        }
        try read(bytes, file: path, depth: depth)
    }

    private mutating func read(_ bytes: [UInt8], file: String, depth: Int) throws(HostNetworkFailure) {
        files.append(file)
        var scanner = ShellWords(bytes, file: file)
        while let statement = try scanner.next(variables) {
            switch statement.kind {
            case .assignments(let assignments):
                for (name, value) in assignments { variables[name] = Sourced(value, statement.origin) }
            case .source(let path, let isOptional):
                guard depth < Self.depthLimit else {
                    throw HostNetworkFailure(
                        "cannot read \(path)", reason: "files read each other more than \(Self.depthLimit) levels deep",
                        origin: statement.origin, hint: "remove the line")
                }
                if isOptional, !isThere(path) { continue }
                try read(path, depth: depth + 1, from: statement.origin)
            }
        }
    }

    private func isThere(_ path: String) -> Bool {
        // A file that cannot be looked at is no file to a shell's test either.
        do { return try FileStatus.ifPresent(path) != nil } catch { return false }
    }
}
