// SPDX-License-Identifier: Apache-2.0
import ImageTestSupport
import LinuxKernel
import Testing
import Unpacking

/// What members become (reliability I4).
@Suite(.needs("xz", "zstd", packages: "xz-utils zstd")) struct ContentTests {
    @Test(arguments: ["cat", "gzip", "xz", "zstd -q"]) func everyCompression(tool: String) throws {
        let place = try Workplace()
        try place.shell("mkdir -p in/etc && seq 100000 > in/etc/numbers && chmod 0751 in/etc && touch -d @1600000000 in/etc in/etc/numbers")
        try place.shell("tar -C in -c . | \(tool) > image")
        let report = try SafeUnpacker(into: place.handle()).unpack(FileSource(opening: place.path + "/image"))
        #expect(report.made == 2)
        #expect(try place.shell("cmp in/etc/numbers root/etc/numbers; stat -c '%a %Y' root/etc") == "751 1600000000\n")
    }

    @Test(.needsRoot, .needs("getfattr", packages: "attr")) func ownersTimesAndModes() throws {
        let place = try Workplace()
        var tar = TarWriter()
        tar.file("su", "", mode: 0o4755, user: 0)
        tar.file("home/mail", "", mode: 0o640, user: 1000)
        tar.pax("SCHILY.xattr.user.note", Array("kept".utf8))
        tar.file("noted")
        try place.unpack(tar.finished)
        #expect(try place.shell("stat -c '%a %u %Y' root/su root/home/mail") == "4755 0 1700000000\n640 1000 1700000000\n")
        #expect(try place.shell("getfattr --only-values -n user.note root/noted") == "kept")
    }

    @Test(.needsRoot, .needs("getfattr", packages: "attr")) func ownersAreShifted() throws {
        let place = try Workplace()
        var settings = UnpackSettings()
        let map = [IDRange(inside: 0, outside: 100_000, count: 65536)]
        settings.ownership = .mapped(users: map, groups: map)
        var tar = TarWriter()
        tar.file("made/implicitly", "", user: 1000)
        tar.link("link", to: "x")
        tar.pax("SCHILY.xattr.security.capability", [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        tar.file("ping")
        try place.unpack(tar.finished, settings)
        #expect(
            try place.shell("stat -c '%u %g' root/made root/made/implicitly root/link") == "100000 100000\n101000 100000\n100000 100000\n")
        // Version 3, with the user who is root in the container: 100000.
        #expect(
            try place.shell("getfattr -e hex --only-values -n security.capability root/ping | od -An -tx1 -j20").contains("a0 86 01 00"))
        tar.file("nobody", "", user: 70000)
        #expect(throws: ImageFailure.self) { try Workplace().unpack(tar.finished, settings) }
    }

    @Test func devicesAreLeftOutUnlessAskedFor() throws {
        let place = try Workplace()
        var tar = TarWriter()
        tar.device("dev/null")
        tar.device("dev/sda", kind: "4", major: 8, minor: 0)
        tar.device("whiteout", major: 0, minor: 0)
        tar.device("pipe", kind: "6")
        let report = try place.unpack(tar.finished)
        #expect(report.skipped == 3)
        #expect(report.notes[0].contains("device node"))
        #expect(try place.tree() == ["dev", "pipe"] || place.tree() == ["pipe"])
        if ProcessControl.effectiveUser == 0 {
            var settings = UnpackSettings()
            settings.makesDevices = true
            let again = try Workplace()
            #expect(try again.unpack(tar.finished, settings).skipped == 1)
            #expect(try again.shell("stat -c '%F %t:%T' root/dev/null") == "character special file 1:3\n")
        }
    }

    @Test(.needsRoot, .needs("getfattr", packages: "attr")) func attributesThatSteerTheHostAreLeftOut() throws {
        let place = try Workplace()
        var tar = TarWriter()
        for name in ["trusted.overlay.opaque", "trusted.note", "user.overlay.redirect", "security.selinux", "security.ima"] {
            tar.pax("SCHILY.xattr." + name, Array("y".utf8))
            tar.file("f-" + name)
        }
        #expect(try place.unpack(tar.finished).skipped == 5)
        #expect(try place.shell("getfattr -R -m - root") == "")
    }

    @Test func aReplacedFileIsTheLastOne() throws {
        let place = try Workplace()
        var tar = TarWriter()
        tar.file("f", "first")
        tar.link("f", to: "../canary/file")
        tar.file("f", "last")
        tar.directory("d", mode: 0o700)
        tar.directory("d", mode: 0o755)
        try place.unpack(tar.finished)
        #expect(try place.text("f") == "last")
        #expect(place.isCanaryIntact)
        tar.file("d", "a file now")
        #expect(throws: ImageFailure.self) { try Workplace().unpack(tar.finished) }
    }

    @Test func holesStayHoles() throws {
        let place = try Workplace()
        try place.shell(
            "mkdir in && truncate -s 1G in/sparse && printf end | dd of=in/sparse bs=1 seek=500000000 conv=notrunc status=none")
        try place.shell("tar --sparse -C in -czf image.gnu . && tar --sparse --format=pax -C in -czf image.pax .")
        for name in ["image.gnu", "image.pax"] {
            try SafeUnpacker(into: place.handle()).unpack(FileSource(opening: place.path + "/" + name)).notes.forEach { print($0) }
            #expect(
                try place.shell("stat -c %s root/sparse; cmp in/sparse root/sparse; [ $(stat -c %b root/sparse) -lt 1000 ] && echo small")
                    .hasSuffix("1073741824\nsmall\n"))
        }
    }

    @Test func excludedPathsAreLeftOut() throws {
        let place = try Workplace()
        var settings = UnpackSettings()
        settings.excluded = ["dev/*", "tmp", "*.pyc"]
        var tar = TarWriter()
        for name in ["dev/log/x", "tmp/file", "usr/a.pyc", "usr/a.py", "usr/tmp/b"] { tar.file(name) }
        try place.unpack(tar.finished, settings)
        #expect(try place.shell("cd root && find . -type f | sort") == "./usr/a.py\n./usr/tmp/b\n")
    }
}
