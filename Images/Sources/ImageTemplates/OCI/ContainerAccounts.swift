// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// Who an image's `User` is, by the image's own account files.
struct ContainerAccounts {
    /// Whom the first process runs as.
    struct Identity: Equatable {
        var user: UInt32 = 0
        var group: UInt32 = 0
        var groups: [UInt32] = []
    }

    private let users: [[String]]
    private let groups: [[String]]

    /// Reads `etc/passwd` and `etc/group` of a root filesystem; what is missing or no regular file has no accounts.
    init(_ root: DirectoryHandle) throws(ImageFailure) {
        users = try Self.rows(root, "etc/passwd")
        groups = try Self.rows(root, "etc/group")
    }

    init(users: String, groups: String) {
        self.users = Self.rows(users)
        self.groups = Self.rows(groups)
    }

    /// Finds `USER`, `USER:GROUP`, names or numbers; empty for root.
    func identity(_ text: String) throws(ImageFailure) -> Identity {
        if text.isEmpty { return Identity() }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var identity = Identity()
        let row = users.first { $0.count > 3 && $0[0] == parts[0] } ?? users.first { $0.count > 3 && $0[2] == parts[0] }
        if let number = Self.number(parts[0]) {
            identity.user = number
        } else if let number = row.flatMap({ Self.number($0[2]) }) {
            identity.user = number
        } else {
            throw ImageFailure("the image runs as the user \(shown(parts[0])), whom its /etc/passwd does not know")
        }
        if parts.count > 1, !parts[1].isEmpty {
            identity.group = try group(parts[1])
        } else if let row {
            identity.group = Self.number(row[3]) ?? 0
            identity.groups = groups.filter { $0.count > 3 && $0[3].split(separator: ",").contains(Substring(row[0])) }
                .compactMap { Self.number($0[2]) }.filter { $0 != identity.group }
        }
        return identity
    }

    private func group(_ text: String) throws(ImageFailure) -> UInt32 {
        if let number = Self.number(text) { return number }
        if let number = groups.first(where: { $0.count > 2 && $0[0] == text }).flatMap({ Self.number($0[2]) }) { return number }
        throw ImageFailure("the image runs in the group \(shown(text)), which its /etc/group does not know")
    }

    private static func number(_ text: String) -> UInt32? {
        // The highest number means "no change" to the kernel.
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let id = UInt32(text), id != UInt32.max else { return nil }
        return id
    }

    private static func rows(_ root: DirectoryHandle, _ path: String) throws(ImageFailure) -> [[String]] {
        do throws(KernelError) {
            let file = try root.open(path, [.readOnly, .nonBlocking, .noControllingTerminal], links: .followedInside)
            guard try FileStatus(of: file).kind == .regular else { return [] }
            return rows(String(kernelBytes: try file.readAll(limit: 1 << 20, subject: path)))
        } catch {
            if [.noSuchFileOrDirectory, .notDirectory, .noSuchAddressOrDevice].contains(error.errno) { return [] }
            throw ImageFailure("cannot read the image's /\(path): \(error.reason)")
        }
    }

    private static func rows(_ text: String) -> [[String]] {
        text.split(separator: "\n").map { $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init) }
    }
}
