// SPDX-License-Identifier: Apache-2.0
import ImageTestSupport
import Testing
import Unpacking

/// Layers that change what earlier ones made.
@Suite struct LayerTests {
    private func apply(_ layers: [(inout TarWriter) -> Void]) throws -> String {
        let place = try Workplace()
        var settings = UnpackSettings()
        settings.isLayer = true
        for build in layers {
            var tar = TarWriter()
            build(&tar)
            try place.unpack(tar.finished, settings)
        }
        #expect(place.isCanaryIntact)
        return try place.shell("cd root && find . -mindepth 1 | sort | tr '\\n' ' '")
    }

    @Test func whiteoutsRemoveWhatEarlierLayersHave() throws {
        let base: (inout TarWriter) -> Void = {
            $0.file("etc/a"); $0.file("etc/b"); $0.file("var/log/x")
        }
        #expect(
            try apply([
                base,
                {
                    $0.file("etc/.wh.a", ""); $0.file("var/.wh.log", "")
                },
            ]) == "./etc ./etc/b ./var ")
        #expect(
            try apply([
                base,
                {
                    $0.file("etc/new"); $0.file("etc/.wh..wh..opq", "")
                },
            ]) == "./etc ./etc/new ./var ./var/log ./var/log/x ")
        #expect(
            try apply([
                base,
                {
                    $0.file(".wh..wh..opq", ""); $0.file("only")
                },
            ]) == "./only ")
        #expect(
            try apply([
                base,
                {
                    $0.file("missing/.wh.x", ""); $0.file("etc/.wh..wh.aufs", "")
                },
            ]).hasPrefix("./etc ./etc/a ./etc/b "))
    }

    /// A whiteout means earlier layers only, wherever it stands in its own.
    @Test func whiteoutsSpareTheirOwnLayer() throws {
        let base: (inout TarWriter) -> Void = { $0.file("d/old") }
        #expect(
            try apply([
                base,
                {
                    $0.file("d/new"); $0.file(".wh.d", "")
                },
            ]) == "./d ./d/new ")
        #expect(
            try apply([
                base,
                {
                    $0.file(".wh.d", ""); $0.file("d/new")
                },
            ]) == "./d ./d/new ")
        let deep: (inout TarWriter) -> Void = {
            $0.file("d/e/f/old"); $0.file("d/g/old")
        }
        #expect(
            try apply([
                deep,
                {
                    $0.file("d/e/f/new"); $0.file(".wh.d", "")
                },
            ]) == "./d ./d/e ./d/e/f ./d/e/f/new ")
    }

    @Test func kindsMayChange() throws {
        let base: (inout TarWriter) -> Void = {
            $0.file("d/old"); $0.file("f")
        }
        #expect(
            try apply([
                base,
                {
                    $0.file("d"); $0.directory("f"); $0.file("f/x")
                },
            ]) == "./d ./f ./f/x ")
    }

    @Test(arguments: [".wh.", ".wh..", ".wh..."]) func whiteoutsOfNothingAreRefused(name: String) throws {
        #expect(throws: ImageFailure.self) { try apply([{ $0.file("d/" + name, "") }]) }
    }

    @Test func outsideOfLayersTheyAreLeftOut() throws {
        let place = try Workplace()
        var tar = TarWriter()
        tar.file("a")
        tar.file(".wh.a", "")
        #expect(try place.unpack(tar.finished).skipped == 1)
        #expect(try place.tree() == ["a"])
    }
}
