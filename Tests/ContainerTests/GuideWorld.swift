// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

/// The machine of the guide's reader: freshly installed below `/usr`, with the account alice, no container and no bridge.
///
/// It is a mount and a network namespace with tmpfs over the folders of the tests' installation. The guide says `/var/lib/lxc`; commands
/// get the installation's folder in its place, and in what they print it is put back.
struct GuideWorld {
    private static let alice: UInt32 = 41121

    private let fixture: ContainerFixture
    private let keeper: BackgroundProgram
    /// A process of this machine.
    var pid: Int32 { keeper.pid }
    private let home: String
    private let libraries: String

    /// What the guide calls a folder, and where it is below the prefix.
    private static let folders = [
        ("/usr/share/lxc", "/share/lxc"), ("/usr/libexec/lxc", "/libexec/lxc"), ("/var/lib/lxc", "/var/lib/lxc"),
        ("/var/cache/lxc", "/var/cache/lxc"), ("/var/lib/misc", "/var/lib/misc"), ("/etc/lxc", "/etc/lxc"),
        ("/etc/default", "/etc/default"),
        ("/run/lxc", "/run/lxc"),
    ]

    init(_ fixture: ContainerFixture) throws {
        self.fixture = fixture
        home = fixture.lxcpath + "/home"
        libraries = try fixture.installation.libraryFolder()
        let (folder, prefix) = (fixture.lxcpath, fixture.installation.prefix)
        try fixture.write(
            folder + "/etc/passwd", "root:x:0:0:root:\(home)/root:/bin/sh\nalice:x:\(Self.alice):\(Self.alice)::\(home)/alice:/bin/sh\n")
        try fixture.write(folder + "/etc/group", "root:x:0:\ntty:x:5:\nalice:x:\(Self.alice):\n")
        for file in ["subuid", "subgid"] { try fixture.write(folder + "/etc/\(file)", "alice:100000:65536\n") }
        let setUp = """
            set -e
            mkdir \(folder)/cgroup
            mount --rbind /sys/fs/cgroup \(folder)/cgroup
            mount -t sysfs none /sys
            mount --move \(folder)/cgroup /sys/fs/cgroup
            for file in passwd group subuid subgid; do mount --bind \(folder)/etc/$file /etc/$file; done
            mkdir -p \(home)/root \(home)/alice
            chmod 755 \(home)
            chmod 700 \(home)/root \(home)/alice
            chown \(Self.alice):\(Self.alice) \(home)/alice
            cp -a \(prefix)/etc/lxc \(folder)/etc/lxc
            for folder in var/lib var/cache etc/lxc etc/default run; do
                mkdir -p \(prefix)/$folder
                mount -t tmpfs -o mode=755 none \(prefix)/$folder
            done
            cp -a \(folder)/etc/lxc/. \(prefix)/etc/lxc/
            mkdir -p \(prefix)/var/lib/lxc \(prefix)/var/lib/misc \(prefix)/run/lxc
            ip link set lo up
            echo ready
            exec sleep 1000
            """
        keeper = try fixture.background("/usr/bin/unshare", ["--mount", "--net", "--propagation", "private", "/bin/sh", "-c", setUp])
        fixture.atEnd("what the guide began") { [self] in
            // Nothing of it is left when the chapter succeeded.
            let script = """
                for name in $(lxc-ls -1 --running); do lxc-stop -k -n $name; done
                \(fixture.installation.libexec)/lxc-net force-stop; true
                """
            _ = try run(script, asUser: true)
            _ = try run(script, asUser: false)
        }
    }

    /// Runs a command line of the guide; the result's output has both streams.
    func run(_ command: String, asUser: Bool, seconds: Int32 = 30) throws -> ToolResult {
        let ownHome = home + (asUser ? "/alice" : "/root")
        let identity = ["/usr/bin/setpriv", "--reuid", "\(Self.alice)", "--regid", "\(Self.alice)", "--clear-groups"]
        let environment = [
            "/usr/bin/env", "-i", "HOME=\(ownHome)", "USER=\(asUser ? "alice" : "root")", "LANG=C.UTF-8", "TZ=UTC",
            "LD_LIBRARY_PATH=\(libraries)",
            "PATH=\(fixture.installation.bin):/usr/sbin:/usr/bin:/sbin:/bin",
        ]
        let words = ["-t", "\(keeper.pid)", "--mount", "--net", "--wd=\(ownHome)", "--"]
        return try fixture.run(
            "/usr/bin/nsenter", words + (asUser ? identity : []) + environment + ["/bin/sh", "-c", "exec 2>&1\n" + withPlaces(command)],
            seconds: seconds)
    }

    /// The lines that a command printed, with the guide's names of folders.
    func lines(of result: ToolResult) -> [String] {
        var text = result.output
        for (name, place) in Self.folders { text = replace(fixture.installation.prefix + place, by: name, in: text) }
        text = replace(fixture.installation.prefix, by: "/usr", in: text)
        text = replace(home + "/alice", by: "/home/alice", in: replace(home + "/root", by: "/root", in: text))
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast(
            text.isEmpty || text.hasSuffix("\n") ? 1 : 0)
    }

    /// Adds lines to a container's configuration, or has them read only; the result is that of a tool that reads them.
    func configure(_ text: String, container: String?) throws -> ToolResult {
        let folder = "\(fixture.lxcpath)/snippets"
        try fixture.write(folder + "/snippet/config", withPlaces(text))
        // Of a running container the tool would not read the file; the container's next start does.
        let read = "lxc-info -P \(folder) -n snippet -c lxc.uts.name"
        guard let container else { return try run(read, asUser: false) }
        return try run("\(read) && cat \(folder)/snippet/config >> /var/lib/lxc/\(container)/config", asUser: false)
    }

    /// Containers that exist.
    func containers() throws -> [String] {
        lines(of: try run("lxc-ls -1", asUser: false)) + lines(of: try run("lxc-ls -1", asUser: true))
    }

    /// A text of the guide with the installation's folders.
    private func withPlaces(_ text: String) -> String {
        Self.folders.reduce(text) { replace($1.0, by: fixture.installation.prefix + $1.1, in: $0) }
    }

    private func replace(_ old: String, by new: String, in text: String) -> String {
        var result = ""
        var rest = text[...]
        while let index = rest.indices.first(where: { rest[$0...].hasPrefix(old) }) {
            result += rest[..<index] + new
            rest = rest[index...].dropFirst(old.count)
        }
        return result + rest
    }
}
