// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// The containers that have a monitor in our network namespace, found by the names of listening sockets.
package enum RunningContainers {
    /// Names of the running containers of a container path, sorted by bytes, each once.
    ///
    /// Names that had to be shortened are asked for; a monitor that does not answer within `timeLimit` is left out.
    ///
    /// - Throws: ``KernelError`` when `/proc/net/unix` cannot be read.
    package static func names(lxcPath: String, timeLimit: Duration = .seconds(2)) throws(KernelError) -> [String] {
        let path = CommandAddress.withoutTrailingSlashes(lxcPath)
        var names: Set<String> = []
        for socket in try listeningNames() {
            if let name = plainName(socket, lxcPath: path) {
                names.insert(name)
            } else if isShortened(socket), let name = askedName(socket, lxcPath: path, timeLimit: timeLimit) {
                names.insert(name)
            }
        }
        return names.sorted { $0.kernelBytes.lexicographicallyPrecedes($1.kernelBytes) }
    }

    /// Abstract names that somebody listens on, without their `@`.
    static func listeningNames() throws(KernelError) -> [String] {
        parse(try WholeFile.read("/proc/net/unix"))
    }

    /// Reads `/proc/net/unix`: `Num: RefCount Protocol Flags Type St Inode Path`; only the path may contain blanks.
    static func parse(_ content: [UInt8]) -> [String] {
        content.split(separator: 0x0A).compactMap { line in
            let fields = line.split(separator: 0x20, maxSplits: 7)
            // Accepted connections carry their listener's name too; this flag is __SO_ACCEPTCON.
            guard fields.count == 8, fields[3].elementsEqual("00010000".utf8), fields[7].first == 0x40 else { return nil }
            return String(kernelBytes: fields[7].dropFirst())
        }
    }

    /// The container's name in `LXCPATH/NAME/command`.
    static func plainName(_ socket: String, lxcPath: String) -> String? {
        guard socket.hasPrefix(lxcPath + "/"), socket.hasSuffix("/command") else { return nil }
        let name = socket.dropFirst(lxcPath.count + 1).dropLast("/command".count)
        return name.isEmpty || name.contains("/") ? nil : String(name)
    }

    /// Whether a name has the form `lxc/HASH/command`.
    static func isShortened(_ socket: String) -> Bool {
        let parts = socket.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "lxc", parts[2] == "command", parts[1].utf8.count == 16 else { return false }
        return parts[1].allSatisfy { "0123456789abcdef".contains($0) }
    }

    private static func askedName(_ socket: String, lxcPath: String, timeLimit: Duration) -> String? {
        let client = ControlClient(address: CommandAddress(foundText: socket), timeLimit: timeLimit)
        do throws(ControlError) {
            guard try client.lxcPath() == lxcPath else { return nil }
            let name = try client.name()
            // Whoever listens there may say what he likes; the name of his socket must be that container's.
            return CommandAddress(lxcPath: lxcPath, name: name).text == socket ? name : nil
        } catch {
            // Somebody else's, gone, or hanging: a listing must not fail because of it.
            return nil
        }
    }
}
