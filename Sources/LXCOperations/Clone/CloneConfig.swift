// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCStorage
import LinuxKernel

/// The configuration of a clone, made from the original's.
struct CloneConfig {
    let original: Container
    /// Directory of the clone when it is finished.
    let directory: String
    let name: String
    let options: CloneOptions
    /// Files of the original's directory that the configuration names: to be copied to the same place in the clone's.
    private(set) var files: [String] = []

    /// Prefix of new addresses: the one that C LXC takes since 6.0.4.
    private static let addressPrefix = "10:66:6a:xx:xx:xx"

    init(original: Container, directory: String, name: String, options: CloneOptions) {
        self.original = original
        self.directory = directory
        self.name = name
        self.options = options
    }

    /// Changes what must differ.
    ///
    /// - Parameters:
    ///   - document: The original's configuration.
    ///   - location: The clone's root filesystem; nil when it has none.
    /// - Throws: ``LXCError`` for a value that cannot be set.
    mutating func adapt(_ document: inout ContainerConfigDocument, _ location: StorageLocation?) throws(LXCError) {
        do throws(ConfigProblem) {
            if let location { try document.set("lxc.rootfs.path", location.text) }
            if !options.keepsName { try document.set("lxc.uts.name", name) }
            if !options.keepsAddresses { try Self.drawAddresses(&document) }
            try adaptPaths(&document)
            for (key, value) in options.settings { try document.set(key, value) }
        } catch { throw LXCError(error) }
    }

    private static func drawAddresses(_ document: inout ContainerConfigDocument) throws(ConfigProblem) {
        for device in document.config.networks where device.hardwareAddress != nil {
            try document.set("lxc.net.\(device.index).hwaddr", addressPrefix)
        }
    }

    /// Hooks and the fstab that lie in the original's directory go with the clone.
    private mutating func adaptPaths(_ document: inout ContainerConfigDocument) throws(ConfigProblem) {
        if let fstab = document.config.mounts.fstab?.value, let moved = moved(fstab) { try document.set("lxc.mount.fstab", moved) }
        for hook in Hook.allCases {
            let commands = document.config.hooks.commands(hook).map { $0.value }
            let changed = commands.map { command in
                let words = command.split(separator: " ", maxSplits: 1)
                guard let first = words.first, let moved = moved(String(first)) else { return command }
                return moved + command.dropFirst(first.count)
            }
            guard changed != commands else { continue }
            try document.clear("lxc.hook.\(hook.rawValue)")
            for command in changed { try document.set("lxc.hook.\(hook.rawValue)", command) }
        }
    }

    private mutating func moved(_ path: String) -> String? {
        let prefix = original.directory + "/"
        guard path.hasPrefix(prefix) else { return nil }
        let relative = String(path.dropFirst(prefix.count))
        // What lies in the root filesystem was copied with it.
        if !relative.hasPrefix("rootfs/"), !files.contains(relative) { files.append(relative) }
        return directory + "/" + relative
    }
}
