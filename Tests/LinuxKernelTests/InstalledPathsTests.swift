// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct InstalledPathsTests {
    /// The test program is not installed, so it has the defaults; an installed one is asked in the tests of the installation.
    @Test(arguments: [
        (InstalledPaths.bin, "/usr/local/bin"), (InstalledPaths.sbin, "/usr/local/sbin"),
        (InstalledPaths.supervisor, "/usr/local/libexec/lxc/lxc-supervisor"),
        (InstalledPaths.templates, "/usr/local/share/lxc/templates"), (InstalledPaths.defaultConfig, "/etc/lxc/default.conf"),
        (InstalledPaths.containers, "/var/lib/lxc"), (InstalledPaths.legacySnapshots, "/var/lib/lxcsnaps"),
        (InstalledPaths.run, "/run/lxc"), (InstalledPaths.log, "/var/log/lxc"),
    ])
    func defaultsAreThoseOfUsrLocal(path: String, expected: String) { #expect(path == expected) }

    @Test func theRootfsIsMountedBelowTheLibraries() {
        #expect(InstalledPaths.rootfsMount.hasPrefix("/usr/local/lib/"))
        #expect(InstalledPaths.rootfsMount.hasSuffix("-gnu/lxc/rootfs"))
    }
}
