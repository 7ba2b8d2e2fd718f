// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Containers from images: created, started, entered, stopped. What is refused, and why, is tested in the package Images.
@Suite(.needsRoot, .needsImageTemplates) struct ImageTemplateTests {
    private func shell(_ fixture: ContainerFixture, _ script: String) throws {
        let result = try fixture.run("/bin/bash", ["-euc", "cd \(fixture.lxcpath)\n" + script], seconds: 60)
        guard result.code == 0 else { throw FixtureFailure("\(script): \(result)") }
    }

    private func create(_ fixture: ContainerFixture, _ name: String, _ template: String, _ words: String...) throws -> ToolResult {
        try fixture.run(
            fixture.installation.bin + "/lxc-create",
            ["-P", fixture.lxcpath, "-n", name, "-t", template, "-f", "/dev/null", "--"] + words,
            environment: ["LXC_CACHE_PATH=\(fixture.lxcpath)/.cache"], seconds: 60)
    }

    /// An OCI layout in `.image`: busybox, and a command that says what it sees until it is asked to end.
    private func makeLayout(_ fixture: ContainerFixture) throws {
        try fixture.write(fixture.lxcpath + "/.layout.py", Self.layoutScript)
        try shell(
            fixture,
            """
            mkdir -p .tree/bin .tree/etc .tree/srv .tree/tmp && chmod 1777 .tree/tmp && cp "$(command -v busybox)" .tree/bin/busybox
            for applet in sh sleep cat id; do ln -s busybox .tree/bin/$applet; done
            printf 'root:x:0:0::/:/bin/sh\\nweb:x:33:34::/:/bin/sh\\n' > .tree/etc/passwd
            tar -C .tree --owner=0 --group=0 -cf .layer.tar . && python3 .layout.py .layer.tar .image
            """)
    }

    private static let layoutScript = """
        import gzip, hashlib, json, os, sys
        layer, folder = sys.argv[1:]
        os.makedirs(folder + "/blobs/sha256")
        def blob(data, kind):
            digest = hashlib.sha256(data).hexdigest()
            open(folder + "/blobs/sha256/" + digest, "wb").write(data)
            return {"mediaType": "application/vnd.oci.image." + kind, "digest": "sha256:" + digest, "size": len(data)}
        plain = open(layer, "rb").read()
        program = 'trap "exit 0" TERM; echo "$GREETING|$1|$2" > /tmp/said; pwd >> /tmp/said; while :; do sleep 0.1; done'
        config = {"architecture": {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine], "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(plain).hexdigest()]},
            "config": {"Entrypoint": ["/bin/sh", "-c", program, "sh"], "Cmd": ["a 'b'\\nc", ""], "WorkingDir": "/srv", "User": "web",
                "Env": ["PATH=/bin", "GREETING=hello \\"you\\""], "Labels": {"lxc.hook.start": "/x"}}}
        manifest = {"schemaVersion": 2, "layers": [blob(gzip.compress(plain), "layer.v1.tar+gzip")],
            "config": blob(json.dumps(config).encode(), "config.v1+json")}
        entry = blob(json.dumps(manifest).encode(), "manifest.v1+json")
        entry["annotations"] = {"org.opencontainers.image.ref.name": "latest"}
        json.dump({"schemaVersion": 2, "manifests": [entry]}, open(folder + "/index.json", "w"))
        json.dump({"imageLayoutVersion": "1.0.0"}, open(folder + "/oci-layout", "w"))

        """

    /// The files of an image server in `.server/image`, with a busybox system.
    private func makeImage(_ fixture: ContainerFixture) throws {
        let model = try fixture.busybox("model")
        try shell(
            fixture,
            """
            mkdir -p .meta .server/image .server/meta/1.0
            printf 'lxc.include = LXC_TEMPLATE_CONFIG/common.conf\\nlxc.signal.halt = SIGUSR1\\nlxc.signal.reboot = SIGTERM\\n' > .meta/config
            echo /etc/hostname > .meta/templates && echo LXC_NAME > \(fixture.rootfs(model))/etc/hostname
            tar -C .meta -cJf .server/image/meta.tar.xz . && XZ_OPT=-0 tar -C \(fixture.rootfs(model)) -cJf .server/image/rootfs.tar.xz .
            (cd .server/image && sha256sum * > SHA256SUMS)
            echo "tiny;1;$(dpkg --print-architecture);default;1;/image" > .server/meta/1.0/index-system
            """)
        try fixture.succeed("destroy", "-n", model)
    }

    private func runs(_ fixture: ContainerFixture, _ name: String) throws {
        try fixture.succeed("start", "-n", name)
        #expect(try fixture.eventually { try fixture.lxc("attach", "-n", name, "--", "/bin/cat", "/etc/hostname").output == name + "\n" })
        try fixture.succeed("stop", "-n", name)
        #expect(try fixture.state(name) == "STOPPED")
        try fixture.succeed("destroy", "-n", name)
    }

