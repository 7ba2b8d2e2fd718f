// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Looks users up in a passwd(5) file that nobody vouches for.
///
/// The C library's lookup would load modules that the container's files name into a process that still has the host's rights.
enum PasswdFile {
    /// The shell of a user; nil when the file has no such user, or no absolute path for it.
    static func shell(of user: UInt32, in bytes: [UInt8]) -> String? {
        for line in bytes.split(separator: 0x0A) {
            let fields = line.split(separator: 0x3A, omittingEmptySubsequences: false)
            guard fields.count == 7, number(fields[2]) == user else { continue }
            let shell = fields[6]
            guard shell.first == 0x2F, !shell.contains(0) else { return nil }
            return String(kernelBytes: shell)
        }
        return nil
    }

    /// The shell of a user according to `/etc/passwd` beneath a root directory; nil when that cannot be read.
    static func shell(of user: UInt32, beneath root: DirectoryHandle) -> String? {
        do throws(KernelError) {
            // A pipe in its place must not keep us waiting.
            let file = try root.open("etc/passwd", [.readOnly, .nonBlocking, .noControllingTerminal], links: .followedInside)
            guard try FileStatus(of: file).kind == .regular else { return nil }
            return shell(of: user, in: try file.readAll(limit: 4 << 20, subject: "etc/passwd"))
        } catch {
            return nil  // a container need not have users: the caller has a default
        }
    }

    /// Decimal digits only: a sign, blanks or a number that does not fit name nobody, above all not root.
    private static func number(_ field: ArraySlice<UInt8>) -> UInt32? {
        guard !field.isEmpty, field.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt32(String(kernelBytes: field))
    }
}
