// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Finds the files that an include names, and keeps watch over the depth and number of includes.
struct IncludeResolver {
    /// Includes within includes.
    static let deepest = 64
    /// Files of one configuration.
    static let mostFiles = 1000
    /// Bytes of all files together.
    static let mostBytes = 16 << 20

    private struct Open {
        let path: String
        let identity: RegularFile.Identity
        /// The line that included it; nil for the first file.
        let origin: ConfigOrigin?
    }
    private var open: [Open] = []
    private var files = 0
    private var size = 0

    /// The lines that led to the file that is being read, the innermost first.
    var chain: [ConfigOrigin] { open.reversed().compactMap { $0.origin } }

    /// Reads a file and puts it on the stack; ``leave()`` takes it off.
    mutating func enter(_ path: String, from origin: ConfigOrigin?) throws(ConfigProblem) -> [UInt8] {
        let place = origin ?? ConfigOrigin(file: path)
        let file: RegularFile
        do { file = try RegularFile(configuration: path) } catch { throw problem(error, path, place, isInclude: origin != nil) }
        if let start = open.firstIndex(where: { $0.identity == file.identity }) {
            let names = open[start...].map { $0.path } + [path]
            let shown = names.count > 8 ? names.prefix(4) + ["..."] + names.suffix(3) : names[...]
            throw ConfigProblem(
                .file, at: place, key: "lxc.include", "the files include each other: " + shown.joined(separator: " -> "),
                hint: "remove one of these includes")
        }
        files += 1
        size += file.bytes.count
        if open.count > Self.deepest {
            throw ConfigProblem(
                .tooLarge, at: place, key: "lxc.include", "more than \(Self.deepest) includes within includes", includedFrom: chain)
        }
        if files > Self.mostFiles || size > Self.mostBytes {
            let limit = files > Self.mostFiles ? "\(Self.mostFiles) files" : "\(Self.mostBytes >> 20) MiB"
            throw ConfigProblem(.tooLarge, at: place, key: "lxc.include", "more than \(limit) in one configuration", includedFrom: chain)
        }
        open.append(Open(path: path, identity: file.identity, origin: origin))
        return file.bytes
    }

    mutating func leave() { open.removeLast() }

    /// The files that an include means: itself, or every `*.conf` of a directory in the order of their names.
    func files(_ path: String, from origin: ConfigOrigin) throws(ConfigProblem) -> [String] {
        let found: [String]?
        do { found = try Self.filesPresent(path) } catch { throw problem(.kernel(error), path, origin, isInclude: true) }
        if let found { return found }
        // C LXC's own configurations include directories that packages may leave out.
        if path.hasSuffix("/") { return [] }
        throw ConfigProblem(
            .file, at: origin, key: "lxc.include", "there is no file \(quoted(path))", hint: "correct the path or remove the line",
            includedFrom: chain)
    }

    /// Nil when there is nothing of that name.
    private static func filesPresent(_ path: String) throws(KernelError) -> [String]? {
        guard let status = try FileStatus.ifPresent(path) else { return nil }
        guard status.kind == .directory else { return [path] }
        let folder = path.hasSuffix("/") ? path : path + "/"
        return try DirectoryListing.names(in: path).filter { $0.utf8.count > 5 && $0.hasSuffix(".conf") }.map { folder + $0 }
    }

    private func problem(
        _ failure: RegularFile.Failure, _ path: String, _ origin: ConfigOrigin, isInclude: Bool
    ) -> ConfigProblem {
        var kind = ConfigProblem.Kind.file
        var hint: String?
        switch failure {
        case .kernel: break
        case .wrongKind: hint = "name a regular file or a directory"
        case .tooLarge: kind = .tooLarge
        }
        guard isInclude else { return .unreadable(kind, at: origin, failure.reason, includedFrom: chain) }
        return ConfigProblem(
            kind, at: origin, key: "lxc.include", "cannot read \(quoted(path)): \(failure.reason)", hint: hint, includedFrom: chain)
    }
}
