// SPDX-License-Identifier: Apache-2.0
internal import LXCConfig
internal import LinuxKernel
internal import Unpacking

/// Which lines of an image's configuration become lines of the container's.
///
/// An image decides how its own programs are started. It does not decide what the host does: hooks, mounts of the host's folders, devices,
/// network, confinement. That would be the host's root account for whoever made the image.
struct ImageConfigPolicy {
    /// Lines that were left out, a sentence each.
    private(set) var notes: [String] = []

    private static let allowed = [
        "lxc.arch", "lxc.tty.max", "lxc.tty.dir", "lxc.tty", "lxc.devttydir", "lxc.pty.max", "lxc.pts", "lxc.autodev", "lxc.cap.drop",
        "lxc.signal.halt", "lxc.signal.reboot", "lxc.signal.stop", "lxc.haltsignal", "lxc.rebootsignal", "lxc.stopsignal",
        "lxc.environment.runtime", "lxc.init.cmd", "lxc.init.cwd", "lxc.init.uid", "lxc.init.gid", "lxc.init.groups", "lxc.init_cmd",
        "lxc.init_uid", "lxc.init_gid", "lxc.execute.cmd",
    ]
    /// The container's own: they come from its name.
    private static let ignored = ["lxc.uts.name", "lxc.utsname"]

    /// The lines that are taken over; comments and empty lines are.
    mutating func accepted(_ text: String, trusted: Bool) throws(ImageFailure) -> [String] {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = String(line)
            if line.kernelBytes.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                throw ImageFailure("the image's configuration has a control character in it")
            }
            guard let (key, value) = Self.assignment(line) else {
                // What is neither a comment nor a setting means nothing.
                if line.isEmpty || line.hasPrefix("#") { lines.append(line) }
                continue
            }
            if trusted || isAccepted(key, value) {
                lines.append(line)
            } else if !Self.ignored.contains(key) {
                notes.append("left out of the image's configuration: \(shown(key + " = " + value)): an image does not decide that")
            }
        }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    private func isAccepted(_ key: String, _ value: String) -> Bool {
        // An empty value clears a list, for example that of the capabilities that are dropped.
        if value.isEmpty { return false }
        switch key {
        case "lxc.include":
            let folder = InstalledPaths.config + "/"
            return value.hasPrefix(folder) && !value.dropFirst(folder.count).contains("/") && !value.contains("..")
        case "lxc.mount.auto":
            return value.split(separator: " ").allSatisfy { word in
                let parts = word.split(separator: ":", omittingEmptySubsequences: false)
                return ["proc", "sys", "cgroup"].contains(parts[0])
                    && (parts.count == 1 || parts.dropFirst() == ["mixed"] || parts.dropFirst() == ["ro"])
            }
        case "lxc.mount.entry", "lxc.mount": return key == "lxc.mount.entry" && Self.isHarmlessMount(value)
        default: return Self.allowed.contains(key)
        }
    }

    /// A filesystem of the container's own, or one of the few of the host's that images have always mounted.
    private static func isHarmlessMount(_ value: String) -> Bool {
        let fields = value.split { $0 == " " || $0 == "\t" }
        guard fields.count >= 4 else { return false }
        let isBind = fields[3].split(separator: ",").contains { $0 == "bind" || $0 == "rbind" || $0 == "move" }
        if fields[0].contains("..") || fields[0].contains("\\") { return false }
        if isBind {
            return ["/sys/kernel/debug", "/sys/kernel/security", "/sys/fs/pstore", "/sys/fs/fuse/connections", "/dev/mqueue"].contains(
                fields[0])
        }
        return ["tmpfs", "mqueue", "ramfs"].contains(fields[2])
    }

    mutating func add(note: String) { notes.append(note) }

    private static func assignment(_ line: String) -> (key: String, value: String)? {
        let text = line.drop { $0 == " " || $0 == "\t" }
        guard text.lowercased().hasPrefix("lxc."), let equals = text.firstIndex(of: "=") else { return nil }
        func trimmed(_ part: Substring) -> String {
            var part = part.drop { $0 == " " || $0 == "\t" }
            while part.last == " " || part.last == "\t" { part.removeLast() }
            return String(part)
        }
        return (trimmed(text[..<equals]), trimmed(text[text.index(after: equals)...]))
    }
}
