// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCConfig

/// K19, K20, K22: broken and hostile text: an error with file, line and column, never a trap, never more than a second.
@Suite(.serialized) struct HostileTextTests {
    @Test(arguments: [
        ("lxc.uts.name", "test.conf:1:13: lxc.uts.name: there is no = on this line"),
        ("#\n\n  lxc.uts.name   ", "test.conf:3:15: lxc.uts.name: there is no = on this line"),
        ("lxc.uts.nam = a", "test.conf:1:1: lxc.uts.nam: is not a key of the configuration\n  did you mean lxc.uts.name?"),
        ("lxc.Arch = x86", "test.conf:1:1: lxc.Arch: is not a key of the configuration\n  did you mean lxc.arch?"),
        ("LXC.UTS.NAME = a", "test.conf:1:1: LXC.UTS.NAME: is not a key of the configuration\n  did you mean lxc.uts.name?"),
        (
            "lxc.hook.prestart = a",
            "test.conf:1:1: lxc.hook.prestart: is not a key of the configuration\n  did you mean lxc.hook.pre-start?"
        ),
        ("lxc.net.0.lnik = a", "test.conf:1:1: lxc.net.0.lnik: is not a key of a network device\n  did you mean lxc.net.0.link?"),
        ("lxc.net.link = a", "test.conf:1:1: lxc.net.link: the number of the network device is missing\n  write lxc.net.0.link"),
        ("lxc.cap.drop = sys_tme", "test.conf:1:16: lxc.cap.drop: there is no capability \"sys_tme\"\n  did you mean sys_time?"),
        ("  lxc.tty.max = 4x", "test.conf:1:18: lxc.tty.max: \"4x\" is not a whole number\n  write decimal digits, 0 to 1048576"),
        ("lxc.uts.name = a\0b", "test.conf:1:17: a NUL byte\n  this is not a text file"),
        ("lxc.uts.name = a\rlxc.arch = x86", "test.conf:1:17: a carriage return inside of a line\n  end lines with a newline"),
        ("lxc.uts.name = \"abc", "test.conf:1:16: lxc.uts.name: the value begins with a quote that is never closed"),
        ("lxc.init.cmd = /bin/sh -c 'x", "test.conf:1:27: lxc.init.cmd: a quote is never closed\n  add the closing '"),
    ])
    func messages(text: String, message: String) throws {
        let fault = try #require(problem(text))
        #expect(fault.description.hasPrefix(message), "\(fault.description)")
        #expect(fault.description.split(separator: "\n").count <= 5)
    }

    @Test(arguments: [
        "lxc.arch.nonsense = x", "lxc.cgroup.dir.contaner = x", "lxc.environment.run = x", "lxc.mount.entry2 = x", "lxc. = x", "lxc.. = x",
        "lxc.hook.x = y", "lxc.uts.name.x = y", "lxc.net = veth", "lxc.net.0 = veth", "lxc.hook = x", "lxc.sysctl = 1", "lxc.sysctl. = 1",
        "lxc.net. = x", "lxc.net.01.type = veth", "lxc.net.-1.type = veth", "lxc.net.4294967296.type = veth", "lxc.net.65536.type = veth",
        "lxc.net.1x.type = veth", "lxc.net.0. = x", "lxc.network. = x", "lxc.network.7. = x", "lxc.net..type = veth", "lxc.x = 1",
        "lxc.arch = pdp11", "lxc.include =", "lxc.namespace.share.foo = 1", "lxc.prlimit.foo = 1", "lxc.proc./x = 1", "lxc.proc.a/../b = 1",
        "lxc.cgroup2.a/b = 1", "lxc.cgroup.dir = ../x", "lxc.cap.drop = CAP_MKNOD", "lxc.cap.drop = 64", "lxc.cap.drop = none",
        "lxc.cap.keep = chown\nlxc.cap.drop = chown", "lxc.namespace.keep = net\nlxc.namespace.clone = pid",
        "lxc.environment = LXC_CONFIG_TEST_NOT_SET", "lxc.environment = =x", "lxc.mount.auto = procfs", "lxc.mount.auto = shmounts:",
        "lxc.rootfs.options = ro,optional", "lxc.seccomp.notify.proxy = /x", "lxc.log.level = 9", "lxc.log.syslog = local8",
    ])
    func refused(text: String) throws {
        let fault = try #require(problem(text))
        #expect(fault.origin.line > 0 && fault.column > 0 && fault.key != nil && !fault.reason.isEmpty)
    }

    static let numberTexts = [
        "-1", "+1", "0x", "0x10", "08", "010", "1e9", "4294967296", "9223372036854775808", "18446744073709551616", "1 000", "1_0", "٣",
        "1234567890123456789012345678901234567890", " ", "--1", "-", "1.0", "1\u{301}",
    ]

