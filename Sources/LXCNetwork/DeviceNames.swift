// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// The names of a container's devices inside.
package enum DeviceNames {
    /// One name for each device, in order: the configured one, for a device of the host its own, otherwise the first free `ethN`.
    /// A pattern such as `lan%d` becomes the first free number too. `empty` is no device: it has no name, and takes none away.
    ///
    /// `links`: the name on the host of each device that is moved from there; nil for the others.
    package static func inside(_ devices: [NetworkSettings], links: [String?]) -> [String] {
        let fixed = zip(devices, links).map { device, link in device.name ?? link }
        var taken = Set(fixed.compactMap { $0 }.filter { !isPattern($0) } + ["lo"])
        return zip(devices, fixed).map { device, name in
            if device.type?.value == "empty" { return "" }
            if let name, !isPattern(name) { return name }
            let parts = (name ?? "eth%d").split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
            let start = String(parts[0])
            let end = parts.count == 2 ? String(parts[1].dropFirst()) : ""
            // One number more than there are names is always free.
            let free = (0...taken.count).lazy.map { "\(start)\($0)\(end)" }.first { !taken.contains($0) } ?? start
            taken.insert(free)
            return free
        }
    }

    private static func isPattern(_ name: String) -> Bool { name.utf8.contains(0x25) }
}
