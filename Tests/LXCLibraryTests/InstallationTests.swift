// SPDX-License-Identifier: Apache-2.0
import LXC
import LinuxKernel
import Testing

/// Where the library finds what it executes and reads.
struct InstallationTests {
    @Test func prefixesOfTheSystemUseItsOwnFolders() {
        let system = Installation()
        #expect(system == Installation(prefix: "/usr/local"))
        #expect(Installation(prefix: "/usr/").settings == "/etc/lxc")
        let own = Installation(prefix: "/opt/lxc/")
        #expect(own.tools == "/opt/lxc/bin" && own.helpers == "/opt/lxc/libexec/lxc")
        #expect(own.settings == "/opt/lxc/etc/lxc" && own.containers == "/opt/lxc/var/lib/lxc")
        let folders = Installation(tools: own.tools, helpers: own.helpers, settings: own.settings, containers: own.containers)
        #expect(folders == own)
    }

    @Test func theInterfaceIsThatOfTheLibraryForC() {
        #expect(LibraryVersion.interface == "5.0.2")
        #expect(
            LibraryVersion.hasExtension("mount_injection") && LibraryVersion.hasExtension("seccomp_notify")
                && !LibraryVersion.hasExtension("no_such"))
    }

    @Test(.enabled("needs root: other users have another configuration") { ProcessControl.effectiveUser == 0 })
    func theSystemConfigurationIsTheInstallations() throws {
        let folder = "/tmp/lxc-library-\(ProcessControl.pid)-\(UInt64.random(in: .min ... .max))"
        defer { _ = try? TreeRemoval.remove(folder) }  // what stays is in /tmp
        try HostPath.makeDirectories(folder + "/etc/lxc")
        let installation = Installation(prefix: folder)
        #expect(try installation.systemItem("lxc.lxcpath") == folder + "/var/lib/lxc")
        #expect(try Container("web", installation: installation).containerPath == folder + "/var/lib/lxc")
        try AtomicFile.write(folder + "/etc/lxc/lxc.conf", Array("lxc.lxcpath = /srv/lxc/\n".utf8), mode: 0o644)
        #expect(try installation.systemItem("lxc.lxcpath") == "/srv/lxc")
        #expect(try installation.systemItem("lxc.no.such.item") == nil)
        #expect(try Container("web", installation: installation).directory == "/srv/lxc/web")
        #expect(try Container("web", in: "/elsewhere/", installation: installation).containerPath == "/elsewhere")
        #expect(try Container.list(installation: installation) == [])
        try AtomicFile.write(folder + "/etc/lxc/lxc.conf", Array("lxc.attach.env = perhaps\n".utf8), mode: 0o644)
        let failure = #expect(throws: LXCError.self) { _ = try Container("web", installation: installation) }
        #expect(failure?.code == .invalidConfiguration && failure?.place?.line == 1)
    }
}
