// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

/// The configuration that a container begins with.
struct InitialConfig {
    private var document: ContainerConfigDocument
    private var header: String

    /// The folder of the root filesystem that was asked for; nil for the usual one.
    private(set) var folder: String?
    /// Where the root filesystem is put together.
    var mountPoint: String { document.config.rootfs.mountPoint ?? InstalledPaths.rootfsMount }

    /// Reads the configuration to begin with.
    ///
    /// - Parameters:
    ///   - container: The new container.
    ///   - options: How it is created.
    ///   - template: What will fill it; nil for a container without a root filesystem of ours.
    /// - Throws: ``LXCError`` for a configuration that cannot be used.
    init(_ container: Container, _ options: CreateOptions, _ template: Template?) throws(LXCError) {
        document = if let loaded = container.loaded { loaded } else { try Self.base(options.configFile, container.system) }
        header = ""
        guard let template else { return }
        header = Self.header(template, options.templateArguments)
        // Storage that is made for this container takes the place of what the file names.
        let isFolder = options.storage.isEmpty || options.storage.contains(.dir)
        folder = if let chosen = options.rootfsDirectory { chosen } else if isFolder { try configured() } else { nil }
    }

    /// Says where the root filesystem is.
    mutating func use(_ location: StorageLocation) throws(LXCError) {
        do { try document.set("lxc.rootfs.path", location.text) } catch { throw LXCError(error) }
    }

    /// The id map.
    var idMap: [IDMapEntry] { document.config.idMap }

    /// Maps the container's ids to those of the caller, if the configuration does not map them.
    mutating func mapIDs(_ mapping: IDMapping) throws(LXCError) {
        guard document.config.idMap.isEmpty else { return }
        let lines =
            mapping.users.map { "u \($0.inside) \($0.outside) \($0.count)" }
            + mapping.groups.map { "g \($0.inside) \($0.outside) \($0.count)" }
        for line in lines {
            do { try document.set("lxc.idmap", line) } catch { throw LXCError(error) }
        }
    }

    /// The content of the new file.
    var bytes: [UInt8] {
        var body = document.bytes
        if let last = body.last, last != 0x0A { body.append(0x0A) }
        return header.kernelBytes + body
    }

    private static func base(_ chosen: String?, _ system: SystemConfig) throws(LXCError) -> ContainerConfigDocument {
        let path = chosen ?? system.defaultConfig
        // The usual way to ask for an empty configuration.
        if path == "/dev/null" { return ContainerConfigDocument(path: path) }
        let isThere = try attempt("cannot read \(path)") { () throws(KernelError) in try FileStatus.ifPresent(path) != nil }
        if chosen == nil && !isThere { return ContainerConfigDocument(path: path) }
        do { return try ConfigParser.load(path: path) } catch { throw LXCError(error) }
    }

    /// The folder that the configuration itself names.
    private func configured() throws(LXCError) -> String? {
        let settings = document.config.rootfs
        guard let path = settings.plainPath, !path.isEmpty else { return nil }
        if settings.storageType ?? "dir" == "dir", path.hasPrefix("/") { return path }
        throw LXCError(
            .invalidConfiguration,
            OperationFailure(
                "cannot fill the root filesystem \(settings.path?.value ?? path)",
                reason: "only a folder with an absolute path can be filled",
                key: "lxc.rootfs.path", origin: settings.path?.origin))
    }

    static func absolute(_ path: String) throws(LXCError) -> String {
        if path.hasPrefix("/") { return path }
        return try attempt("cannot find \(path)") { () throws(KernelError) in try ProcessControl.workingDirectory() } + "/" + path
    }

    /// Comments for whoever reads the file later.
    private static func header(_ template: Template, _ arguments: [String]) -> String {
        """
        # Made by lxc-create with the template \(shown(template.path))
        # Options given to the template:\(arguments.isEmpty ? " none" : concealed(arguments).map { " " + shown($0) }.joined())
        # What can be written here is described in lxc.container.conf(5).

        # Remove the number sign of the next line to let containers run inside of this one; its confinement is weaker then.
        #lxc.include = \(InstalledPaths.config)/nesting.conf


        """
    }

    /// Without passwords: everybody who may read the file would have them.
    private static func concealed(_ arguments: [String]) -> [String] {
        var isPassword = false
        return arguments.map { word in
            // getopt_long(3) takes every beginning of a long option's name that is not that of another one.
            let name = word.prefix { $0 != "=" }
            let isOption = name.hasPrefix("--pas") && "--password".hasPrefix(name)
            let hasValue = isPassword || (isOption && name.count < word.count)
            isPassword = isOption && !hasValue
            return hasValue ? "(hidden)" : word
        }
    }

    /// A word that cannot leave its comment.
    private static func shown(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x27 && $0 != 0x22 }
        if isPlain { return word }
        return "'" + String(word.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) }) + "'"
    }
}
