// SPDX-License-Identifier: Apache-2.0

/// Names of architectures: the image specification's are those of Go.
enum OCIArchitecture {
    /// Go's name, Debian's, and the kernel's.
    private static let rows: [[String]] = [
        ["amd64", "x86_64"], ["386", "i386", "i686"], ["arm64", "aarch64"], ["arm", "armhf", "armv7l"], ["ppc64le", "ppc64el"],
        ["riscv64"], ["s390x"], ["loong64", "loongarch64"], ["mips64le", "mips64el"],
    ]

    /// Go's name for any of them; the word itself when it is not known.
    static func name(_ word: String) -> String { rows.first { $0.contains(word) }?[0] ?? word }

    /// The name that `lxc.arch` takes; nil when it has none for it.
    static func configured(_ name: String) -> String? {
        guard let row = rows.first(where: { $0.contains(name) }) else { return nil }
        return row[0] == "386" ? "i386" : row[0] == "arm" ? "armhf" : row[0] == "mips64le" ? "mips64el" : row[0]
    }

    /// The one this program was built for.
    static var host: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #elseif arch(riscv64)
            "riscv64"
        #elseif arch(powerpc64le)
            "ppc64le"
        #elseif arch(s390x)
            "s390x"
        #else
            "arm"
        #endif
    }
}
