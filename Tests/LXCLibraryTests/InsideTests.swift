// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCTestSupport
import LinuxKernel
import Testing

/// Questions to a running container, and changes of what is in it.
@Suite(.needsRoot) struct InsideTests {
    @Test func addressesAndInterfaces() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox(
                "net", ["lxc.net.1.type = veth", "lxc.net.1.flags = up", "lxc.net.1.name = eth7", "lxc.net.1.ipv4.address = 10.93.7.5/24"])
            try web.start()
            #expect(try web.interfaces.sorted() == ["eth7", "lo"])
            #expect(try web.addresses(family: .inet, within: .seconds(5)) == ["10.93.7.5"])
            #expect(try web.addresses(interface: "lo") == [])
            #expect(try web.addresses(interface: "eth8", within: .milliseconds(250)) == [])
            try web.stop()
        }
    }

    @Test func mountsAndDevices() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("dev")
            try fixture.write(fixture.lxcpath + "/.shared/hello", "from the host")
            try web.start()
            try web.mount(fixture.lxcpath + "/.shared", at: "/mnt", flags: [.bind, .readOnly])
            #expect(try web.output(of: ["cat", "/mnt/hello"]).text == "from the host")
            #expect(try !web.attach(["sh", "-c", "echo > /mnt/new 2>/dev/null"]).isSuccess)
            try web.unmount("/mnt")
            #expect(try !web.attach(["test", "-e", "/mnt/hello"]).isSuccess)
            try web.addDevice("/dev/null", at: "/dev/nothing")
            #expect(try web.attach(["test", "-c", "/dev/nothing"]).isSuccess)
            try web.removeDevice("/dev/null", at: "/dev/nothing")
            #expect(try !web.attach(["test", "-e", "/dev/nothing"]).isSuccess)
            try web.stop()
        }
    }

    @Test func cgroupsAndHandles() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("cg")
            try web.start()
            try web.setCgroupValue("pids.max", to: "123")
            #expect(try web.cgroupValue("pids.max") == "123\n")
            let failure = #expect(throws: LXCError.self) { _ = try web.cgroupValue("pids.no-such-file") }
            #expect(failure?.code == .failed)
            let handle = try web.initHandle()
            #expect(try PidFD.number(ofHandle: handle.number) == web.initPID)
            #expect(try FilesystemKind(of: OwnedDescriptor(owning: web.devptsHandle().release())) == .devpts)
            try web.stop()
        }
    }

    @Test func consoleAndTerminals() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("con", ["lxc.console.buffer.size = 64k", "lxc.tty.max = 1"])
            try web.start()
            try web.attach(["sh", "-c", "echo said > /dev/console"])
            let hasSaid = try fixture.eventually { String(decoding: try web.consoleLog(), as: UTF8.self).contains("said") }
            #expect(hasSaid)
            _ = try web.consoleLog(clears: true)
            #expect(try web.consoleLog() == [])
            do {
                let terminal = try web.openTerminal()
                #expect(terminal.number == 1 && TerminalMode.isTerminal(terminal.descriptor))
                #expect(throws: LXCError.self) { _ = try web.openTerminal(1) }
            }
            // It is given back with the object.
            let isFree = try fixture.eventually {
                do {
                    _ = try web.openTerminal(1)
                    return true
                } catch { return false }
            }
            #expect(isFree)
            let failure = #expect(throws: LXCError.self) { try web.console(escape: "!") }
            #expect(failure?.reason.contains("Ctrl") == true)
            try web.stop()
        }
    }
}
