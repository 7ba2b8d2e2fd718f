// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

/// Where the seed's Python scripts run as written: a machine of its own with the bridge of lxc-net, an image server with a Debian in the
/// place of the public one with its Ubuntu, and an archive of packages for that Debian.
struct PythonScriptScene {
    private static let port = 8003
    private static let seed = TestInstallation.checkout + "/../shared/seeds/001_278790e36bb96c17.txt"
    /// Kept from one run of the tests to the next.
    private static let cache = TestInstallation.checkout + "/.build/python-scripts-image"

    private let fixture: ContainerFixture
    let world: GuideWorld
    private var folder: String { fixture.lxcpath + "/scene" }

    static var isThere: Bool { get throws { try FileStatus.ifPresent(seed) != nil } }

    init(_ fixture: ContainerFixture) throws {
        self.fixture = fixture
        try Self.makeImage(fixture)
        world = try GuideWorld(fixture)
        try writeScripts()
        try fixture.write(folder + "/lxc-download", Self.template(fixture.installation, folder), mode: 0o755)
        let begun = try world.run(
            """
            set -e
            cd '\(folder)'
            cp -a '\(fixture.installation.templates)' templates
            mkdir real; ln -s '\(fixture.installation.libexec)/lxc-image' real/lxc-download
            rm templates/lxc-download; cp lxc-download templates
            mount --bind templates '\(fixture.installation.templates)'
            '\(fixture.installation.libexec)/lxc-net' start
            """, asUser: false)
        guard begun.code == 0 else { throw FixtureFailure("\(begun)") }
        _ = try fixture.serve(
            Self.cache, at: "10.0.3.1", port: Self.port, enter: ["/usr/bin/nsenter", "-t", "\(world.pid)", "--mount", "--net", "--"])
    }

    /// Runs a script of the post by its number.
    func script(_ number: Int, asUser: Bool = false) throws -> ToolResult {
        // Without a buffer, as at a terminal: what the process in the container prints would be lost with it.
        try world.run("exec python3 -u '\(folder)/script\(number).py'", asUser: asUser, seconds: 200)
    }

    /// The post's listings, character for character.
    private func writeScripts() throws {
        var scripts: [[Substring]] = []
        var isListing = false
        for line in try WholeFile.text(Self.seed).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.lowercased().hasPrefix("python script ") {
                scripts.append([])
                isListing = true
            } else if isListing {
                isListing = line.isEmpty || line.hasPrefix("    ")
                if isListing { scripts[scripts.count - 1].append(line.dropFirst(4)) }
            }
        }
        guard scripts.count == 4 else { throw FixtureFailure("the post has \(scripts.count) scripts") }
        for (index, lines) in scripts.enumerated() {
            try fixture.write("\(folder)/script\(index + 1).py", lines.joined(separator: "\n"), mode: 0o644)
        }
    }

    /// The real template, which is told another server than the public one.
    private static func template(_ installation: TestInstallation, _ folder: String) -> String {
        "#!/bin/sh\nexec '\(folder)/real/lxc-download' --server=http://10.0.3.1:\(port) \"$@\"\n"
    }

    /// A small Debian as an image, with the release names of the post, and its archive: an update of a package that it has, and apache2.
    private static func makeImage(_ fixture: ContainerFixture) throws {
        let script = """
            exec 9> "$1.lock"; flock 9
            [ ! -e "$1/complete" ] || exit 0
            rm -rf "$1"; mkdir -p "$1/image" "$1/meta/1.0" "$1/archive"; cd "$1"
            debootstrap --variant=minbase --include=busybox-static bookworm root \(mirror)
            package() {
                mkdir -p package/DEBIAN package/usr/bin
                printf '#!/bin/sh\\necho %s\\n' "$1 $2" > package/usr/bin/$1; chmod 755 package/usr/bin/$1
                printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: nobody <nobody@localhost>\\nDescription: a test\\n' $1 $2 > package/DEBIAN/control
                dpkg-deb --root-owner-group -b package $3/$1_$2_all.deb; rm -r package
            }
            package greeting 1 root/tmp; chroot root dpkg -i /tmp/greeting_1_all.deb; rm root/tmp/*.deb
            package greeting 2 archive; package apache2 2.4 archive
            for file in archive/*.deb; do
                dpkg-deb -f $file; echo "Filename: ./${file##*/}"; echo "Size: $(stat -c %s $file)"
                echo "SHA256: $(sha256sum < $file | cut -d' ' -f 1)"; echo
            done > archive/Packages
            rm -rf root/etc/apt/sources.list* root/var/lib/apt/lists/* root/var/cache/apt/*.bin root/var/cache/apt/archives/*.deb
            echo 'deb [trusted=yes] http://10.0.3.1:\(port)/archive/ ./' > root/etc/apt/sources.list
            ln -sf /bin/busybox root/sbin/init
            printf '::sysinit:/etc/begin\\n::shutdown:/bin/true\\n' > root/etc/inittab
            cat > root/etc/begin << 'END'
            #!/bin/sh
            busybox ip link set lo up; busybox ip link set eth0 up; busybox udhcpc -b -i eth0 -s /etc/lease
            END
            cat > root/etc/lease << 'END'
            #!/bin/sh
            [ "$1" = bound ] || exit 0
            busybox ip addr add $ip/$mask dev $interface; busybox ip route add default via $router
            END
            chmod 755 root/etc/begin root/etc/lease
            mkdir plan
            printf 'lxc.include = LXC_TEMPLATE_CONFIG/common.conf\\nlxc.signal.halt = SIGUSR1\\n' > plan/config
            echo /etc/hostname > plan/templates; echo LXC_NAME > root/etc/hostname
            tar -C plan -cJf image/meta.tar.xz .; XZ_OPT='-0 -T0' tar -C root -cJf image/rootfs.tar.xz .
            (cd image && sha256sum * > SHA256SUMS)
            for release in trusty precise; do echo "ubuntu;$release;i386;default;1;/image"; done > meta/1.0/index-system
            rm -rf root plan; touch complete
            """
        let made = try fixture.run("/bin/sh", ["-ec", script, "sh", cache], seconds: 400)
        guard made.code == 0 else { throw FixtureFailure("\(made)") }
    }

    private static var mirror: String { ProcessEnvironment.value("LXC_VM_MIRROR") ?? "http://deb.debian.org/debian" }
}
