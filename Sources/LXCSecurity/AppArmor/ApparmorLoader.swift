// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Compiles profiles with AppArmor's parser, and gives them to the kernel.
package struct ApparmorLoader: Sendable {
    /// Why a profile could not be loaded.
    package struct Failure: Error {
        package let reason: String
        package let hint: String?
    }

    /// The parser, and what tells one version of it from another.
    private struct Parser {
        let path: String
        let version: String
    }

    /// Where the parser may be: fixed, because it runs as root.
    private static let parsers = ["/usr/sbin/apparmor_parser", "/sbin/apparmor_parser", "/usr/bin/apparmor_parser"]
    private static let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]

    /// Where compiled profiles are kept; nil to keep none.
    private let cache: String?

    /// - Parameter cache: A folder, made when it is needed. A compilation takes 80 ms, loading what is in here not one.
    package init(cache: String?) { self.cache = cache }

    /// Loads a profile, in the place of one that has its name.
    ///
    /// - Parameters:
    ///   - profile: What to load.
    ///   - notes: Called when compiled profiles cannot be kept.
    /// - Throws: ``Failure`` without a parser, with the parser's own words, or with the kernel's reason.
    package func load(_ profile: ApparmorProfile, notes: (String) -> Void) throws(Failure) {
        guard let parser = try Self.kernel("the parser cannot be looked for", { () throws(KernelError) in try Self.parser() }) else {
            throw Failure(reason: "apparmor_parser is not installed", hint: "apt-get install apparmor")
        }
        // The kernel's abilities decide what the parser makes of a text.
        let text = try Self.kernel("the kernel does not say what it is") { () throws(KernelError) in
            // Ends with a line end.
            "# Compiled by \(parser.version) for Linux " + (try WholeFile.text("/proc/sys/kernel/osrelease")) + profile.text
        }
        let policy: [UInt8]
        if let kept = kept(profile, text) {
            policy = kept
        } else {
            policy = try compile(text, parser)
            do throws(KernelError) { try keep(policy, profile, text) } catch {
                notes("compiled AppArmor profiles cannot be kept: \(error)")
            }
        }
        try Self.kernel("the kernel refused the profile") { () throws(KernelError) in try ApparmorModule.load(policy) }
    }

    /// Lets the parser load whatever a file of the host's has.
    ///
    /// - Parameters:
    ///   - file: Its path.
    ///   - folder: Where it finds what it includes, besides `/etc/apparmor.d`.
    /// - Throws: ``Failure``
    package static func load(file: String, including folder: String) throws(Failure) {
        guard let parser = try kernel("the parser cannot be looked for", { () throws(KernelError) in try parser() }) else {
            throw Failure(reason: "apparmor_parser is not installed", hint: "apt-get install apparmor")
        }
        _ = try run(parser, ["--replace", "--write-cache", "--quiet", "--Include", folder, file])
    }

    // MARK: - Compiling

    private func compile(_ text: String, _ parser: Parser) throws(Failure) -> [UInt8] {
        let policy = try Self.run(parser, ["--stdout", "--quiet"], input: text.kernelBytes)
        guard !policy.isEmpty else { throw Failure(reason: "apparmor_parser compiled nothing", hint: nil) }
        return policy
    }

    private static func run(_ parser: Parser, _ options: [String], input: [UInt8] = []) throws(Failure) -> [UInt8] {
        let result = try kernel("apparmor_parser cannot be run") { () throws(KernelError) in
            try ProgramRun.of(
                parser.path, arguments: ["apparmor_parser"] + options, environment: environment, input: input, milliseconds: 60000)
        }
        guard result.isSuccess else {
            let words = String(kernelBytes: result.error).split(separator: "\n").map { String($0) }.joined(separator: "; ")
            throw Failure(reason: "apparmor_parser: " + (words.isEmpty ? "\(result.status)" : words), hint: nil)
        }
        return result.output
    }

    private static func parser() throws(KernelError) -> Parser? {
        for path in parsers {
            guard let status = try FileStatus.ifPresent(path), status.kind == .regular else { continue }
            let details = try FileDetails(of: OwnedDescriptor(opening: path, .path))
            return Parser(path: path, version: "\(path) of \(details.times.modified.seconds), inode \(status.inode)")
        }
        return nil
    }

    // MARK: - What was compiled before

    private func kept(_ profile: ApparmorProfile, _ text: String) -> [UInt8]? {
        guard let cache, let before = try? WholeFile.text(cache + "/" + profile.fileName, limit: 1 << 20),  // compiled again without it
            before == text, let policy = try? WholeFile.read(cache + "/" + profile.fileName + ".policy", limit: 1 << 24)  // likewise
        else { return nil }
        return policy
    }

    /// The text last: it vouches for the policy beside it.
    private func keep(_ policy: [UInt8], _ profile: ApparmorProfile, _ text: String) throws(KernelError) {
        guard let cache else { return }
        let file = cache + "/" + profile.fileName
        try HostPath.makeDirectories(cache, mode: 0o700)
        try HostPath.remove(file)
        try AtomicFile.write(file + ".policy", policy, mode: 0o600)
        try AtomicFile.write(file, text.kernelBytes, mode: 0o600)
    }

    private static func kernel<Value>(_ what: String, _ body: () throws(KernelError) -> Value) throws(Failure) -> Value {
        do { return try body() } catch { throw Failure(reason: "\(what): \(error.reason(after: ""))", hint: nil) }
    }
}
