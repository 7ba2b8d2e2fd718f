// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Finds out whether the process at the other end of a socket lives inside a container.
///
/// Abstract sockets belong to the network namespace, so root in a container that shares the host's can reach every control socket
/// and has uid 0 (the shape of CVE-2020-15257). Only a process in our own pid and user namespace and outside every payload's
/// cgroup may command us, or answer us.
package struct PeerInspection: Sendable {
    /// Why a peer is not trusted.
    package enum Finding: Sendable, Equatable {
        case trusted
        /// It is gone: nobody can tell who it was.
        case ended
        /// It lives elsewhere; the text says where, for the log.
        case foreign(String)

        /// Whether it is known to live elsewhere.
        package var isForeign: Bool {
            if case .foreign = self { return true }
            return false
        }
    }

    /// Cgroups of payloads as `/proc/PID/cgroup` shows them; a peer in or below one of them is refused.
    package var payloadCgroups: [String] = []

    /// An inspection that knows payloads by the usual name of their cgroups.
    package init() {}

    /// Looks at a peer.
    ///
    /// - Parameters:
    ///   - pid: Its number in our pid namespace, from the socket; 0 when it is not visible there.
    ///   - handle: A handle on it, if the kernel gave one: it makes sure that the number is not reused meanwhile.
    /// - Returns: ``Finding/foreign(_:)`` also when the process cannot be looked at.
    package func inspect(pid: Int32, handle: Int32?) -> Finding {
        do throws(KernelError) {
            let number = try handle.map { (handle) throws(KernelError) in try PidFD.number(ofHandle: handle) } ?? pid
            if number == ProcessControl.pid { return .trusted }
            if number == 0 { return .foreign("its process is not visible in this pid namespace") }
            guard number > 0 else { return .ended }
            let finding = try examine("/proc/\(number)")
            // Only now is it certain that the files above were those of the peer.
            if let handle, try !Poll.wait(handle, for: .readable, until: .now).isEmpty { return .ended }
            return finding
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess { return .ended }
            return .foreign("its process cannot be looked at: \(error)")
        }
    }

    private func examine(_ folder: String) throws(KernelError) -> Finding {
        for kind in ["pid", "user"] {
            switch try Self.isSameNamespace(kind, folder) {
            case .some(true): continue
            case .some(false): return .foreign("its process is in another \(kind) namespace")
            case .none:
                if try !Self.looksLikeSameNamespaces(folder) { return .foreign("its process is in another pid or user namespace") }
            }
        }
        let text = try WholeFile.text("\(folder)/cgroup")
        // Nearly every peer lives where no container does, which needs no closer look.
        guard text.holds("lxc.payload") || payloadCgroups.contains(where: { text.holds($0) }) else { return .trusted }
        let own = try Self.cgroups(WholeFile.text("/proc/self/cgroup")).map(Self.payloadDepth).max() ?? 0
        for path in Self.cgroups(text) {
            let isListed = payloadCgroups.contains { path == $0 || path.hasPrefix($0 + "/") }
            if isListed || Self.payloadDepth(path) > own { return .foreign("its process is in the container's cgroup \(path)") }
        }
        return .trusted
    }

    /// `nil` when the kernel does not let us look at a process of another user.
    private static func isSameNamespace(_ kind: String, _ folder: String) throws(KernelError) -> Bool? {
        do throws(KernelError) {
            let peer = try FileStatus(of: "\(folder)/ns/\(kind)")
            let own = try FileStatus(of: "/proc/self/ns/\(kind)")
            return peer.inode == own.inode && peer.filesystem == own.filesystem
        } catch {
            if error.errno == .permissionDenied || error.errno == .notPermitted { return nil }
            throw error
        }
    }

    /// The weaker look that needs no rights over the process: depth of its pid namespace, and its user namespace's id map.
    private static func looksLikeSameNamespaces(_ folder: String) throws(KernelError) -> Bool {
        func depth(_ folder: String) throws(KernelError) -> Int? {
            let line = try WholeFile.text("\(folder)/status").split(separator: "\n").first { $0.hasPrefix("NSpid:") }
            return line?.split(whereSeparator: { $0.isWhitespace }).count
        }
        let depths = (try depth(folder), try depth("/proc/self"))
        let maps = (try WholeFile.read("\(folder)/uid_map"), try WholeFile.read("/proc/self/uid_map"))
        return depths.0 == depths.1 && maps.0 == maps.1
    }

    private static func cgroups(_ text: String) -> [String] {
        // hierarchy number, controllers, path; only the path may contain colons
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            return fields.count == 3 ? String(fields[2]) : nil
        }
    }

    private static func payloadDepth(_ path: String) -> Int {
        path.split(separator: "/").count { $0 == "lxc.payload" || $0.hasPrefix("lxc.payload.") }
    }
}
