// SPDX-License-Identifier: Apache-2.0

/// A rule for foreign programs as a package installs it: a line of a file in binfmt.d(5) that is written to binfmt_misc.
package struct ForeignProgramRule: Sendable, Equatable {
    /// The rule's name: `qemu-aarch64`.
    package let name: String
    /// `:name:type:offset:magic:mask:interpreter:flags`
    package let line: String
    private let handler: ForeignProgramHandler

    /// Folders with rules, the ones that count first.
    package static let folders = ["/etc/binfmt.d", "/run/binfmt.d", "/usr/local/lib/binfmt.d", "/usr/lib/binfmt.d"]

    /// Reads a line.
    ///
    /// - Parameter line: The line without its end; nil comes of one that is no rule with a magic number.
    package init?(line: String) {
        guard let delimiter = line.utf8.first, delimiter == UInt8(ascii: ":") else { return nil }
        let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 8, fields[2] == "M" else { return nil }
        name = fields[1]
        self.line = line
        handler = ForeignProgramHandler(
            name: name, interpreter: fields[6], flags: fields[7], offset: Int(fields[3]) ?? 0, magic: Self.bytes(fields[4]),
            mask: Self.bytes(fields[5]))
    }

    /// Path of the interpreter.
    package var interpreter: String { handler.interpreter }

    /// The line with the flag by which the kernel opens the interpreter once, so that no container needs a file for it.
    package var lineHoldingInterpreter: String { handler.flags.utf8.contains(UInt8(ascii: "F")) ? line : line + "F" }

    /// Whether the rule is for a program.
    ///
    /// - Parameter start: The first bytes of its file.
    /// - Returns: Whether the kernel would hand it to the interpreter.
    package func matches(_ start: [UInt8]) -> Bool { handler.matches(start) }

    /// The rules for QEMU whose interpreter exists.
    ///
    /// - Parameter folders: Where to look; a file in the first hides files of that name in the others.
    /// - Returns: The rules in the order of their files' names.
    /// - Throws: ``KernelError`` with the reason that a folder or a file cannot be read.
    package static func installed(in folders: [String] = folders) throws(KernelError) -> [ForeignProgramRule] {
        var files: [String: String] = [:]
        for folder in folders where try FileStatus.ifPresent(folder)?.kind == .directory {
            for name in try DirectoryListing.names(in: folder) where name.hasPrefix("qemu-") && name.hasSuffix(".conf") {
                if files[name] == nil { files[name] = folder + "/" + name }
            }
        }
        var rules: [ForeignProgramRule] = []
        for path in files.values.sorted() {
            for line in try WholeFile.text(path, limit: 1 << 16).split(separator: "\n") {
                guard let rule = ForeignProgramRule(line: String(line)), try FileStatus.ifPresent(rule.interpreter) != nil else { continue }
                rules.append(rule)
            }
        }
        return rules
    }

    /// The bytes of a field, where `\x7f` stands for one.
    private static func bytes(_ field: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let first = rest.first {
            if first == UInt8(ascii: "\\"), rest.count >= 4, rest[rest.startIndex + 1] == UInt8(ascii: "x"),
                let value = UInt8(String(kernelBytes: rest[(rest.startIndex + 2)..<(rest.startIndex + 4)]), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(4)
            } else {
                bytes.append(first)
                rest = rest.dropFirst()
            }
        }
        return bytes
    }
}
