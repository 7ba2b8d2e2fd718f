// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCConfig

/// Changing a configuration file keeps everything in it that is not about the change.
@Suite struct DocumentTests {
    static let original = """
        # Template used: busybox
          lxc.uts.name   =   p1   

        lxc.cap.drop = mknod
        something else
        lxc.tty=4
        lxc.network.type = veth
        lxc.network.link = lxcbr0
        # the last line
        """

    @Test func untouchedTextIsUntouched() throws {
        let text = Self.original + "\r\n\n\n"
        #expect(try document(text).savedText == text)
        #expect(try document(Self.original).savedText == Self.original)
    }

    @Test func scalarsChangeInPlace() throws {
        var edited = try document(Self.original)
        try edited.set("lxc.uts.name", "p2")
        try edited.set("lxc.tty.max", "2")
        try edited.set("lxc.net.0.link", "br1")
        let expected =
            Self.original.replacing("=   p1   ", with: "=   p2   ").replacing("lxc.tty=4", with: "lxc.tty=2").replacing(
                "lxcbr0", with: "br1") + "\n"
        #expect(edited.savedText == expected)
        #expect(edited.config.hostName == "p2" && edited.config.networks.first?.link == "br1")
        #expect(
            try document(edited.savedText).config.networks
                == edited.config.networks.map { network in
                    var network = network
                    network.type?.origin = ConfigOrigin(file: "test.conf", line: 7)
                    return network
                })
    }

    @Test func newKeysAndListsGoToTheEnd() throws {
        var edited = try document(Self.original)
        try edited.set("lxc.cap.drop", "sys_time")
        try edited.set("lxc.start.auto", "1")
        try edited.set("lxc.network.type", "empty")
        #expect(edited.savedText == Self.original + "\nlxc.cap.drop = sys_time\nlxc.start.auto = 1\nlxc.net.1.type = empty\n")
        #expect(edited.value(of: "lxc.cap.drop") == "mknod\nsys_time\n")
    }

    @Test func clearingRemovesLines() throws {
        var edited = try document(Self.original)
        try edited.clear("lxc.cap.drop")
        try edited.set("lxc.tty", "")
        #expect(edited.savedText == Self.original.replacing("lxc.cap.drop = mknod\n", with: "").replacing("lxc.tty=4\n", with: "") + "\n")
        #expect(edited.value(of: "lxc.cap.drop") == "" && edited.value(of: "lxc.tty.max") == "0")
    }

    @Test(arguments: ["lxc.net.0", "lxc.net.0.type", "lxc.network.0"]) func clearingADevice(key: String) throws {
        var edited = try document("lxc.network.type = veth\nlxc.network.link = a\nlxc.network.type = phys\nlxc.network.link = b\n")
        try edited.clear(key)
        // What is left keeps its number, so it needs the names that have one.
        #expect(edited.savedText == "lxc.net.1.type = phys\nlxc.net.1.link = b\n")
        #expect(try document(edited.savedText).config.networks.map(\.index) == edited.config.networks.map(\.index))
    }

    @Test func clearingBranches() throws {
        var edited = try document(
            "lxc.hook.start = a\nlxc.hook.version = 1\nlxc.hook.stop = b\nlxc.cgroup.dir = d\nlxc.cgroup.cpu.shares = 1\nlxc.cgroup.a = 1\nlxc.net.0.type = veth\n"
        )
        try edited.clear("lxc.hook")
        try edited.clear("lxc.cgroup")
        try edited.clear("lxc.net")
        #expect(edited.savedText == "lxc.hook.version = 1\nlxc.cgroup.dir = d\n")
        #expect(edited.config.cgroup.limits.isEmpty && edited.config.networks.isEmpty && edited.config.cgroup.directory == "d")
    }

    @Test func clearingOneNameOfATree() throws {
        var edited = try document("lxc.cgroup2.memory.max = 1\nlxc.cgroup2.memory.high = 2\nlxc.sysctl.a.b = 1\nlxc.sysctl.a.bc = 2\n")
        try edited.clear("lxc.cgroup2.memory.max")
        try edited.clear("lxc.sysctl.a.b")
        #expect(edited.savedText == "lxc.cgroup2.memory.high = 2\nlxc.sysctl.a.bc = 2\n")
        try edited.clear("lxc.sysctl.a")
        #expect(edited.savedText == "lxc.cgroup2.memory.high = 2\n" && edited.value(of: "lxc.sysctl") == "")
    }

    @Test func includesAreKeptAndOverruled() throws {
        let folder = try TemporaryFolder()
        let common = try folder.write("common", "lxc.tty.max = 4\nlxc.cap.drop = mknod\nlxc.autodev = 0\n")
        let path = try folder.write("config", "lxc.tty.max = 1\nlxc.include = \(common)\n")
        var edited = try ConfigParser.load(path: path)
        try edited.set("lxc.tty.max", "2")
        try edited.clear("lxc.cap.drop")
        try edited.clear("lxc.autodev")
        #expect(
            edited.savedText
                == "lxc.include = \(common)\nlxc.tty.max = 2\nlxc.cap.drop =\nlxc.autodev = 1\n".replacing("drop =\n", with: "drop = \n"))
        try edited.save()
        let again = try ConfigParser.load(path: path)
        #expect(again.config.console.ttyMax == 2 && again.config.security.capabilityDrop.isEmpty && again.config.console.autodev)
        #expect(edited.value(of: "lxc.tty.max") == "2" && edited.value(of: "lxc.cap.drop") == "")
    }

    @Test func callersIncludeToo() throws {
        let folder = try TemporaryFolder()
        let common = try folder.write("common", "lxc.tty.max = 4\n")
        var edited = ContainerConfigDocument(path: folder.path + "/config")
        try edited.set("lxc.include", common)
        #expect(edited.config.console.ttyMax == 4 && edited.savedText == "lxc.include = \(common)\n")
        var defined = ContainerConfigDocument()
        try defined.define("lxc.include = \(common)")
        #expect(defined.config.console.ttyMax == 4 && defined.savedText == "")
        #expect(throws: ConfigProblem.self) { try edited.set("lxc.include", folder.path + "/none") }
    }

    @Test func definitionsAreNotSaved() throws {
        var edited = try document(Self.original)
        try edited.define("lxc.uts.name=x")
        try edited.define(" lxc.cap.drop = sys_time ")
        #expect(edited.config.hostName == "x" && edited.value(of: "lxc.cap.drop") == "mknod\nsys_time\n")
        #expect(edited.config.origin(of: "lxc.uts.name") == ConfigOrigin(file: "-s"))
        #expect(edited.savedText == Self.original)
        #expect(throws: ConfigProblem.self) { try edited.define("lxc.uts.name") }
    }

    @Test func faultsChangeNothing() throws {
        var edited = try document(Self.original)
        let before = edited.config
        for (key, value) in [
            ("lxc.cap.drop", "mknod nonsense"), ("lxc.foo", "1"), ("lxc.network.type", "x"), ("uts", "1"), ("lxc.mount.auto", "proc x"),
        ] {
            #expect(throws: ConfigProblem.self) { try edited.set(key, value) }
        }
        #expect(throws: ConfigProblem.self) { try edited.clear("lxc.foo") }
        #expect(edited.config == before && edited.savedText == Self.original)
    }

    @Test(arguments: ["a\nlxc.arch = x86", "a\0b", "a\rb", "\n"]) func valuesThatNoFileHolds(value: String) throws {
        var edited = ContainerConfigDocument()
        #expect(throws: ConfigProblem.self) { try edited.set("lxc.uts.name", value) }
        #expect(throws: ConfigProblem.self) { try edited.set("lxc.x-\(value)", "1") }
        #expect(edited.savedText == "")
    }

    @Test(arguments: [" a", "a ", "\"a\"", "'a", "\"", "a\"", "\t", "#a", "a # b", "= =", "\\"]) func valuesThatNeedQuotes(value: String)
        throws
    {
        var edited = ContainerConfigDocument()
        try edited.set("lxc.console.logfile", value)
        try edited.set("lxc.x-own", value)
        let again = try document(edited.savedText)
        #expect(again.config.console.logFile == value && again.value(of: "lxc.x-own") == value)
        try edited.set("lxc.console.logfile", "plain")
        #expect(edited.savedText.hasPrefix("lxc.console.logfile = plain\n"))
    }

    @Test func randomDigitsAreKept() throws {
        let text = "# net\nlxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:xx:XX:x0\n"
        let read = try document(text)
        let address = try #require(read.config.networks.first?.hardwareAddress?.text)
        #expect(read.savedText == text.replacing("00:16:3e:xx:XX:x0", with: address) && address != "00:16:3e:xx:XX:x0")
        #expect(try document(read.savedText).config.networks.first?.hardwareAddress?.text == address)
        #expect(read.config.entries.last?.value == address)
        #expect(try document(text).config.networks.first?.hardwareAddress?.text != address)
    }

    @Test func bareVariablesAreSettledInEntries() throws {
        ProcessEnvironment.set("LXC_CONFIG_TEST", "two\nlines")
        let read = try document("lxc.environment = LXC_CONFIG_TEST\n")
        ProcessEnvironment.set("LXC_CONFIG_TEST", nil)
        #expect(read.config.entries.map(\.value) == ["LXC_CONFIG_TEST=two\nlines"])
        #expect(try ContainerConfig(entries: read.config.entries) == read.config)
        #expect(read.savedText == "lxc.environment = LXC_CONFIG_TEST\n")
    }

    @Test func clearAll() throws {
        var edited = try document(Self.original)
        edited.clearAll()
        #expect(edited.savedText == "" && edited.config == ContainerConfig() && edited.path == "test.conf")
    }

    @Test func entriesRebuildTheSettings() throws {
        let text = SeedSnippets.android + "\n" + SeedSnippets.networks + "\nlxc.cap.drop =\nlxc.x-a = 1\nlxc.net.1 =\nlxc.autodev =\n"
        let config = try settings(text)
        #expect(try ContainerConfig(entries: config.entries) == config)
        #expect(config.networks.count == 3 && !config.console.autodev)
    }
}
