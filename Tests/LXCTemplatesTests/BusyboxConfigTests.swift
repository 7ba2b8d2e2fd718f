// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LXCTemplates

@Suite struct BusyboxConfigTests {
    @Test(arguments: [
        ("lxc.rootfs.path = dir:/r", true), ("  lxc.rootfs.path=/r", true), ("lxc.rootfs\t= /r", true),
        ("#lxc.rootfs.path = /r", false), ("lxc.rootfs.options = ro", false), ("", false),
    ])
    func findsTheRootfsLine(line: String, isOne: Bool) {
        #expect(TemplateConfig.namesRootfs(Array("lxc.uts.name = x\n\(line)\n".utf8)) == isOne)
    }

    @Test func mountsTheHostsLibrariesOnlyWhenNeeded() {
        #expect(!BusyboxConfig.lines(name: "x", libraries: []).contains("bind"))
        #expect(BusyboxConfig.lines(name: "x", libraries: ["usr/lib"]).contains("lxc.mount.entry = /usr/lib usr/lib none ro,bind 0 0\n"))
    }
}
