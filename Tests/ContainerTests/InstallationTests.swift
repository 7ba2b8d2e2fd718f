// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Where the installation puts things, as whoever packs it says.
@Suite(.needsRoot) struct InstallationTests {
    @Test(.needsProgram("/usr/bin/mandoc", package: "mandoc")) func manualPagesHaveNoFaults() throws {
        try withContainers { fixture in
            let folder = fixture.installation.prefix + "/share/man"
            let found = try fixture.run(
                "/bin/sh", ["-ec", "cd \(folder); find man* -type f | sort | tee /dev/stderr | xargs mandoc -T lint -W warning"])
            #expect(found.code == 0 && found.output == "", "\(found.output)")
            #expect(found.error.contains("man1/lxc-start.1\n") && found.error.contains("man5/lxc.container.conf.5\n"))
        }
    }

    @Test("S1.121: prefix, settings, state, run files, libraries and root filesystem's place are chosen at the installation")
    func everyPlaceCanBeChosen() throws {
        try withContainers { fixture in
            let stage = fixture.lxcpath + "/stage"
            let places = [
                "PREFIX=/opt/lxc", "SYSCONFDIR=/opt/etc", "LOCALSTATEDIR=/opt/var", "RUNDIR=/opt/run", "LIBDIR=/opt/lib",
                "LIBEXECDIR=/opt/libexec", "DESTDIR=\(stage)", "BUILD_DIR=\(try TestInstallation.buildFolder())",
            ]
            let script = TestInstallation.checkout + "/scripts/install.sh"
            let installed = try fixture.run(script, ["install"], environment: places, seconds: 60)
            #expect(installed.code == 0, "\(installed)")
            for path in [
                "lxc/bin/lxc-start", "lxc/sbin/init.lxc", "libexec/lxc/lxc-supervisor", "etc/lxc/default.conf", "etc/default/lxc-net",
                "lib/lxc/rootfs",
                "var/lib/lxc", "lxc/share/lxc/templates/lxc-busybox", "lxc/share/man/man1/lxc-start.1",
            ] { #expect(try FileStatus.ifPresent("\(stage)/opt/\(path)") != nil, "\(path)") }
            // The programs know these places, without DESTDIR.
            let config = try fixture.run("\(stage)/opt/lxc/bin/lxc-config", ["lxc.default_config"])
            #expect(config.output == "/opt/etc/lxc/default.conf\n", "\(config)")
            #expect(try fixture.run("\(stage)/opt/lxc/bin/lxc-config", ["lxc.lxcpath"]).output == "/opt/var/lib/lxc\n")
            try fixture.write("\(stage)/opt/var/lib/lxc/web/config", "lxc.uts.name = web\n")
            let removed = try fixture.run(script, ["uninstall"], environment: places, seconds: 60)
            #expect(removed.code == 0, "\(removed)")
            #expect(try DirectoryListing.names(in: stage + "/opt/lxc/bin") == [])
            #expect(try FileStatus.ifPresent("\(stage)/opt/var/lib/lxc/web/config") != nil, "containers stay")
        }
    }
}
