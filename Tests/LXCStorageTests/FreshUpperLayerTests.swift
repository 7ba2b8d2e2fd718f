// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

@testable import LXCStorage

/// A file that is put into an upper layer by hand: the mounted layers look as if it had been written through them.
@Suite(.needsRoot) struct FreshUpperLayerTests {
    /// What a mount of the layers shows: of everything but the times of the file, which is a new one.
    private static let look = """
        mkdir merged work; mount -t overlay none -o lowerdir=source,upperdir=target,workdir=work merged
        cd merged; find . -mindepth 1 ! -name hostname -printf '%p %y %m %U:%G %T+\\n' | sort; stat -c '%n %F %a %u:%g %s' etc/hostname || true
        getfattr -R -h -d -m - . 2> /dev/null | sort; getfacl -R -n . ; cat etc/hostname || true
        cd ..; umount merged; rm -rf merged work
        """

    /// Writes through a mount; the view of the result.
    private func mounted(_ fixture: CopyFixture) throws -> String {
        try fixture.shell(
            """
            mkdir merged work; mount -t overlay none -o lowerdir=source,upperdir=target,workdir=work merged
            printf new > merged/etc/hostname; umount merged; rm -rf work merged
            """)
        let view = try fixture.shell(Self.look)
        try fixture.shell("rm -rf target; mkdir target")
        return view
    }

    private func replace(_ fixture: CopyFixture, lower: String? = nil) throws -> Bool? {
        let location = StorageLocation(kind: .overlay, source: lower ?? fixture.source, upper: fixture.target)
        return try FreshUpperLayer(location)?.replace(in: EntryName("etc"), EntryName("hostname"), with: Array("new".utf8))
    }

    @Test(arguments: [
        "mkdir source/etc; echo old > source/etc/hostname; echo else > source/etc/other",
        "mkdir -m 2711 source/etc; echo old > source/etc/hostname; chmod 0400 source/etc/hostname; chown 5:6 source/etc source/etc/hostname",
        """
        mkdir source/etc; echo old > source/etc/hostname; setfattr -n user.a -v b source/etc; setfattr -n user.c -v d source/etc/hostname
        setfacl -d -m u:77:rwx source/etc; setfacl -m u:78:r source/etc/hostname
        """,
        // A folder that was an upper layer once: its mark hides nothing here.
        "mkdir source/etc; echo old > source/etc/hostname; echo else > source/etc/other; setfattr -n trusted.overlay.opaque -v y source/etc",
    ]) func looksAsIfWrittenThroughTheMount(lower: String) throws {
        try CopyFixture.run { fixture in
            try fixture.shell("mkdir target; \(lower); touch -d '2001-02-03 04:05:06' source/etc")
            let expected = try mounted(fixture)
            #expect(try replace(fixture) == true)
            #expect(try fixture.shell(Self.look) == expected)
            #expect(expected.hasSuffix("new"))
        }
    }

    @Test(arguments: ["true", "mkdir source/etc"]) func aFileThatIsNotThereIsNotMade(lower: String) throws {
        try CopyFixture.run { fixture in
            try fixture.shell("mkdir target; \(lower)")
            #expect(try replace(fixture) == true)
            #expect(try fixture.shell("ls target") == "")
        }
    }

    @Test(arguments: [
        "ln -s elsewhere source/etc; mkdir source/elsewhere; echo old > source/elsewhere/hostname", "echo file > source/etc",
        "mkdir source/etc; ln -s /etc/hostname source/etc/hostname", "mkdir source/etc; mkfifo source/etc/hostname",
        "mkdir source/etc; mount -t tmpfs none source/etc; echo mounted > source/etc/hostname",
        "mkdir source/etc; echo old > source/etc/hostname; mount --bind /dev/null source/etc/hostname",
    ]) func oddThingsAreLeftToTheMount(lower: String) throws {
        try CopyFixture.run { fixture in
            try fixture.shell("mkdir target; \(lower)")
            #expect(try replace(fixture) == false)
            #expect(try fixture.shell("ls target") == "")
        }
    }

    @Test func severalLayersAreLeftToTheMount() throws {
        try CopyFixture.run { fixture in
            try fixture.shell("mkdir target other source/etc; echo old > source/etc/hostname; truncate -s 1M image")
            #expect(try replace(fixture, lower: fixture.source + ":" + fixture.folder + "/other") == nil)
            #expect(try replace(fixture, lower: fixture.folder + "/image") == nil)
        }
    }
}