    @Test func oci() throws {
        try withContainers { fixture in
            try makeLayout(fixture)
            let name = fixture.name("oci")
            let result = try create(
                fixture, name, "oci", "--url=oci:\(fixture.lxcpath)/.image:latest", "--password=s3cret", "--username=me")
            #expect(result.code == 0, "\(result)")
            #expect(try !WholeFile.text(fixture.folder(name) + "/config").contains("s3cret"))
            try fixture.succeed("start", "-n", name)
            #expect(
                try fixture.eventually {
                    try fixture.lxc("attach", "-n", name, "--", "/bin/cat", "/tmp/said").output == "hello \"you\"|a 'b'\nc|\n/srv\n"
                })
            #expect(try fixture.succeed("attach", "-n", name, "--", "/bin/cat", "/proc/1/status").output.contains("Uid:\t33\t33\t33\t33\n"))
            // The program ends by the signal that images expect, long before it would be killed.
            try fixture.succeed("stop", "-n", name, "-t", "15", seconds: 12)
            try fixture.succeed("destroy", "-n", name)
        }
    }

    @Test func local() throws {
        try withContainers { fixture in
            try makeImage(fixture)
            let name = fixture.name("local")
            let image = fixture.lxcpath + "/.server/image"
            let result = try create(fixture, name, "local", "--metadata=\(image)/meta.tar.xz", "--fstree=\(image)/rootfs.tar.xz")
            #expect(result.code == 0, "\(result)")
            try runs(fixture, name)
        }
    }

    @Test func download() throws {
        try withContainers { fixture in
            try makeImage(fixture)
            let address = "--server=http://127.0.0.1:\(try fixture.serve(fixture.lxcpath + "/.server"))"
            let name = fixture.name("download")
            let list = try create(fixture, name, "download", address, "--list")
            #expect(list.output.contains("tiny"), "\(list)")
            #expect(try FileStatus.ifPresent(fixture.folder(name)) == nil)
            let result = try create(fixture, name, "download", address, "-d", "tiny", "-r", "1")
            #expect(result.code == 0, "\(result)")
            try runs(fixture, name)
        }
    }

    /// The post about foreign containers, with a system for this machine's own processor: an image of metadata and a squashfs, and containers
    /// of it that last until they are stopped.
    @Test("S4.01 to S4.07 S4.20", .needsProgram("/usr/bin/sqfs2tar", package: "squashfs-tools-ng")) func theImageOfThePost() throws {
        try withContainers { fixture in
            try makeImage(fixture)
            try shell(
                fixture,
                """
                printf 'architecture: %s\\ncreation_date: 1458040200\\nproperties:\\n  os: Busybox\\n  release: tiny\\n  description: tiny\\n' $(uname -m) \
                    > .meta/metadata.yaml
                tar -C .meta -czf .metadata.tar.gz . && mkdir .rootfs && tar -C .rootfs -xJf .server/image/rootfs.tar.xz
                mksquashfs .rootfs .rootfs.squashfs -quiet -no-progress
                """)
            let image = fixture.name("image")
            let result = try create(
                fixture, image, "local", "--metadata=\(fixture.lxcpath)/.metadata.tar.gz", "--fstree=\(fixture.lxcpath)/.rootfs.squashfs")
            #expect(result.code == 0, "\(result)")
            let made = try fixture.succeed("copy", "-n", image, "-e")
            let name = try #require(made.output.split(separator: " ").first { $0.hasPrefix(image) }.map(String.init), "\(made)")
            #expect(name != image)
            #expect(try fixture.state(name) == "RUNNING")
            #expect(try fixture.succeed("attach", "-n", name, "--", "/bin/uname", "-a").output.contains(" \(name) "))
            let session = try fixture.onTerminal("console", "-n", name, "-t", "0")
            try session.expect("Type <Ctrl+a q> to exit the console")
            try session.type("\n")
            try session.expect("/ #")
            try session.type("\u{1}q")
            #expect(try session.wait() == .exited(0))
            try fixture.succeed("stop", "-n", name, "-k")
            #expect(try fixture.eventually { try FileStatus.ifPresent(fixture.folder(name)) == nil })
            #expect(try FileStatus.ifPresent(fixture.folder(image)) != nil)
        }
    }

    /// An archive that is refused leaves no container.
    @Test func hostileArchives() throws {
        try withContainers { fixture in
            try makeImage(fixture)
            let image = fixture.lxcpath + "/.server/image"
            try shell(fixture, "mkdir .evil && touch .evil/x && tar -C .evil --transform 's,^x,../../canary,' -Pcf .evil.tar x")
            let name = fixture.name("evil")
            let result = try create(fixture, name, "local", "--metadata=\(image)/meta.tar.xz", "--fstree=\(fixture.lxcpath)/.evil.tar")
            #expect(result.code == 1 && result.error.contains("goes up with"), "\(result)")
            #expect(try FileStatus.ifPresent(fixture.folder(name)) == nil)
            #expect(try FileStatus.ifPresent(fixture.lxcpath + "/canary") == nil)
        }
    }
}
