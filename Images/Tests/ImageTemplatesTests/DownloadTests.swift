// SPDX-License-Identifier: Apache-2.0
import Foundation
import ImageTemplates
import ImageTestSupport
import LXCConfig
import LinuxKernel
import Testing
import Unpacking

@Suite(.needsRoot, .needs("openssl", "xz", packages: "openssl xz-utils")) struct DownloadTests {
    static let which = "-d tiny -r 1.0 -a amd64"
    static let folder = "/images/tiny/1.0/amd64/default/20260101_0000/"

    /// A container to be, and a server with one image.
    private struct Scene {
        let container: ContainerPlace
        let server: ImageServerProcess

        init(_ image: SplitImage = SplitImage(), isEncrypted: Bool = true) throws {
            container = try ContainerPlace()
            server = try ImageServerProcess(container.place, isEncrypted: isEncrypted)
            try server.publish(image)
        }

        func download(_ arguments: String = DownloadTests.which) throws -> String {
            try container.place.shell("find root -mindepth 1 -delete")
            return try container.program("lxc-download", "--server=\(server.address) " + arguments, environment: server.environment)
        }
    }

    @Test func becomesAContainer() throws {
        let scene = try Scene()
        let said = try scene.download()
        #expect(said.hasSuffix("status 0\n"), "\(said)")
        #expect(try scene.container.place.text("etc/hostname") == "c1\n")
        #expect(try scene.container.value("lxc.tty.max") == "2")
        #expect(
            try scene.server.requests() == [
                "/meta/1.0/index-system.7 -", "/meta/1.0/index-system -", Self.folder + "SHA256SUMS -", Self.folder + "meta.tar.xz -",
                Self.folder + "rootfs.tar.xz -",
            ])
        #expect(
            try scene.container.place.shell("ls cache/download/tiny/1.0/amd64/default")
                == "build\nmeta\nmeta.tar.xz\nrecord\nrootfs.tar.xz\n")
        // Once more: nothing is asked. An image that has expired: the index, and nothing else when it is the newest.
        #expect(try scene.download().contains("downloaded before"))
        #expect(try scene.server.requests() == [])
        try scene.container.place.shell("echo 1000 > cache/download/tiny/1.0/amd64/default/meta/expiry")
        #expect(try scene.download().contains("is the newest"))
        #expect(try scene.server.requests().count == 2)
        #expect(try scene.download(Self.which + " --force-cache").hasSuffix("status 0\n"))
        #expect(try scene.server.requests() == [])
        try scene.server.publish(SplitImage(), build: "20260202_0000")
        #expect(try scene.download().contains("build 20260202_0000"))
        #expect(try scene.download(Self.which + " --flush-cache").contains("build 20260202_0000"))
        // What was changed on the disk is not used.
        try scene.container.place.shell("printf x >> cache/download/tiny/1.0/amd64/default/rootfs.tar.xz")
        #expect(try scene.download().contains("is damaged"))
        #expect(try scene.download().contains("downloaded before"))
    }

    @Test func lists() throws {
        let scene = try Scene()
        let said = try scene.container.place.shell(
            "ln -sf \(BuiltProducts.folder)/lxc-image lxc-download && \(scene.server.environment) ./lxc-download --list --server=\(scene.server.address)"
        )
        #expect(
            said == """
                DIST   RELEASE  ARCH   VARIANT  BUILD
                other  a        amd64  cloud    20260101_0000
                tiny   1.0      amd64  default  20260101_0000
                tiny   1.0      arm64  default  20260101_0000

                """)
        let json = try scene.container.place.shell(
            "\(scene.server.environment) ./lxc-download --list --format json -a arm64 --server=\(scene.server.address)")
        let list = try JSONDecoder().decode([[String: String]].self, from: Data(json.utf8))
        #expect(list == [["dist": "tiny", "release": "1.0", "arch": "arm64", "variant": "default", "build": "20260101_0000"]])
        // For lxc-create a list is no container.
        #expect(try scene.download("--list").hasSuffix("status 1\n"))
    }

    /// A server that has only a stream, with digests in it.
    @Test func streams() throws {
        let scene = try Scene()
        try scene.container.place.shell(
            """
            cd server && rm -r meta && mkdir -p streams/v1
            python3 - << 'END'
            import hashlib, json
            folder = "images/tiny/1.0/amd64/default/20260101_0000"
            items = {f: {"ftype": f, "path": folder + "/" + f, "sha256": hashlib.sha256(open(folder + "/" + f, "rb").read()).hexdigest()}
                     for f in ("meta.tar.xz", "rootfs.tar.xz")}
            product = {"arch": "amd64", "os": "Tiny", "release": "1.0", "variant": "default", "versions": {"20260101_0000": {"items": items},
                       "20270101_0000": {"items": {"disk.qcow2": {"path": "x/disk.qcow2"}}}}}
            json.dump({"products": {"tiny:1.0:amd64:default": product, "../x": dict(product, os="..")}}, open("streams/v1/images.json", "w"))
            END
            rm .\(Self.folder)SHA256SUMS
            """)
        let said = try scene.download()
        #expect(said.hasSuffix("status 0\n") && !said.contains("no digests"), "\(said)")
        try scene.container.place.shell("printf x >> server\(Self.folder)rootfs.tar.xz")
        #expect(try scene.download(Self.which + " --flush-cache").contains("is not what the server says"))
        try scene.container.place.shell("echo '{\"products\": {\"x\": null}}' > server/streams/v1/images.json")
        #expect(try scene.download(Self.which + " --flush-cache").contains("is null"))
    }

    @Test func saysWhatThereIs() throws {
        let scene = try Scene()
        #expect(try scene.download("-d nothing -r 1 -a amd64").contains("there are: other tiny"))
        #expect(try scene.download("-d tiny -r 2.0 -a amd64").contains("tiny has: 1.0/amd64/default"))
        #expect(try scene.download("-r 1.0").hasSuffix("status 0\n"))
        #expect(try scene.download("-d tiny -r 1.0 --variant ../x").contains("not a name"))
    }

    @Test func asksOnATerminal() throws {
        let scene = try Scene()
        try scene.container.place.shell("sed -i 's/;cloud;/;default;/' server/meta/1.0/index-system")
        let said = try scene.container.place.shell(
            """
            ln -sf \(BuiltProducts.folder)/lxc-image lxc-download
            { sleep 1; echo nonsense; sleep 0.3; echo tiny; sleep 0.3; echo AMD64; sleep 1; } | \(scene.server.environment) timeout 60 script -qec \
                './lxc-download --path=\(scene.container.folder) --name=c1 --rootfs=\(scene.container.rootfs) --server=\(scene.server.address)' /dev/null
            """)
        #expect(said.contains("Distribution (other tiny): ") && said.contains("Architecture (amd64 arm64): "), "\(said)")
        #expect(said.contains("[##############################]"), "\(said)")
        #expect(try scene.container.place.text("etc/hostname") == "c1\n")
    }

    @Test(arguments: [false, true]) func goesOnWhereItBrokeOff(serverResumes: Bool) throws {
        var image = SplitImage()
        image.tree.file("big", (0..<60000).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined())
        let scene = try Scene(image)
        try scene.server.behave("cut")
        #expect(try scene.download().hasSuffix("status 1\n"))
        if !serverResumes { try scene.server.behave("no-range") }
        _ = try scene.server.requests()
        let said = try scene.download()
        #expect(said.hasSuffix("status 0\n"), "\(said)")
        let asked = try scene.server.requests().filter { $0.hasPrefix(Self.folder + "rootfs.tar.xz") }
        #expect(asked.first?.contains("bytes=") == true)
        #expect(asked.count == (serverResumes ? 1 : 2))
    }

    // MARK: - Servers that are not to be believed (reliability I8, I9)

    @Test func otherBytesAreRefused() throws {
        for (file, change) in [
            ("rootfs.tar.xz", "printf x >> F"), ("meta.tar.xz", "printf x | dd of=F bs=1 seek=40 conv=notrunc status=none"),
            ("SHA256SUMS", "sed -i s/rootfs/other/ F"), ("SHA256SUMS", "sed -i 's/^..../..\\/./' F"),
        ] {
            let scene = try Scene()
            try scene.container.place.shell(change.replacingOccurrences(of: "F", with: "server" + Self.folder + file))
            let said = try scene.download()
            #expect(said.hasSuffix("status 1\n"), "\(said)")
            #expect(try scene.container.place.tree() == [])
            #expect(try scene.container.place.shell("find cache -name record") == "")
        }
    }

    @Test func certificatesAreChecked() throws {
        let scene = try Scene()
        let said = try scene.container.program(
            "lxc-download", "--server=\(scene.server.address) \(Self.which)", environment: "LXC_CACHE_PATH=\(scene.container.folder)/cache")
        #expect(said.contains("certificate") && said.hasSuffix("status 1\n"), "\(said)")
    }

    @Test(arguments: ["redirect-file", "redirect-http"]) func redirectionsStayWithHttps(how: String) throws {
        let scene = try Scene()
        try scene.server.behave(how)
        let said = try scene.download()
        #expect(said.contains("only https is allowed") && said.hasSuffix("status 1\n"), "\(said)")
    }

    @Test func plainHttpIsSaidAloud() throws {
        let scene = try Scene(isEncrypted: false)
        #expect(try scene.download().contains("WARNING: http://localhost"))
        // The same server without the scheme is asked with https, which it does not speak.
        let bare = scene.server.address.replacingOccurrences(of: "http://", with: "")
        #expect(
            try scene.container.program(
                "lxc-download", "--server=\(bare) \(Self.which) --flush-cache", environment: scene.server.environment
            ).hasSuffix("status 1\n"))
        try scene.server.behave("redirect-file")
        #expect(try scene.download(Self.which + " --flush-cache").hasSuffix("status 1\n"))
        try scene.container.place.shell("rm server/.behaviour/* server\(Self.folder)SHA256SUMS")
        #expect(try scene.download(Self.which + " --flush-cache").contains("has no digests"))
        #expect(try scene.download(Self.which + " --flush-cache --no-validate").contains("WARNING: nothing is validated"))
    }

    @Test func hostileIndexes() throws {
        let scene = try Scene()
        for line in [
            "tiny;1.0;amd64;default;b;/../../etc/", "..;1.0;amd64;default;b;/x/", "tiny;1.0/../..;amd64;default;b;/x/",
            "tiny;1.0;amd64;default;b", "", "tiny;1.0;amd64;default;b;/x y/", "\u{0}", ";;;;;",
        ] {
            try Data((line + "\n").utf8).write(to: URL(fileURLWithPath: scene.server.folder + "/meta/1.0/index-system"))
            let said = try scene.download()
            #expect(said.hasSuffix("status 1\n"), "\(line): \(said)")
        }
        try scene.container.place.shell("truncate -s 20M server/meta/1.0/index-system")
        #expect(try scene.download().contains("larger than 16 MiB"))
        #expect(scene.container.place.isCanaryIntact)
    }

    @Test(.needs("gpg", "gpgv", packages: "gpg gpgv gpg-agent")) func signatures() throws {
        let scene = try Scene()
        try scene.container.place.shell(
            """
            export GNUPGHOME=$PWD/keys; mkdir -m 700 keys
            for who in right wrong; do gpg --batch --quiet --passphrase '' --quick-gen-key $who@example.com ed25519 sign 2> /dev/null; done
            gpg --export right@example.com > right.gpg; gpg --export wrong@example.com > wrong.gpg
            for f in server/meta/1.0/index-system server\(Self.folder)SHA256SUMS; do gpg --batch -u right@example.com --armor --detach-sign -o $f.asc $f; done
            gpgconf --kill all
            """)
        #expect(try scene.download(Self.which + " --keyring=right.gpg").hasSuffix("status 0\n"))
        let said = try scene.download(Self.which + " --keyring=wrong.gpg --flush-cache")
        #expect(said.contains("signature of") && said.hasSuffix("status 1\n"), "\(said)")
        try scene.container.place.shell("echo '# changed' >> server\(Self.folder)SHA256SUMS")
        #expect(try scene.download(Self.which + " --keyring=right.gpg --flush-cache").contains("SHA256SUMS is not good"))
        try scene.container.place.shell("rm server/meta/1.0/index-system.asc")
        #expect(try scene.download(Self.which + " --keyring=right.gpg --flush-cache").contains("no signature"))
        #expect(try scene.download(Self.which + " --keyid=ABCDEF01").contains("40 digits"))
    }

    /// A hostile image is refused as everywhere, and does not stay in the cache's way.
    @Test func hostileImages() throws {
        var image = SplitImage()
        image.tree.link("out", to: "../canary")
        image.tree.file("out/x")
        let scene = try Scene(image)
        #expect(try scene.download().contains("symbolic link"))
        #expect(try scene.container.place.tree() == [])
        #expect(scene.container.place.isCanaryIntact)
    }
}
