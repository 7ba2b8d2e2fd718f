// SPDX-License-Identifier: Apache-2.0

/// A rule of binfmt_misc: programs that the kernel hands to an interpreter.
///
/// Kernel documentation: `admin-guide/binfmt-misc`.
package struct ForeignProgramHandler: Sendable, Equatable {
    package let name: String
    package let isEnabled: Bool
    /// Path of the interpreter.
    package let interpreter: String
    /// Letters that the kernel shows; `F` means that it holds the interpreter open, so that no container needs a file for it.
    package let flags: String
    private let offset: Int
    private let magic: [UInt8]
    private let mask: [UInt8]

    /// Where the rules are.
    package static let folder = "/proc/sys/fs/binfmt_misc"

    /// Reads what the kernel shows of a rule.
    ///
    /// - Parameters:
    ///   - name: The rule's name, that of its file.
    ///   - text: Content of the file.
    package init(name: String, text: String) {
        let lines = text.split(separator: "\n")
        func field(_ label: String) -> String {
            lines.first { $0.hasPrefix(label) }.map { String($0.dropFirst(label.count).drop { $0 == " " }) } ?? ""
        }
        self.name = name
        isEnabled = lines.first == "enabled"
        interpreter = field("interpreter ")
        flags = field("flags:")
        offset = Int(field("offset ")) ?? 0
        magic = Self.bytes(field("magic "))
        mask = Self.bytes(field("mask "))
    }

    /// A rule that is not registered yet.
    init(name: String, interpreter: String, flags: String, offset: Int, magic: [UInt8], mask: [UInt8]) {
        self.name = name
        isEnabled = true
        self.interpreter = interpreter
        self.flags = flags
        self.offset = offset
        self.magic = magic
        self.mask = mask
    }

    /// All rules that this process is shown; nil when binfmt_misc is not mounted.
    ///
    /// - Throws: ``KernelError`` with the reason that they cannot be read.
    package static func all() throws(KernelError) -> [ForeignProgramHandler]? {
        guard try FileStatus.ifPresent(folder + "/register") != nil else { return nil }
        var handlers: [ForeignProgramHandler] = []
        for name in try DirectoryListing.names(in: folder).sorted() where name != "register" && name != "status" {
            do throws(KernelError) {
                handlers.append(ForeignProgramHandler(name: name, text: try WholeFile.text(folder + "/" + name, limit: 1 << 14)))
            } catch {
                // Removed since it was listed.
                if error.errno != .noSuchFileOrDirectory { throw error }
            }
        }
        return handlers
    }

    /// Whether the rule is for a program.
    ///
    /// - Parameter start: The first bytes of its file; the kernel looks at 256.
    /// - Returns: Whether the kernel would hand it to the interpreter.
    package func matches(_ start: [UInt8]) -> Bool {
        guard isEnabled, !magic.isEmpty, offset >= 0, start.count >= magic.count, offset <= start.count - magic.count else { return false }
        for index in magic.indices {
            let counted = index < mask.count ? mask[index] : 0xFF
            if (start[offset + index] ^ magic[index]) & counted != 0 { return false }
        }
        return true
    }

    /// The bytes that hexadecimal digits stand for; none when it is not that.
    private static func bytes(_ text: String) -> [UInt8] {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return [] }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return [] }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