    @Test(
        arguments: [
            "lxc.tty.max", "lxc.pty.max", "lxc.start.delay", "lxc.init.uid", "lxc.net.0.mtu", "lxc.net.0.vlan.id", "lxc.hook.version",
            "lxc.signal.halt", "lxc.init.groups", "lxc.start.auto", "lxc.autodev.tmpfs.size", "lxc.console.buffer.size", "lxc.prlimit.cpu",
            "lxc.time.offset.boot", "lxc.net.0.veth.n_rxqueues", "lxc.cap.drop",
        ], numberTexts)
    func numbers(key: String, number: String) {
        // Either it is a number that the key can have, or there is an error; an empty value clears.
        guard problem("\(key) = \(number)") == nil else { return }
        let allowed =
            number == " " || (key == "lxc.autodev.tmpfs.size" || key == "lxc.console.buffer.size" || key == "lxc.prlimit.cpu")
            || ((key == "lxc.init.groups" || key == "lxc.cap.drop") && number == "1 000")
        #expect(allowed, "\(key) = \(number)")
    }

    @Test(arguments: ["9999999EB", "9223372036854775807KB", "18446744073709551615GB", "KB", "1XB", "-5KB", "1 2KB"])
    func sizes(text: String) { #expect(problem("lxc.console.size = \(text)") != nil) }

    @Test(arguments: ["-9e18s", "9223372036854775807s", "10000000h", "5", "5d", "s", "-s", "1.5s", "9223372036854775808ns"])
    func times(text: String) { #expect(problem("lxc.time.offset.boot = \(text)") != nil) }

    @Test func mostNegativeTime() throws {
        #expect(try settings("lxc.time.offset.boot = -9223372036854775807ns").namespaces.timeOffsetBoot == -Int64.max)
    }

    @Test(arguments: [
        "u 0 100000 0", "u 0 100000", "x 0 1 1", "b 0 1 1", "u 0 4294967295 2", "u 4294967290 0 10", "u 0 0 4294967296", "u -1 0 1",
        "u 0 100000 65536 1", "u 0 0x10 5", "u 4294967295 0 1",
        "u 0 100000 10\nlxc.idmap = u 5 200000 10", "u 0 100000 10\nlxc.idmap = u 50 100005 10", "u 0 1000 1\nlxc.idmap = u 0 1000 1",
    ])
    func idMaps(text: String) throws { #expect(problem("lxc.idmap = " + text)?.key == "lxc.idmap") }

    @Test func idMapLines() throws {
        let lines = (0..<341).map { "lxc.idmap = u \($0) \(100_000 + $0 * 2) 1\n" }
        #expect(try settings(lines.dropLast().joined()).idMap.count == 340)
        #expect(problem(lines.joined())?.origin.line == 341)
        #expect(try settings("lxc.idmap = u 5 10 1\nlxc.idmap = g 5 10 1\nlxc.idmap = u 0 0 5").idMap.count == 3)
    }

    @Test(arguments: [
        ("name", "abcdefghijklmnop"), ("name", "a/b"), ("name", ".."), ("name", "."), ("name", "a b"), ("name", "%d%d"), ("name", "a%s"),
        ("name", "a:b"), ("link", "abcdefghijklmnop"), ("link", "+"), ("hwaddr", "01:00:5e:00:00:01"), ("hwaddr", "00:16:3e"),
        ("hwaddr", "00-16-3e-00-00-01"), ("hwaddr", "0g:16:3e:00:00:01"), ("hwaddr", "00:16:3e:00:00:01:02"), ("mtu", "0"),
        ("mtu", "65536"),
        ("ipv4.address", "10.0.0.1/33"), ("ipv4.address", "10.0.0"), ("ipv4.address", "10.0.0.256"), ("ipv4.address", "010.0.0.1"),
        ("ipv4.address", "10.0.0.1/"), ("ipv4.address", "10.0.0.1/24 10.0.0"), ("ipv4.address", "10.0.0.1/24 a b"),
        ("ipv6.address", "fe80::1%eth0"), ("ipv6.address", "fd00::1/129"), ("ipv6.address", "1::2::3"), ("ipv6.address", ":1"),
        ("ipv6.address", "1:2:3:4:5:6:7:8:9"), ("ipv6.address", ":::"), ("ipv6.address", "12345::"), ("ipv4.gateway", "10.0.0.1/24"),
        ("ipv6.gateway", "10.0.0.1"), ("type", "ethernet"), ("flags", "down"), ("vlan.id", "4095"), ("vlan.id", "0"), ("macvlan.mode", "x"),
        ("ipvlan.isolation", "l2"), ("veth.mode", "x"), ("veth.vlan.id", "4095"), ("l2proxy", "2"),
    ])
    func network(key: String, value: String) throws {
        let fault = try #require(problem("lxc.net.0.\(key) = \(value)"))
        #expect(fault.key == "lxc.net.0." + key && fault.column >= 14 + key.utf8.count)
    }

    @Test(arguments: [
        "/a", "/a b", "/a b none bind 0 0 0", "/a path with blanks none bind 0 0", "/a b none create=link", "/a b none idmap=",
    ])
    func mounts(text: String) { #expect(problem("lxc.mount.entry = " + text)?.key == "lxc.mount.entry") }

    @Test func foreignLines() throws {
        let config = try settings("\u{FEFF}lxc.uts.name = a\nhello\n= x\nx = y\nlxcfoo = 1\n lxc = 2\n\t# lxc.arch = nonsense\n[section]\n")
        #expect(config.hostName == "a" && config.entries.count == 1)
    }

    @Test func wideText() {
        let wide: [UInt8] = [0xFF, 0xFE] + "lxc.uts.name = a\n".utf8.flatMap { [$0, 0] }
        #expect(problem(bytes: wide)?.reason == "this is UTF-16 text")
    }

    @Test func anyBytesSurvive() throws {
        let path: [UInt8] = [0x2F, 0xFF, 0xFE, 0x80, 0xEE, 0xBE, 0x80, 0x0C, 0x1B, 0x41]
        let bytes = Array("lxc.console.logfile = ".utf8) + path + [0x0A]
        var read = try ConfigParser.parse(bytes, name: "b")
        #expect(read.config.console.logFile?.kernelBytes == path)
        try read.set("lxc.uts.name", "x")
        #expect(read.bytes == bytes + Array("lxc.uts.name = x\n".utf8))
    }

    @Test func equalsSignsBelongToTheValue() throws {
        let many = String(repeating: "=", count: 10_000)
        #expect(try settings("lxc.environment = A=\(many)").process.environment.first?.value == many)
        #expect(problem("lxc.uts.name = \(many)") != nil)
    }

    @Test func quotes() throws {
        let config = try settings(
            "lxc.environment = 'A=b'\nlxc.environment = \"\"A=b\"\"\nlxc.environment = A=\"b\"\nlxc.environment = 'A=b c\"'\n")
        #expect(config.process.environment.map(\.name) == ["A", "\"A", "A", "A"])
        #expect(config.process.environment.map(\.value) == ["b", "b\"", "\"b\"", "b c\""])
    }

    @Test func longKeys() throws {
        let long = "lxc." + String(repeating: "a", count: 10_000)
        let fault = try #require(problem(long + " = 1"))
        #expect(fault.kind == .unknownKey && fault.description.utf8.count < 300)
        #expect(problem("lxc." + String(repeating: "a.", count: 5000) + " = 1") != nil)
        #expect(problem("lxc.sysctl." + String(repeating: "a.", count: 5000) + " = 1") != nil)
    }

    /// Bytes that are no text are longer as characters; the key must not become another one, or too long, by that.
    @Test func aNameOfNoTextStaysTheSameKey() throws {
        let line = Array("lxc.cgroup.".utf8) + [UInt8](repeating: 0xFF, count: 300) + Array(" = 1\n".utf8)
        var document = try ConfigParser.parse(line, name: "hostile")
        let key = try #require(document.config.entries.first?.key)
        #expect(document.value(of: key) == "1\n")
        try document.clear(key)
        #expect(document.bytes.isEmpty)
    }

    enum Flood: String, CaseIterable {
        case mounts, devices, oldDevices, sysctls, limits

        func line(_ number: Int) -> String {
            switch self {
            case .mounts: "lxc.mount.entry = /a/\(number) b/\(number) none bind 0 0\n"
            case .devices: "lxc.net.\(number).type = veth\n"
            case .oldDevices: "lxc.network.type = veth\n"
            case .sysctls: "lxc.sysctl.a\(number) = 1\n"
            case .limits: "lxc.cgroup2.memory.max = 1\n"
            }
        }
    }

    @Test(arguments: Flood.allCases) func tooMany(flood: Flood) throws {
        let text = (0..<60_000).map(flood.line).joined().kernelBytes
        var fault: ConfigProblem?
        let time = ContinuousClock().measure { fault = problem(bytes: text) }
        #expect(fault?.reason.hasPrefix("more than ") == true && (fault?.origin.line ?? 0) > 1000)
        #expect(time < .seconds(TestSpeed.factor))
    }

    @Test func aMillionEmptyLines() throws {
        let text = String(repeating: "\n", count: 1_000_000).kernelBytes
        let time = ContinuousClock().measure { #expect(problem(bytes: text) == nil) }
        #expect(time < .seconds(TestSpeed.factor))
    }

    @Test func onlyOneMessagePerFault() throws {
        let fault = try #require(problem("lxc.uts.name = a\nlxc.foo = 1\nlxc.bar = 2\n"))
        #expect(fault.origin.line == 2)
    }
}
