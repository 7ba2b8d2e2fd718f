// SPDX-License-Identifier: Apache-2.0
import LXCNetwork
import LinuxKernel

/// What a running container owes: written before each effect, so that any later command can finish the work of a killed supervisor.
///
/// A file `RUNDIR/lxc/LXCPATH/NAME.journal`, one `KEY VALUE` line per effect; gone when nothing is owed.
struct Journal {
    enum Entry: Equatable {
        /// The supervisor and the container's init: number and start time, so that a reused number is noticed.
        case supervisor(pid: Int32, startTime: UInt64)
        case initProcess(pid: Int32, startTime: UInt64)
        case cgroup(String)
        case pidFile(String)
        /// The configuration file whose post-stop hooks must still run.
        case postStop
        /// What the container's network changed on the host.
        case network(NetworkDebt)
        /// A network block device that was connected for the container: `/dev/nbd0`.
        case blockDevice(String)
        /// The container is to be destroyed.
        case ephemeral
    }

    let path: String
    /// Beside it: where the container's network namespace is attached while it must not go.
    var namespaceFile: String { String(concatenating: folder, "/", name, ".netns") }
    private let folder: String
    private let name: String

    init(lxcPath: String, name: String, in directory: RunDirectory) {
        folder = directory.folder(of: lxcPath)
        self.name = name
        path = String(concatenating: folder, "/", name, ".journal")
    }

    /// Adds lines; the file and its folders are made when missing.
    func record(_ entries: [Entry]) throws(KernelError) {
        let file: OwnedDescriptor
        let flags: OpenFlags = [.writeOnly, .append, .create, .noFollow]
        do { file = try OwnedDescriptor(opening: path, flags, mode: 0o600) } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            try HostPath.makeDirectories("/" + folder)
            file = try OwnedDescriptor(opening: path, flags, mode: 0o600)
        }
        try file.writeAll(entries.map(Self.line).joined().kernelBytes)
    }

    /// Everything recorded; empty when there is no journal. Lines that make no sense (cut short by a full disk) are left out.
    func entries() throws(KernelError) -> [Entry] {
        do {
            return try WholeFile.text(path, limit: 1 << 20).split(separator: "\n").compactMap { Self.entry(String($0)) }
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return [] }
            throw error
        }
    }

    func remove() throws(KernelError) { try HostPath.remove(path) }

    private static func line(_ entry: Entry) -> String {
        switch entry {
        case .supervisor(let pid, let startTime): "supervisor \(pid) \(startTime)\n"
        case .initProcess(let pid, let startTime): "init \(pid) \(startTime)\n"
        case .cgroup(let path): "cgroup \(escaped(path))\n"
        case .pidFile(let path): "pidfile \(escaped(path))\n"
        case .postStop: "post-stop 1\n"
        case .ephemeral: "ephemeral 1\n"
        case .blockDevice(let path): "nbd \(escaped(path))\n"
        case .network(let debt): "net \(escaped(debt.line))\n"
        }
    }

    private static func entry(_ line: String) -> Entry? {
        guard let blank = line.firstIndex(of: " ") else { return nil }
        let value = String(line[line.index(after: blank)...])
        switch line[..<blank] {
        case "supervisor": return process(value).map { .supervisor(pid: $0, startTime: $1) }
        case "init": return process(value).map { .initProcess(pid: $0, startTime: $1) }
        case "cgroup": return .cgroup(unescaped(value))
        case "pidfile": return .pidFile(unescaped(value))
        case "nbd": return .blockDevice(unescaped(value))
        case "post-stop": return .postStop
        case "ephemeral": return .ephemeral
        case "net": return NetworkDebt(line: unescaped(value)).map { .network($0) }
        default: return nil
        }
    }

    private static func process(_ value: String) -> (Int32, UInt64)? {
        let parts = value.split(separator: " ")
        guard parts.count == 2, let pid = Int32(parts[0]), pid > 0, let startTime = UInt64(parts[1]) else { return nil }
        return (pid, startTime)
    }

    private static func escaped(_ path: String) -> String {
        path.contains("\n") || path.contains("%") ? String(path.flatMap { $0 == "\n" ? "%0A" : $0 == "%" ? "%25" : "\($0)" }) : path
    }

    private static func unescaped(_ path: String) -> String {
        guard path.contains("%") else { return path }
        let parts = path.split(separator: "%", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(String(parts.first ?? "")) { text, part in
            text + (part.hasPrefix("0A") ? "\n" + part.dropFirst(2) : part.hasPrefix("25") ? "%" + part.dropFirst(2) : "%" + part)
        }
    }
}
