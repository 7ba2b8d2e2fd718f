// SPDX-License-Identifier: Apache-2.0

extension DistributionOptions {
    /// The text of `--help`.
    static func usage(_ distribution: Distribution) -> String {
        let accounts =
            distribution == .ubuntu
            ? """
              -u, --user=USER         account that is made, with sudo (default: ubuntu)
              --password=PASSWORD     its password (default: ubuntu)
              -b, --bindhome=USER     share the home of a user of the host, who gets sudo;
                                      no other account is made

            """ : ""
        return """
            Usage: lxc-create -t \(distribution.name) -n NAME [-- OPTIONS]

            A \(distribution.title) system, made by debootstrap (or mmdebstrap) from the archive's packages.

            Options after "--":
              -r, --release=RELEASE   (default: the host's if it is \(distribution.title), else \(distribution == .debian ? "stable" : "noble"))
              -a, --arch=ARCH         amd64, i386, arm64, armhf, riscv64, ... (default: the host's);
                                      foreign ones need qemu-user-static
              -v, --variant=VARIANT   debootstrap's (default: minbase)
              --packages=A,B,...      install these too
              --mirror=URL            (default: $MIRROR, else \(distribution.mirror("amd64")))
              --security-mirror=URL   (default: $SECURITY_MIRROR, else \(distribution.securityMirror("amd64")))
              --keyring=FILE          keys of those who sign the packages
                                      (default: $KEYRING, else \(distribution.keyring.path))
              --enable-non-free       parts of the archive that are not free software too
              -S, --auth-key=FILE     public keys that may log in by ssh
            \(accounts)  -I, --interpreter-path=FILE
                                      interpreter of foreign programs to copy into the system
              -F, --flush-cache       make the cached system anew
              -c, --clean             only remove what is cached
              -d, --debug             show what the tools print
              -h, --help              this text

            Given by lxc-create:
              -n, --name=NAME  -p, --path=DIR  --rootfs=DIR

            The system is kept in the cache, which LXC_CACHE_PATH moves; the next one is a copy of it.

            """
    }
}
