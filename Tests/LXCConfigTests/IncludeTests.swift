// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import LXCTestSupport
import Testing

@testable import LXCConfig

/// Files that include files.
@Suite struct IncludeTests {
    @Test func inPlaceAndWithOrigins() throws {
        let folder = try TemporaryFolder()
        let common = try folder.write("common.conf", "lxc.tty.max = 4\nlxc.uts.name = common\n")
        let path = try folder.write("config", "lxc.uts.name = first\nlxc.include = \(common)\nlxc.tty.max = 1\n")
        let config = try ConfigParser.load(path: path).config
        #expect(config.hostName == "common" && config.console.ttyMax == 1)
        #expect(config.origin(of: "lxc.uts.name") == ConfigOrigin(file: common, line: 2))
        #expect(config.entries.map(\.key) == ["lxc.uts.name", "lxc.tty.max", "lxc.uts.name", "lxc.tty.max"])
    }

    @Test func foldersAreSortedByName() throws {
        let folder = try TemporaryFolder()
        let parts = folder.makeFolder("parts.d")
        // Written in an order that is not that of the names.
        for name in ["20-b.conf", "10-a.conf", "3-z.conf", "a.conf", "B.conf", "skipped.txt", ".conf"] {
            try folder.write("parts.d/" + name, "lxc.environment = N=\(name)\n")
        }
        for path in [parts, parts + "/"] {
            let file = try folder.write("config", "lxc.include = \(path)\n")
            let names = try ConfigParser.load(path: file).config.process.environment.map(\.value)
            #expect(names == ["10-a.conf", "20-b.conf", "3-z.conf", "B.conf", "a.conf"])
        }
    }

