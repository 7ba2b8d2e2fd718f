// SPDX-License-Identifier: Apache-2.0
import Foundation
import ImageTemplates
import ImageTestSupport
import LXCConfig
import LinuxKernel
import Testing
import Unpacking

@Suite(.needsRoot, .needs("zstd", packages: "zstd")) struct OCITests {
    private static let words = ["/bin/sh", "-c", "echo \"a b\" 'c'\nexit", "", "\\", "$HOME", "ü"]

    /// An image whose layers replace and remove what earlier ones have.
    private func image(_ place: Workplace, change: (String, Any) -> Any = { $1 }) throws -> LayoutWriter {
        let layout = try LayoutWriter(place)
        try layout.layer {
            $0.file("etc/passwd", "root:x:0:0::/:/bin/sh\nweb:x:33:34::/:/bin/sh\n")
            $0.file("etc/group", "root:x:0:\nlogs:x:44:web,other\nstaff:x:50:\n")
            $0.file("old", "gone later")
            $0.file("bin/tool", "first")
        }
        try layout.layer(tool: "zstd -q", suffix: "+zstd") {
            $0.file(".wh.old", ""); $0.file("bin/tool", "second")
        }
        try layout.layer(tool: "cat", suffix: "") { $0.file("srv/data", "x") }
        layout.execution = [
            "User": "web", "Env": ["PATH=/bin", "LD_PRELOAD=/x.so", "GREETING= a \"b\" ", "LINES=a\nlxc.hook.start=/evil"],
            "Entrypoint": Array(Self.words[..<2]), "Cmd": Array(Self.words[2...]), "WorkingDir": "/srv", "StopSignal": "SIGQUIT",
            "Labels": ["lxc.hook.pre-start": "/canary"], "ExposedPorts": ["80/tcp": [String: String]()],
        ]
        try layout.finish(change)
        return layout
    }

    @Test func becomesAContainer() throws {
        let container = try ContainerPlace()
        let layout = try image(container.place)
        #expect(container.run("lxc-oci", "--url=oci:" + layout.folder) == 0)
        #expect(try container.place.text("bin/tool") == "second")
        #expect(
            try container.place.shell("cd root && find . -type f | sort | tr '\\n' ' '")
                == "./bin/tool ./etc/group ./etc/passwd ./srv/data ")
        let config = try container.config()
        #expect(try CommandWords.split(config.value(of: "lxc.init.cmd") ?? "") == Self.words)
        #expect(try CommandWords.split(config.value(of: "lxc.execute.cmd") ?? "") == Self.words)
        #expect(config.value(of: "lxc.init.uid") == "33")
        #expect(config.value(of: "lxc.init.gid") == "34")
        #expect(config.value(of: "lxc.init.groups") == "44")
        #expect(config.value(of: "lxc.init.cwd") == "/srv")
        #expect(config.value(of: "lxc.signal.halt") == "3")
        #expect(config.value(of: "lxc.uts.name") == "c1")
        #expect(config.config.process.environment.isEmpty)
        #expect(
            config.config.process.environmentRuntime.map { $0.assignment } == ["PATH=/bin", "LD_PRELOAD=/x.so", "GREETING= a \"b\" "])
        #expect(config.config.hooks == ContainerConfigDocument().config.hooks)
        #expect(try container.place.shell("ls -A").split(separator: "\n").allSatisfy { !$0.hasPrefix(".oci") })
    }

    @Test func fromAnArchiveByTag() throws {
        let container = try ContainerPlace()
        let layout = try image(container.place)
        try container.place.shell("tar -C \(layout.folder) -cf image.tar .")
        #expect(container.run("lxc-oci", "--url=oci-archive:\(container.folder)/image.tar:latest") == 0)
        #expect(try container.place.text("bin/tool") == "second")
        #expect(container.run("lxc-oci", "--url=oci-archive:\(container.folder)/image.tar:other") == 1)
    }

    @Test(.needs("skopeo", packages: "skopeo")) func throughSkopeo() throws {
        let container = try ContainerPlace()
        let layout = try image(container.place)
        try container.place.shell("skopeo copy oci:\(layout.folder):latest dir:copy")
        let said = try container.program(
            "lxc-oci", "--url=dir:\(container.folder)/copy", environment: "LXC_CACHE_PATH=\(container.folder)/cache")
        #expect(said.hasSuffix("status 0\n"), "\(said)")
        #expect(try container.place.text("bin/tool") == "second")
        #expect(try container.place.shell("ls cache/oci/sha256 | wc -l") == "5\n")
    }

    @Test func otherArchitectures() throws {
        let container = try ContainerPlace()
        let layout = try LayoutWriter(container.place)
        layout.architecture = "arm64"
        try layout.layer { $0.file("f") }
        try layout.finish()
        #expect(try container.program("lxc-oci", "--url=\(layout.folder)").contains("no image for amd64"))
        #expect(container.run("lxc-oci", "--url=" + layout.folder, "--arch=aarch64") == 0)
        #expect(try container.value("lxc.arch") == "arm64")
    }

    // MARK: - Images that are not sound

    /// Nothing crashes, and a refused image leaves nothing (reliability I7).
    @Test(arguments: ["index", "manifest", "config"]) func everyFieldMayBeMissing(document: String) throws {
        var variants = 1
        var number = 0
        var refused = 0
        while number < variants {
            let container = try ContainerPlace()
            let layout = try image(container.place) { name, value in
                guard name == document else { return value }
                let all = JSONDamage.variants(of: value)
                variants = all.count
                return all[number]
            }
            if container.run("lxc-oci", "--url=" + layout.folder) != 0 {
                refused += 1
                #expect(try container.place.tree() == [])
            }
            #expect(container.place.isCanaryIntact)
            number += 1
        }
        print("\(document): \(variants) variants, \(refused) refused")
        #expect(variants > 10 && refused > variants / 4)
    }

    @Test func hostileDocuments() throws {
        let deep = String(repeating: "[", count: 1_000_000)
        let long = "{\"manifests\": [" + String(repeating: "null,", count: 300_000) + "null]}"
        for text in [
            deep, "{\"manifests\":" + deep, long, "", "null", "[]", "{}", "\u{0}",
            "{\"manifests\":[{\"digest\":\"sha256:../../x\",\"size\":1}]}",
        ] {
            let container = try ContainerPlace()
            let layout = try image(container.place)
            try layout.write("index.json", Array(text.utf8))
            #expect(container.run("lxc-oci", "--url=" + layout.folder) == 1)
            #expect(try container.place.tree() == [])
        }
    }

    @Test(arguments: ["sha256:../../../../etc/passwd", "sha256:abc", "sha256:" + String(repeating: "A", count: 64), "md5:x", "../x", ""])
    func digestsAreHexadecimal(digest: String) throws {
        let container = try ContainerPlace()
        let layout = try image(container.place) { name, value in
            guard name == "manifest", var manifest = value as? [String: Any], var layers = manifest["layers"] as? [[String: Any]] else {
                return value
            }
            layers[1]["digest"] = digest
            manifest["layers"] = layers
            return manifest
        }
        #expect(try container.program("lxc-oci", "--url=\(layout.folder)").contains("64 hexadecimal"))
        #expect(try container.place.tree() == [])
    }

    /// Other bytes than were announced: one changed, some more, some fewer; in the blob or in what it decompresses to.
    @Test(arguments: ["changed", "longer", "shorter", "plain"]) func bytesAreCompared(how: String) throws {
        let container = try ContainerPlace()
        let layout = try image(container.place) { name, value in
            guard how == "plain", name == "config", var config = value as? [String: Any] else { return value }
            config["rootfs"] = ["type": "layers", "diff_ids": [String](repeating: "sha256:" + String(repeating: "0", count: 64), count: 3)]
            return config
        }
        // The blob of the last layer, which is not compressed: nothing but the digest can tell.
        let blob = try container.place.shell("cd layout/blobs/sha256 && grep -l srv/data *").trimmingCharacters(in: .whitespacesAndNewlines)
        let file = "layout/blobs/sha256/\(blob)"
        switch how {
        case "changed": try container.place.shell("printf y | dd of=\(file) bs=1 seek=512 conv=notrunc status=none")
        case "longer": try container.place.shell("printf y >> \(file)")
        case "shorter": try container.place.shell("truncate -s -512 \(file)")
        default: break
        }
        #expect(container.run("lxc-oci", "--url=" + layout.folder) == 1)
        #expect(try container.place.tree() == [])
    }

    @Test func layersStayInside() throws {
        let container = try ContainerPlace()
        let layout = try LayoutWriter(container.place)
        try layout.layer {
            $0.file("fine"); $0.link("out", to: container.folder + "/canary")
        }
        try layout.layer { $0.file("out/evil") }
        try layout.finish()
        #expect(container.run("lxc-oci", "--url=" + layout.folder) == 1)
        #expect(container.place.isCanaryIntact)
        #expect(try container.place.tree() == [])
    }

    // MARK: - Users, passwords

    @Test(arguments: [
        ("", "0 0"), ("0", "0 0"), ("web", "33 34"), ("33", "33 34"), ("web:staff", "33 50"), ("1000:7", "1000 7"), ("1000", "1000 0"),
    ])
    func usersAreLookedUp(text: String, expected: String) throws {
        let container = try ContainerPlace()
        let layout = try image(container.place) { name, value in
            guard name == "config", var config = value as? [String: Any], var execution = config["config"] as? [String: Any] else {
                return value
            }
            execution["User"] = text
            config["config"] = execution
            return config
        }
        #expect(container.run("lxc-oci", "--url=" + layout.folder) == 0)
        #expect(try "\(container.value("lxc.init.uid") ?? "") \(container.value("lxc.init.gid") ?? "")" == expected)
    }

    /// The registry does not exist; what skopeo was called with does (reliability I15).
    @Test func passwordsAreOnNoCommandLine() throws {
        let container = try ContainerPlace()
        try container.place.shell(
            """
            mkdir bin && cat > bin/skopeo << 'END'
            #!/bin/sh
            echo "called: $*" ; tr '\\0' ' ' < "/proc/$PPID/cmdline" ; cat "/proc/$$/environ" | tr '\\0' '\\n'
            for word; do case $word in */auth.json) cp -p "$word" /\(container.folder)/seen ;; esac; done
            exit 1
            END
            chmod +x bin/skopeo
            """)
        let said = try container.program(
            "lxc-oci", "--url=docker://registry.example.com:5000/a/b --username=me --no-cache",
            environment: "LXC_OCI_PASSWORD=s3cret PATH=\(container.folder)/bin:$PATH")
        #expect(said.contains("status 1") && said.contains("--username=me"))
        #expect(!said.contains("s3cret"), "\(said)")
        #expect(try container.place.shell("stat -c %a seen") == "600\n")
        #expect(try container.place.shell("cat seen").contains(Data("me:s3cret".utf8).base64EncodedString()))
        #expect(try container.place.shell("cat seen").contains("registry.example.com:5000"))
        #expect(try container.place.shell("find . -name auth.json") == "")
        let again = try container.program(
            "lxc-oci", "--url=docker://a/b --username=me --no-cache --password=s3cret", environment: "PATH=\(container.folder)/bin:$PATH")
        #expect(again.contains("--password=******") && !again.contains("s3cret"), "\(again)")
    }

    @Test(arguments: ["--help", "-oProxy", "file:///etc", "docker://", "dir:", "https://x", "ostree:x", "docker-archive:"])
    func otherSourcesAreRefused(url: String) throws {
        let container = try ContainerPlace()
        #expect(container.run("lxc-oci", "--url=" + url) == 1)
        #expect(try container.place.tree() == [])
    }
}
