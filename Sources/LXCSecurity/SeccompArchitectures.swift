// SPDX-License-Identifier: Apache-2.0

/// The ways in which programs call the kernel, by the names of policy files and of libseccomp.
enum SeccompArchitectures {
    /// libseccomp's name for each section of a policy file.
    static let names = [
        "x86": "x86", "x86_64": "x86_64", "x32": "x32", "arm": "arm", "arm64": "aarch64", "ppc": "ppc", "ppc64": "ppc64",
        "ppc64le": "ppc64le", "mips": "mips", "mips64": "mips64", "mips64n32": "mips64n32", "mipsel": "mipsel", "mipsel64": "mipsel64",
        "mipsel64n32": "mipsel64n32", "s390": "s390", "s390x": "s390x", "loongarch64": "loongarch64", "riscv64": "riscv64",
    ]

    /// Those that this machine's kernel may serve, its own first. A rule for all of them leaves no other way in.
    static var ofThisMachine: [String] {
        #if arch(x86_64)
            ["x86_64", "x86", "x32"]
        #elseif arch(arm64)
            ["aarch64", "arm"]
        #elseif arch(powerpc64le)
            ["ppc64le"]
        #elseif arch(s390x)
            ["s390x", "s390"]
        #elseif arch(riscv64)
            ["riscv64"]
        #else
            []
        #endif
    }
}
