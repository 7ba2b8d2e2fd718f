// SPDX-License-Identifier: Apache-2.0
import Gzip
import LinuxKernel

/// The options a kernel was built with.
package struct KernelConfiguration: Sendable {
    /// How an option is built.
    package enum Build: Sendable, Equatable { case builtIn, module }

    private var builds: [Substring: Build] = [:]
    /// Major and minor number from the file's heading; `nil` when the file does not say.
    package private(set) var version: (major: Int, minor: Int)?

    /// Reads a configuration file's text: `CONFIG_X=y` lines and the heading that names the version.
    package init(text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("CONFIG_") {
                if line.hasSuffix("=y") { builds[line.dropLast(2)] = .builtIn }
                if line.hasSuffix("=m") { builds[line.dropLast(2)] = .module }
            } else if version == nil && line.hasPrefix("#") && line.holds("Linux") {
                version = Self.version(in: line)
            }
        }
    }

    /// How an option such as `CONFIG_VETH` is built; `nil` when it is not.
    package func build(of option: String) -> Build? { builds[option[...]] }

    /// Whether the kernel is at least that version; one of unknown version is taken for the latest.
    package func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
        version.map { ($0.major, $0.minor) >= (major, minor) } ?? true
    }

    /// The first word that looks like a version: `# Linux/x86 6.1.0 Kernel Configuration`.
    private static func version(in line: Substring) -> (major: Int, minor: Int)? {
        for word in line.split(separator: " ") {
            let numbers = word.split(separator: ".")
            guard numbers.count >= 2, let major = Int(numbers[0]), let minor = Int(numbers[1].prefix { $0.isNumber }) else { continue }
            return (major, minor)
        }
        return nil
    }
}

extension KernelConfiguration {
    /// The largest configuration that is read; today's are 300 kB.
    private static let limit = 16 << 20

    /// Reads a configuration file, plain or packed with gzip.
    ///
    /// - Throws: ``ToolFailure`` when it exists but is no kernel configuration, or cannot be read.
    /// - Returns: `nil` when there is no such file.
    package static func read(_ path: String) throws(ToolFailure) -> KernelConfiguration? {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path, limit: limit) } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
            throw ToolFailure("cannot read the kernel configuration \(path)", error)
        }
        guard GzipContent.isGzip(bytes) else { return KernelConfiguration(text: String(kernelBytes: bytes)) }
        do { return KernelConfiguration(text: String(kernelBytes: try GzipContent.unpack(bytes, limit: limit))) } catch {
            let reason = error == .tooLarge ? "its content is larger than 16 MiB" : "it is not a whole gzip file"
            throw ToolFailure(.badConfiguration, "cannot read the kernel configuration \(path)", reason: reason)
        }
    }
}