    @Test func missing() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("config", "\nlxc.include = \(folder.path)/none\n")
        let fault = try #require(problem(inFile: file))
        #expect(fault.place == "\(file):2" && fault.key == "lxc.include" && fault.reason.hasPrefix("there is no file"))
        let accepted = try folder.write("config2", "lxc.include = \(folder.path)/none/\n")
        #expect(problem(inFile: accepted) == nil)
        #expect(
            problem(inFile: folder.path + "/nothing")?.description == "\(folder.path)/nothing: cannot read it: no such file or directory")
    }

    @Test func cyclesNameTheChain() throws {
        let folder = try TemporaryFolder()
        let own = try folder.write("self", "lxc.include = \(folder.path)/self\n")
        #expect(problem(inFile: own)?.reason == "the files include each other: \(own) -> \(own)")
        try folder.write("a", "lxc.include = \(folder.path)/b\n")
        try folder.write("b", "#\nlxc.include = \(folder.path)/c\n")
        try folder.write("c", "lxc.include = \(folder.path)/a\n")
        let fault = try #require(problem(inFile: folder.path + "/a"))
        let names = ["a", "b", "c", "a"].map { folder.path + "/" + $0 }
        #expect(fault.reason == "the files include each other: " + names.joined(separator: " -> "))
        #expect(fault.origin == ConfigOrigin(file: folder.path + "/c", line: 1))
        // A link is the same file by another name.
        let link = folder.link("link", to: own)
        try folder.write("self", "lxc.include = \(link)\n")
        #expect(problem(inFile: own)?.reason.hasPrefix("the files include each other") == true)
    }

    @Test func depthIsLimited() throws {
        let folder = try TemporaryFolder()
        for number in 0..<70 { try folder.write("f\(number)", "lxc.include = \(folder.path)/f\(number + 1)\n") }
        try folder.write("f70", "lxc.uts.name = deep\n")
        let fault = try #require(problem(inFile: folder.path + "/f0"))
        #expect(fault.kind == .tooLarge && fault.reason == "more than 64 includes within includes")
        #expect(fault.description.split(separator: "\n").count <= 5)
        #expect(try ConfigParser.load(path: folder.path + "/f6").config.hostName == "deep")
    }

    @Test func errorsShowTheChain() throws {
        let folder = try TemporaryFolder()
        try folder.write("inner", "lxc.foo = 1\n")
        try folder.write("middle", "lxc.include = \(folder.path)/inner\n")
        let outer = try folder.write("outer", "\nlxc.include = \(folder.path)/middle\n")
        let fault = try #require(problem(inFile: outer))
        #expect(fault.origin == ConfigOrigin(file: folder.path + "/inner", line: 1))
        #expect(fault.includedFrom == [ConfigOrigin(file: folder.path + "/middle", line: 1), ConfigOrigin(file: outer, line: 2)])
        #expect(fault.description.contains("\n  included from \(folder.path)/middle:1, from \(outer):2\n"))
    }

    @Test func nothingButFilesIsOpened() throws {
        let folder = try TemporaryFolder()
        let fifo = folder.makeFIFO("fifo")
        let linked = folder.link("to-fifo", to: fifo)
        let cases = [
            (fifo, "it is a FIFO"), (linked, "it is a FIFO"), ("/dev/zero", "it is a device"),
            ("/proc/self/status", "it is a file of /proc"),
            ("/proc/kmsg", "it is a file of /proc"),
        ]
        for (path, reason) in cases {
            let file = try folder.write("config", "lxc.include = \(path)\n")
            let time = try ContinuousClock().measure {
                let fault = try #require(problem(inFile: file))
                #expect(fault.reason == "cannot read \"\(path)\": \(reason)")
            }
            #expect(time < .seconds(1))
            #expect(problem(inFile: path)?.description == "\(path): cannot read it: \(reason)")
        }
        #expect(problem(inFile: folder.path)?.description == "\(folder.path): cannot read it: it is a directory")
    }

    @Test func linkLoops() throws {
        let folder = try TemporaryFolder()
        _ = folder.link("a", to: folder.path + "/b")
        let loop = folder.link("b", to: folder.path + "/a")
        let file = try folder.write("config", "lxc.include = \(loop)\n")
        #expect(problem(inFile: file)?.reason.contains("symbolic") == true)
    }

    @Test func sizes() throws {
        let folder = try TemporaryFolder()
        let hole = try folder.makeHole("hole", size: 2 << 30)
        let time = ContinuousClock().measure { #expect(problem(inFile: hole)?.kind == .tooLarge) }
        #expect(time < .seconds(1))
        let line = try folder.write("line", [UInt8](repeating: 0x61, count: 100_000_000))
        #expect(problem(inFile: line)?.kind == .tooLarge)
        #expect(try ConfigParser.load(path: try folder.write("empty", "")).config == ContainerConfig())
    }

    @Test func manyFiles() throws {
        let folder = try TemporaryFolder()
        _ = folder.makeFolder("many")
        for number in 0..<1005 { try folder.write("many/\(number).conf", "") }
        let file = try folder.write("config", "lxc.include = \(folder.path)/many\n")
        #expect(problem(inFile: file)?.reason == "more than 1000 files in one configuration")
    }

    @Test func mountsOfTheFstabFile() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("fstab", "# comment\n\n/a\\040b c none bind 0 0 # why\r\ntmpfs tmp tmpfs size=5M,nodev\n")
        let entries = try FstabFile.read(file)
        #expect(entries.map(\.origin.line) == [3, 4] && entries.map(\.value.source) == ["/a b", "tmpfs"])
        #expect(entries.last?.value.options.data == "size=5M" && entries.last?.value.options.flags == .noDev)
        let broken = try folder.write("broken", "/a b none bind\n  /a\n")
        do {
            _ = try FstabFile.read(broken)
            Issue.record("accepted a line with one field")
        } catch { #expect(error.place == "\(broken):2:3") }
        do {
            _ = try FstabFile.read(folder.path + "/none", namedAt: ConfigOrigin(file: "c", line: 7))
            Issue.record("read a file that is not there")
        } catch { #expect(error.place == "c:7" && error.key == "lxc.mount.fstab") }
    }

    @Test(arguments: ["/usr/share/lxc/config", TestInstallation.checkout + "/share/lxc/config"])
    func shippedConfigurations(folder: String) throws {
        guard try FileStatus.ifPresent(folder) != nil else { return }
        for name in try DirectoryListing.names(in: folder) where name.hasSuffix(".conf") {
            // Ours include each other by the path where they get installed.
            let text = try WholeFile.text(folder + "/" + name).split(separator: "\n", omittingEmptySubsequences: false)
            let own = text.filter { !$0.hasPrefix("lxc.include") }.joined(separator: "\n")
            #expect(problem(own) == nil, "\(name)")
        }
    }
}
