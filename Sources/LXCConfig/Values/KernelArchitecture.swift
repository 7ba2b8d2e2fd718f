// SPDX-License-Identifier: Apache-2.0

/// What `lxc.arch` asks of personality(2).
package enum KernelArchitecture: Sendable, Equatable {
    /// The machine's own, 64 bits.
    case linux
    /// `PER_LINUX32`: uname(2) reports a 32-bit machine.
    case linux32

    /// The personality for an architecture name of the configuration; nil when the name is not known.
    package init?(name: String) {
        if Self.names32.contains(name) {
            self = .linux32
        } else if Self.names64.contains(name) {
            self = .linux
        } else {
            return nil
        }
    }

    package static let names32 = [
        "arm", "armel", "armhf", "armv7l", "athlon", "i386", "i486", "i586", "i686", "linux32", "mips", "mipsel", "ppc", "powerpc",
        "x32", "x86",
    ]
    package static let names64 = [
        "aarch64", "amd64", "arm64", "linux64", "loongarch64", "loong64", "mips64", "mips64el", "ppc64", "ppc64el", "ppc64le",
        "powerpc64", "riscv64", "s390x", "x86_64",
    ]
}
