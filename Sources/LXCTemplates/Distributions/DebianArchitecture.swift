// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// An architecture by Debian's name, and who can run its programs.
struct DebianArchitecture: Sendable, Equatable {
    /// `amd64`, `armhf`, ...
    let name: String

    /// The host's.
    static var host: DebianArchitecture {
        #if arch(x86_64)
            DebianArchitecture("amd64")
        #elseif arch(arm64)
            DebianArchitecture("arm64")
        #elseif arch(powerpc64le)
            DebianArchitecture("ppc64el")
        #elseif arch(s390x)
            DebianArchitecture("s390x")
        #else
            DebianArchitecture("riscv64")
        #endif
    }

    /// `name`: Debian's, or what `uname -m` says.
    init(_ name: String) {
        switch name {
        case "x86_64": self.name = "amd64"
        case "i686", "i586", "x86": self.name = "i386"
        case "aarch64": self.name = "arm64"
        case "armv7l", "arm": self.name = "armhf"
        case "ppc64le": self.name = "ppc64el"
        default: self.name = name
        }
    }

    /// Whether the host's processor runs its programs.
    var isNative: Bool { program.flatMap { ElfHeader($0) }?.isNative ?? false }

    /// The start of one of its programs, as far as binfmt_misc looks at it: elf(5). Nil for an architecture that is not known here.
    private var program: [UInt8]? {
        let known: (machine: UInt8, isWide: Bool, isBigEndian: Bool)? =
            switch name {
            case "i386": (3, false, false)
            case "amd64": (62, true, false)
            case "armhf", "armel": (40, false, false)
            case "arm64": (183, true, false)
            case "ppc64el": (21, true, false)
            case "s390x": (22, true, true)
            case "riscv64": (243, true, false)
            case "mipsel": (8, false, false)
            case "mips64el": (8, true, false)
            default: nil
            }
        guard let known else { return nil }
        var bytes = [UInt8](repeating: 0, count: ElfHeader.length)
        bytes.replaceSubrange(0..<7, with: [0x7F, 0x45, 0x4C, 0x46, known.isWide ? 2 : 1, known.isBigEndian ? 2 : 1, 1])
        // An executable file for the machine; both numbers fit into one byte of two.
        bytes[known.isBigEndian ? 17 : 16] = 2
        bytes[known.isBigEndian ? 19 : 18] = known.machine
        return bytes
    }

    /// Who runs its programs here; nil for the processor itself.
    ///
    /// - Throws: ``TemplateFailure`` when nobody does.
    func handler() throws(TemplateFailure) -> ForeignProgramHandler? {
        if isNative { return nil }
        guard let program else {
            throw TemplateFailure("there is no architecture \(name)", advice: "Debian calls them amd64, i386, arm64, armhf, riscv64, ...")
        }
        let handlers: [ForeignProgramHandler]?
        do { handlers = try ForeignProgramHandler.all() } catch { throw TemplateFailure("cannot look for an interpreter", error) }
        guard let handler = handlers?.first(where: { $0.matches(program) }) else {
            throw TemplateFailure(
                "this machine does not run programs for \(name)",
                advice: "apt-get install qemu-user-static, then lxc-checkconfig --register")
        }
        return handler
    }
}
