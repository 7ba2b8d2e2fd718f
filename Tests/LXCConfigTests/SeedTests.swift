// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCConfig

/// Everything that the first users' documents show must parse as written.
@Suite struct SeedTests {
    @Test func autostart() throws {
        let start = try settings(SeedSnippets.autostart).start
        #expect(start.auto && start.groups == ["ubuntu"])
        #expect(try settings(SeedSnippets.autostartWords).start.groups == ["group1", "group2", "group3"])
    }

    @Test func threeNetworkSections() throws {
        let config = try settings(SeedSnippets.networks)
        #expect(config.networks.map(\.index) == [0, 1, 2])
        #expect(config.networks.map { $0.type?.value } == ["veth", "veth", "phys"])
        #expect(config.networks.map(\.link) == ["lxcbr0", "virbr0", "eth2"])
        #expect(config.networks.map(\.name) == ["eth0", "virt0", "eth1"])
        #expect(config.networks.map(\.isUp) == [true, false, false])
        #expect(config.networks[0].hardwareAddress?.bytes == [0x00, 0x16, 0x3E, 0x3A, 0xF1, 0xC1])
        #expect(config.networks[2].type?.origin == ConfigOrigin(file: "test.conf", line: 11))
    }

    @Test func tapDevice() throws {
        let network = try #require(try settings(SeedSnippets.tap).networks.first)
        #expect(network.type?.value == "phys" && network.link == "tap0" && network.name == "eth0" && network.isUp)
    }

    @Test(arguments: [
        (SeedSnippets.nesting, "lxc-container-default-with-nesting"), (SeedSnippets.unconfined, "unconfined"),
    ])
    func apparmor(text: String, profile: String) throws {
        #expect(try settings(text).security.apparmorProfile == profile)
    }

    @Test func hook() throws {
        let commands = try settings(SeedSnippets.hook).hooks.commands(.preStart)
        #expect(commands.map(\.value) == ["/var/lib/lxc/p1/pre-start.sh"])
        #expect(commands.map(\.origin.description) == ["test.conf:1"])
    }

    @Test(arguments: SeedSnippets.hooks) func everyHookManyTimes(name: String) throws {
        let hook = try #require(Hook(rawValue: name))
        let config = try settings("lxc.hook.\(name) = /one\nlxc.hook.\(name) = /two with words\n")
        #expect(config.hooks.commands(hook).map(\.value) == ["/one", "/two with words"])
    }

    @Test func networkScripts() throws {
        let config = try settings("lxc.network.type = veth\nlxc.network.script.up = /up\nlxc.network.script.down = /down\n")
        #expect(config.networks.first?.scriptsUp.map(\.value) == ["/up"])
        #expect(config.networks.first?.scriptsDown.map(\.value) == ["/down"])
    }

    @Test func overlayRootfs() throws {
        let rootfs = try settings(SeedSnippets.overlay).rootfs
        #expect(rootfs.storageType == "aufs")
        #expect(rootfs.plainPath == "/var/lib/lxc/u2/rootfs:/var/lib/lxc/u3/delta0")
    }

    @Test func cgroups() throws {
        let memory = try settings(SeedSnippets.memory).cgroup.limits
        #expect(memory.map(\.file) == ["memory.limit_in_bytes"])
        #expect(memory.map(\.value) == ["134217728"] && memory.map(\.version) == [.v1])
        let devices = try settings(SeedSnippets.devices).cgroup.limits
        #expect(devices.count == 17)
        #expect(devices.first?.file == "devices.deny" && devices.first?.value == "a")
        #expect(devices.dropFirst().allSatisfy { $0.file == "devices.allow" })
        #expect(devices.last?.value == "c 10:232 rwm")
        #expect(try settings(SeedSnippets.loop).cgroup.limits.map(\.value) == ["b 7:* rwm", "c 10:237 rwm"])
    }

    @Test func android() throws {
        let read = try document(SeedSnippets.android)
        let config = read.config
        #expect(config.rootfs.plainPath == "/var/lib/lxc/android/rootfs" && config.hostName == "armhf")
        #expect(config.networks.map { $0.type?.value } == ["none"])
        #expect(config.console.ttyDirectory == "lxc" && config.console.ttyMax == 4 && config.console.ptyMax == 1024)
        #expect(config.process.architecture == "armhf" && config.process.personality == .linux32)
        #expect(config.security.capabilityDrop.map(\.name) == ["mac_admin", "mac_override"])
        #expect(config.security.apparmorProfile == "unconfined")
        let retired = try #require(read.notes.first { $0.old == "lxc.pivotdir" })
        #expect(retired.new == nil && retired.origin.line == 11)
    }

    @Test func contained() throws {
        let config = try settings(SeedSnippets.contained + "\n" + SeedSnippets.containedTemplate)
        #expect(config.hostName == "contained" && config.console.autodev)
        #expect(config.console.ttyMax == 1 && config.console.ptyMax == 1)
        #expect(config.process.haltSignal == 9)
        #expect(config.mounts.automatic.map(\.value) == [.proc(.mixed), .sys(.mixed)])
        #expect(config.mounts.entries.count == 7)
        let optional = config.mounts.entries[2].value
        #expect(optional.source == "/lib64" && optional.target == "lib64" && optional.fsType == "none")
        #expect(optional.options.isOptional && optional.options.flags == [.readOnly, .bind] && optional.options.data.isEmpty)
        #expect(config.mounts.entries[6].value.options.cleared == .readOnly)
    }

    @Test func fstabLine() throws {
        let entries = try FstabFile.parse(SeedSnippets.fstab.kernelBytes, file: "fstab")
        #expect(entries.map(\.value.target) == ["var/cache/lxc"])
        #expect(entries.first?.value.options.create == .directory)
        #expect(entries.first?.value.options.flags == .bind)
    }

    @Test func emulatorFile() throws {
        let options = try settings(SeedSnippets.emulator).mounts.entries.first?.value.options
        #expect(options?.create == .file && options?.flags == [.bind, .readOnly])
    }

    @Test func japaneseText() throws {
        let config = try settings("# 現時点で利用可能なフック\nlxc.uts.name = コンテナ\n")
        #expect(config.hostName == "コンテナ")
    }

    @Test func rootfsWrittenTwice() throws {
        let config = try settings("lxc.rootfs.path = dir:/a\nlxc.rootfs = /b\n")
        #expect(config.rootfs.plainPath == "/b" && config.rootfs.path?.origin.line == 2)
    }
}
