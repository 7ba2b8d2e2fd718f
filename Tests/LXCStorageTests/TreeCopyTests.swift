// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

@testable import LXCStorage

/// Whole trees: that a copy is like its original in everything that rsync compares, and in what it does not compare.
@Suite(.needsRoot, .needsProgram("/usr/bin/rsync", package: "rsync")) struct TreeCopyTests {
    /// One of everything, in `source`.
    private static let everything = """
        cd source
        mkdir -p plain/a/b links/one links/two odd deep empty special modes/private attributes
        for d in $(seq 100); do mkdir plain/$d; for f in $(seq 100); do echo "$d $f" > plain/$d/$f; done; done
        head -c 3000000 /dev/urandom > plain/large
        echo first > links/one/a; ln links/one/a links/two/b; ln links/one/a plain/a/b/c
        echo outside > links/inside; ln links/inside ../elsewhere
        ln -s target links/symbolic; ln links/symbolic links/two/symbolic
        ln -s nowhere links/dangling; ln -s ../../canary links/canary; ln -s "$(printf 'x%.0s' {1..4000})" links/long
        echo secret > ../canary
        truncate -s 20M holes; printf data | dd of=holes bs=1 seek=5000000 conv=notrunc status=none; printf end >> holes
        truncate -s 1G plain/hole-only
        touch -- odd/-rf 'odd/new
        line' odd/' ' "odd/$(printf '\\377\\376')" "odd/$(printf 'n%.0s' {1..255})" odd/ä 'odd/*' "odd/$(printf '\\356\\276\\200')"
        mkdir "odd/dir
        $(printf '\\200')"; echo inside > "odd/dir
        $(printf '\\200')/-n"
        mknod special/null c 1 3; mknod special/disk b 7 200; mknod special/whiteout c 0 0; mkfifo special/fifo
        chmod 0620 special/null; chown 12:34 special/disk special/fifo; chmod 0 special/fifo; ln special/null links/null
        echo a > modes/setuid; chown 1000:1000 modes/setuid; chmod 4755 modes/setuid
        echo b > modes/setgid; chgrp 50 modes/setgid; chmod 2711 modes/setgid
        echo c > modes/none; chmod 0 modes/none; chmod 1777 modes; chmod 0500 modes/private; chown 7:8 modes/private
        mkdir modes/group; chgrp 50 modes/group; chmod 2775 modes/group; echo d > modes/group/file
        chown -h 5:6 links/symbolic; touch -h -d '1999-12-31 23:59:59.123456789' links/dangling
        touch -d '1970-01-01 00:00:00.000000001 UTC' modes/none; touch -d '2200-01-01 00:00:00.5' plain/100/100
        touch -a -d '2001-02-03 04:05:06.789' modes/setuid
        d=deep; for i in $(seq 60); do d=$d/level$i; done; mkdir -p $d; echo bottom > $d/file
        """

    private static let attributes = """
        cd source/attributes
        echo a > user; setfattr -n user.text -v hello user; setfattr -n user.empty user; setfattr -n trusted.host -v 1 user; chmod 0444 user
        setfattr -n user.bytes -v 0x00ff00 user; setfattr -n user.large -v "$(printf 'v%.0s' {1..900})" user
        echo b > capable; chown 1000:1000 capable; chmod 0755 capable; setcap cap_net_raw+ep capable
        cp capable setuid-capable; chown 1000 setuid-capable; chmod 4755 setuid-capable; setcap cap_chown+ei setuid-capable
        echo c > listed; setfacl -m u:1234:rw,g:4321:r,m::rw listed; chmod 0664 listed
        mkdir defaults; echo before > defaults/before; mkdir defaults/inner; setfacl -d -m u:77:rwx,g::r defaults
        setfacl -m u:78:x defaults; setfattr -n trusted.overlay.opaque -v y defaults
        ln -s user link; setfattr -h -n trusted.link -v 2 link; mkfifo fifo; setfattr -h -n trusted.fifo -v 3 fifo
        setfacl -m u:9:rw fifo
        """

    private func build(_ fixture: CopyFixture) throws {
        try fixture.shell(Self.everything)
        try OwnedDescriptor(opening: fixture.source + "/special", [.path, .directory])
            .makeNode(EntryName("socket"), .socket, mode: 0o640, device: 0)
        try fixture.shell(Self.attributes)
    }

    /// Everything that rsync does not compare: times of last access, times of links, number of names.
    private func listing(_ fixture: CopyFixture, _ folder: String) throws -> String {
        try fixture.shell("cd \(folder) && find . -printf '%P %y %m %U %G %n %T@ %A@\\n' | sort")
    }

    @Test(
        .needsProgram("/usr/bin/setfacl", package: "acl"), .needsProgram("/usr/sbin/setcap", package: "libcap2-bin"),
        .needsProgram("/usr/bin/setfattr", package: "attr"), arguments: TestHelper.allCases)
    func aCopyIsLikeItsOriginal(helper: TestHelper) throws {
        try CopyFixture.run { fixture in
            try build(fixture)
            // Reading a directory changes its access time once; the second look changes nothing.
            _ = try listing(fixture, "source")
            let before = try listing(fixture, "source")
            var copy = TreeCopy()
            helper.set(on: &copy)
            let report = try copy.run(from: fixture.source, to: fixture.target)
            // One name of links/inside lies elsewhere.
            let after = try listing(fixture, "target").replacing("links/inside f 644 0 0 1 ", with: "links/inside f 644 0 0 2 ")
            #expect(Set(after.split(separator: "\n")).symmetricDifference(before.split(separator: "\n")) == [])
            // Nothing but what links say about when they were read.
            let changed = Set(try listing(fixture, "source").split(separator: "\n")).subtracting(before.split(separator: "\n"))
            #expect(changed.filter { !$0.contains(" l 777 ") } == [])
            #expect(try fixture.differences() == "")
            #expect(report.entries == before.split(separator: "\n").count - Self.linesOfNames && report.vanished == 0)
            let blocks = try fixture.shell("stat -c %b target/holes target/plain/hole-only").split(separator: "\n").compactMap { Int($0) }
            #expect(blocks.count == 2 && blocks[0] <= 32 && blocks[1] == 0)
        }
    }

    /// Names with a newline in them take more lines than one: `new line`, and `dir` twice.
    private static let linesOfNames = 3

    /// Deeper than a process may have files open, a path may be long and a stack may hold calls.
    @Test(arguments: TestHelper.allCases) func aVeryDeepTree(helper: TestHelper) throws {
        let depth = RaceRounds.count(few: 3000, many: 100_000)
        try CopyFixture.run { fixture in
            var current = try DirectoryHandle(opening: fixture.source)
            for level in 0..<depth {
                try current.makeDirectories("d")
                if level % 100 == 0 { try current.makeFile("file\(level)") }
                current = try current.directory("d")
            }
            try current.makeFile("bottom", mode: 0o640)
            var copy = TreeCopy()
            helper.set(on: &copy)
            let report = try copy.run(from: fixture.source, to: fixture.target)
            #expect(report.entries == depth + 1 + (depth + 99) / 100 + 1)
            var copied = try DirectoryHandle(opening: fixture.target)
            for _ in 0..<depth { copied = try copied.directory("d") }
            #expect(try copied.status("bottom")?.permissions == 0o640)
        }
    }

    @Test func whatIsMountedBelowIsNotEntered() throws {
        try CopyFixture.run { fixture in
            try fixture.shell(
                """
                mkdir -p source/same source/other other; echo canary > other/canary; echo file > source/file; echo over > over
                mount --bind other source/same; mount -t tmpfs -o mode=0711 none source/other; echo canary > source/other/canary
                mount --bind over source/file
                """)
            let report = try TreeCopy.inOneProcess.run(from: fixture.source, to: fixture.target)
            #expect(report.entries == 4)
            #expect(try DirectoryListing.names(in: fixture.target) == ["file", "other", "same"])
            for name in ["same", "other"] { #expect(try DirectoryListing.names(in: fixture.target + "/" + name) == []) }
            #expect(try FileStatus(of: fixture.target + "/other").permissions == 0o711)
            #expect(try WholeFile.text(fixture.target + "/file") == "")
        }
    }

    /// The default list of the directory around the copy is not for what is in the copy.
    @Test(.needsProgram("/usr/bin/setfacl", package: "acl")) func nothingIsInheritedFromAround() throws {
        try CopyFixture.run { fixture in
            try fixture.shell("echo a > source/file; mkdir source/directory; setfacl -d -m u:99:rwx .; chgrp 50 .; chmod 2777 .")
            _ = try TreeCopy.inOneProcess.run(from: fixture.source, to: fixture.target)
            #expect(try fixture.differences() == "")
            #expect(try fixture.shell("getfacl -Rcsp target") == "")
        }
    }

    /// The copy lies in what is copied.
    @Test func aCopyWithinItsSourceEnds() throws {
        try CopyFixture.run { fixture in
            try fixture.shell("mkdir source/inside; echo a > source/file")
            _ = try TreeCopy.inOneProcess.run(from: fixture.source + "/", to: fixture.source + "/inside/copy/")
            #expect(try fixture.shell("cd source/inside/copy; find . | sort") == ".\n./file\n./inside\n")
        }
    }

    @Test func progressIsSaidNowAndThen() throws {
        try CopyFixture.run { fixture in
            try fixture.shell("for i in 1 2 3 4; do head -c 60000000 /dev/zero > source/$i; done")
            var seen: [TreeCopy.Progress] = []
            var copy = TreeCopy(expectedBytes: 240_000_000) { seen.append($0) }
            copy.useOneProcess()
            let start = MonotonicInstant.now
            let report = try copy.run(from: fixture.source, to: fixture.target)
            let tenths = (MonotonicInstant.now.nanoseconds - start.nanoseconds) / 100_000_000
            #expect(report.bytes == 240_000_000 && report.entries == 5)
            #expect(seen.count <= tenths && seen.allSatisfy { $0.expectedBytes == 240_000_000 && $0.bytes <= report.bytes })
            #expect(seen.map(\.bytes) == seen.map(\.bytes).sorted())
        }
    }
}

extension TreeCopy {
    static var inOneProcess: TreeCopy {
        var copy = TreeCopy()
        copy.useOneProcess()
        return copy
    }
}
