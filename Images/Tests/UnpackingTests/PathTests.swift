// SPDX-License-Identifier: Apache-2.0
import ImageTestSupport
import LinuxKernel
import Testing
import Unpacking

/// Members that would be written elsewhere (reliability I1, I2, I3): the archive is refused, and nothing of it stays.
@Suite struct PathTests {
    private func refusal(_ settings: UnpackSettings = UnpackSettings(), _ build: (inout TarWriter) -> Void) throws -> String {
        let place = try Workplace()
        var tar = TarWriter()
        tar.file("before", "fine")
        build(&tar)
        let failure = #expect(throws: ImageFailure.self) { try place.unpack(tar.finished, settings) }
        #expect(try place.tree() == [])
        #expect(place.isCanaryIntact)
        return failure?.message ?? ""
    }

    @Test(arguments: ["../canary/x", "a/../../canary/x", "..", "a/..", "./../canary/file", "a/./../../canary/x"])
    func refusesClimbing(name: String) throws {
        #expect(try refusal { $0.file(name) }.contains("\"..\""))
    }

    @Test func refusesAbsolutePaths() throws {
        #expect(try refusal { $0.file("/tmp/lxc-images-absolute") }.contains("absolute"))
    }

    @Test func refusesNoName() throws {
        #expect(try refusal { $0.file("") } != "")
    }

    @Test func refusesTheRootAsSomethingElse() throws {
        #expect(try refusal { $0.file(".") }.contains("root"))
        #expect(try refusal { $0.link(".", to: "/etc") }.contains("root"))
        #expect(try refusal { $0.link("./", to: "../canary") } != "")
    }

    @Test func refusesLongPaths() throws {
        let long = [UInt8](repeating: 0x61, count: 5000)
        let deep = Array(repeatElement("d/", count: 3000).joined().utf8) + [0x66]
        #expect(
            try refusal {
                $0.pax("path", long); $0.file("x")
            }.contains("4095"))
        #expect(
            try refusal {
                $0.pax("path", deep); $0.file("x")
            }.contains("4095"))
        #expect(
            try refusal {
                $0.pax("path", [UInt8](repeating: 0x61, count: 300)); $0.file("x")
            }.contains("255"))
    }

    @Test func unpacksTheLongestPaths() throws {
        let place = try Workplace()
        var tar = TarWriter()
        tar.pax("path", Array(repeatElement("d/", count: 2000).joined().utf8) + [0x66])
        tar.file("x")
        try place.unpack(tar.finished)
        #expect(try place.shell("find root -type f | wc -l").hasPrefix("1"))
    }

    @Test func refusesParentsThatAreLinks() throws {
        #expect(
            try refusal {
                $0.link("out", to: "../canary"); $0.file("out/x")
            }.contains("symbolic link"))
        #expect(
            try refusal {
                $0.link("out", to: "/tmp"); $0.directory("out/x")
            }.contains("symbolic link"))
        #expect(
            try refusal {
                $0.directory("d"); $0.link("in", to: "d"); $0.file("in/x")
            }.contains("symbolic link"))
        #expect(
            try refusal {
                $0.file("f"); $0.file("f/x")
            }.contains("no directory"))
    }

    @Test func aLayerStaysInsideWhenItFollowsLinks() throws {
        let place = try Workplace()
        var settings = UnpackSettings()
        settings.isLayer = true
        var first = TarWriter()
        first.link("up", to: "../../../../../../\(place.path)/canary")
        first.link("absolute", to: "\(place.path)/canary")
        first.directory("usr/bin")
        first.link("bin", to: "usr/bin")
        try place.unpack(first.finished, settings)
        var second = TarWriter()
        second.file("bin/tool", "inside")
        try place.unpack(second.finished, settings)
        #expect(try place.text("usr/bin/tool") == "inside")
        for name in ["up/x", "absolute/x", "absolute/file"] {
            var hostile = TarWriter()
            hostile.file(name, "outside")
            #expect(throws: ImageFailure.self) { try place.unpack(hostile.finished, settings) }
        }
        var whiteout = TarWriter()
        whiteout.file("absolute/.wh.file", "")
        #expect(throws: ImageFailure.self) { try place.unpack(whiteout.finished, settings) }
        #expect(place.isCanaryIntact)
    }

    @Test func hardLinksStayInside() throws {
        #expect(try refusal { $0.link("l", to: "../canary/file", isHard: true) }.contains("\"..\""))
        #expect(try refusal { $0.link("l", to: "/etc/passwd", isHard: true) }.contains("absolute"))
        #expect(
            try refusal {
                $0.link("s", to: "../canary"); $0.link("l", to: "s/file", isHard: true)
            }.contains("symbolic link"))
        #expect(try refusal { $0.link("l", to: "missing", isHard: true) }.contains("does not exist"))
        #expect(
            try refusal {
                $0.directory("d"); $0.link("l", to: "d", isHard: true)
            }.contains("neither a file nor"))
        #expect(try refusal { $0.link("l", to: "l", isHard: true) }.contains("does not exist"))
        let place = try Workplace()
        var tar = TarWriter()
        tar.file("a", "shared")
        tar.link("d/b", to: "a", isHard: true)
        // A second name for a symbolic link, and a file in the place of it: what it leads to is not touched.
        tar.link("s", to: "../../canary/file")
        tar.link("d/s", to: "s", isHard: true)
        tar.file("d/s", "a file now")
        try place.unpack(tar.finished)
        #expect(try place.shell("stat -c %h root/d/b; readlink root/s; cat root/d/s") == "2\n../../canary/file\na file now")
        #expect(place.isCanaryIntact)
    }

    /// A directory that is replaced by a link before its attributes are set (apple/containerization c185e86).
    @Test func deferredAttributesStayWithTheirDirectory() throws {
        let place = try Workplace()
        let before = try place.shell("stat -c '%Y %a' canary")
        var settings = UnpackSettings()
        settings.isLayer = true
        var tar = TarWriter()
        tar.directory("d", mode: 0o777)
        tar.link("d", to: "../canary")
        try place.unpack(tar.finished, settings)
        #expect(try place.shell("stat -c '%Y %a' canary") == before)
        #expect(try place.shell("readlink root/d") == "../canary\n")
    }

    @Test func namesThatAreNotTextSurvive() throws {
        let place = try Workplace()
        var tar = TarWriter()
        var header = TarWriter.Header("")
        header.name = [0x66, 0xFF, 0xFE]
        tar.add(header)
        try place.unpack(tar.finished)
        #expect(try place.shell("ls root | od -An -tx1").contains("66 ff fe"))
    }
}
