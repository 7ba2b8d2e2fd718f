// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCConfig

/// `lxc.conf` of root and of users.
@Suite struct SystemConfigTests {
    private func read(_ text: String, owner: SystemConfig.Owner = .root) throws -> SystemConfig {
        var config = SystemConfig(owner: owner, paths: InstallPaths(systemConfiguration: "/etc/lxc", containers: "/var/lib/lxc"))
        try config.read(text.kernelBytes)
        return config
    }

    @Test("S1.62: places of root") func defaultsOfRoot() throws {
        let config = try read("")
        #expect(config.file == "/etc/lxc/lxc.conf")
        #expect(config.containerPath == "/var/lib/lxc" && config.defaultConfig == "/etc/lxc/default.conf")
        #expect(config.value(of: .volumeGroup) == "lxc" && config.value(of: .zfsRoot) == "lxc" && config.value(of: .thinPool) == "lxc")
        #expect(config.value(of: .cgroupUse) == nil && config.value(of: .cgroupPattern) == nil && config.cgroupControllers == nil)
        #expect(config.startsHighestOrderFirst && !config.clearsAttachEnvironment)
    }

    @Test("S1.90 S1.91 S1.92: places of a user") func defaultsOfAUser() throws {
        let config = try read("", owner: .user(home: "/home/u"))
        #expect(config.file == "/home/u/.config/lxc/lxc.conf")
        #expect(config.containerPath == "/home/u/.local/share/lxc" && config.defaultConfig == "/home/u/.config/lxc/default.conf")
    }

    @Test(arguments: ["lxcpath = /new/path", "lxc.lxcpath=/new/path//", "  lxc.lxcpath \t= /new/path/ \r"]) func containerPath(line: String)
        throws
    {
        #expect(try read(line).containerPath == "/new/path")
    }

    @Test func rootFolder() throws { #expect(try read("lxcpath = //").containerPath == "/") }

    @Test func firstLineWins() throws {
        let config = try read("#lxc.lxcpath = /no\nlxc.lxcpath = /a\nlxcpath = /b\nlxc.cgroup.use = memory, pids\n")
        #expect(config.containerPath == "/a" && config.origin(of: .containerPath)?.line == 2)
        #expect(config.cgroupControllers == ["memory", "pids"])
    }

    @Test func ownItems() throws {
        let config = try read("lxc.start.order.rule = lowest-first\nlxc.attach.env = clear\n")
        #expect(!config.startsHighestOrderFirst && config.clearsAttachEnvironment)
        let failure = #expect(throws: ConfigProblem.self) { try read("lxc.start.order.rule = upwards\n") }
        #expect(failure?.hint == "write highest-first or lowest-first")
    }

    @Test func unknownItemsAreWarnings() throws {
        let config = try read("lxc.lxcpth = /a\nother = 1\n")
        #expect(config.warnings.map(\.hint) == ["did you mean lxc.lxcpath?"])
    }

    @Test(arguments: [
        ("lxc.lx", SystemConfigItem.containerPath), ("lxcpath", .containerPath), ("lxc.bdev.lvm", .volumeGroup),
        ("lxc.cgroup.use", .cgroupUse),
        ("lxc.bdev.rbd.rbduser", .rbdUser), ("l", .defaultConfig),
    ])
    func beginnings(word: String, item: SystemConfigItem) { #expect(SystemConfigItem(beginning: word) == item) }

    @Test(arguments: ["", "lxc.lxcpathfoo", "x"]) func unknownBeginnings(word: String) { #expect(SystemConfigItem(beginning: word) == nil) }

    @Test func files() throws {
        let folder = try TemporaryFolder()
        let paths = InstallPaths(systemConfiguration: folder.path, containers: "/c")
        #expect(try SystemConfig.load(owner: .root, paths: paths).containerPath == "/c")
        try folder.write("lxc.conf", "lxcpath = /d\n")
        #expect(try SystemConfig.load(owner: .root, paths: paths).containerPath == "/d")
        #expect(
            try SystemConfig.load(owner: .user(home: folder.path + "/none"), paths: paths).containerPath == folder.path
                + "/none/.local/share/lxc")
        let other = try TemporaryFolder()
        _ = other.makeFIFO("lxc.conf")
        let failure = #expect(throws: ConfigProblem.self) {
            try SystemConfig.load(owner: .root, paths: InstallPaths(systemConfiguration: other.path, containers: "/c"))
        }
        #expect(failure?.isUnreadableFile == true && failure?.reason == "it is a FIFO")
    }
}
