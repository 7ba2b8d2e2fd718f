// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// The Python scripts of the seed's eighth post, character for character, by Debian's module on our library.
@Suite(
    .needsRoot, .needsImageTemplates, .needsProgram("/usr/sbin/debootstrap", package: "debootstrap"),
    .needsProgram("/usr/sbin/dnsmasq", package: "dnsmasq-base"), .needsProgram("/usr/sbin/nft", package: "nftables"),
    .needsProgram("/usr/lib/python3/dist-packages/lxc/__init__.py", package: "python3-lxc"),
    .enabled("needs the seed's posts in ../shared") { try PythonScriptScene.isThere })
struct PythonScriptTests {
    @Test("S1.95 to S1.113: the four scripts as written") func theFourScripts() throws {
        try withContainers { fixture in
            let scene = try PythonScriptScene(fixture)
            try first(scene)
            let made = try scene.world.run("lxc-create -n p1 -t download -- -d ubuntu -r trusty -a i386", asUser: false, seconds: 100)
            #expect(made.code == 0, "\(made)")
            try second(scene)
            try third(scene)
            try fourth(scene)
            let gone = try scene.world.run(
                "for name in mysite web base p1; do lxc-destroy -f -n $name || exit; done; lxc-ls", asUser: false)
            #expect(gone.code == 0 && gone.output == "", "\(gone)")
        }
    }

    private func first(_ scene: PythonScriptScene) throws {
        let run = try scene.script(1)
        #expect(run.code == 0 && run.lines.count == 2, "\(run)")
        #expect(run.lines.first == "Container state: RUNNING", "\(run)")
        #expect(Int(run.lines.last?.dropFirst("Container PID: ".count) ?? "") ?? 0 > 1, "\(run)")
        #expect(try scene.world.run("lxc-ls", asUser: false).output == "")
        // There is one already.
        #expect(try scene.world.run("lxc-create -n apicontainer -t none", asUser: false).code == 0)
        let again = try scene.script(1)
        #expect(again.code == 1 && again.output == "Container already exists\n", "\(again)")
        #expect(try scene.world.run("lxc-destroy -n apicontainer", asUser: false).code == 0)
    }

    private func second(_ scene: PythonScriptScene) throws {
        #expect(try version("greeting", in: "p1", scene) == "1")
        let run = try scene.script(2)
        #expect(run.code == 0 && run.output.contains("Setting up greeting (2)"), "\(run)")
        #expect(try version("greeting", in: "p1", scene) == "2")
        #expect(try scene.world.run("lxc-info -n p1 -sH", asUser: false).output == "STOPPED\n")
    }

    private func third(_ scene: PythonScriptScene) throws {
        let host = try scene.world.run("cat /etc/hostname", asUser: false).lines.first ?? ""
        let run = try scene.script(3)
        #expect(run.code == 0 && run.output == "Hostname: \(host)\nHostname: p1\n", "\(run)")
        #expect(try scene.world.run("lxc-info -n p1 -sH", asUser: false).output == "STOPPED\n")
    }

    private func fourth(_ scene: PythonScriptScene) throws {
        let refused = try scene.script(4, asUser: true)
        #expect(refused.code == 1 && refused.output == "The use of overlayfs requires privileged containers.\n", "\(refused)")
        let run = try scene.script(4)
        #expect(run.code == 0 && run.output.contains("Setting up apache2 (2.4)"), "\(run)")
        let address = try scene.world.run("lxc-info -n mysite -iH", asUser: false).lines.first ?? "none"
        #expect(run.output.hasSuffix("Website running at: http://\(address)\n"), "\(run)\n\(address)")
        #expect(address.hasPrefix("10.0.3."), "\(address)")
        #expect(try version("greeting", in: "base", scene) == "2")
        // The clone of the clone has what either of them got.
        let both = try scene.world.run("lxc-attach -n mysite -- sh -c 'greeting; apache2; busybox hostname'", asUser: false)
        #expect(both.output == "greeting 2\napache2 2.4\nmysite\n", "\(both)")
        #expect(try version("apache2", in: "base", scene) == "")
    }

    /// Of a package in a container that does not run; empty when it is not installed.
    private func version(_ package: String, in name: String, _ scene: PythonScriptScene) throws -> String {
        let asked = try scene.world.run(
            "dpkg-query --admindir=/var/lib/lxc/\(name)/rootfs/var/lib/dpkg -f '${Version}' -W \(package) 2> /dev/null", asUser: false)
        return asked.output
    }
}
