// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A host of its own with ordinary users: mount and network namespaces with other accounts, subordinate ids, settings and a bridge.
/// Nothing of the real host is changed, and no two tests meet.
///
/// The user `first` has 65536 ids from 100000 on, `second` as many after those, and `poor` none.
package final class UserWorld: @unchecked Sendable {
    /// One account.
    package struct User: Sendable {
        package let name: String
        package let number: UInt32
    }

    package static let first = User(name: "first", number: 41101)
    package static let second = User(name: "second", number: 41102)
    package static let poor = User(name: "poor", number: 41103)

    package let fixture: ContainerFixture
    private let holder: BackgroundProgram
    /// A process of this world.
    package var holderPID: Int32 { holder.pid }

    /// Makes the world.
    ///
    /// - Parameters:
    ///   - fixture: What it ends with.
    ///   - usernet: Lines of lxc-usernet(5).
    ///   - hasOwnEtc: Whether files in `/etc` can take the place of others; otherwise the accounts stay as they are.
    /// - Throws: ``FixtureFailure`` when a step of its making failed.
    package init(_ fixture: ContainerFixture, usernet: [String] = [], hasOwnEtc: Bool = false) throws {
        self.fixture = fixture
        let folder = fixture.lxcpath
        let users = [Self.first, Self.second, Self.poor]
        let accounts = users.map { "\($0.name):x:\($0.number):\($0.number)::\(folder)/home/\($0.name):/bin/sh\n" }
        let groups = users.map { "\($0.name):x:\($0.number):\n" }
        let subordinates = "first:100000:65536\nsecond:165536:65536\n"
        try fixture.write(folder + "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n" + accounts.joined())
        try fixture.write(folder + "/etc/group", "root:x:0:\ntty:x:5:\n" + groups.joined())
        try fixture.write(folder + "/etc/subuid", subordinates)
        try fixture.write(folder + "/etc/subgid", subordinates)
        try fixture.write(folder + "/etc/usernet", usernet.joined(separator: "\n") + "\n")
        let (run, sysconf) = (DirectoryHandle.split(fixture.installation.run).parent, fixture.installation.sysconf)
        let binds = ["passwd", "group", "subuid", "subgid"].map { "mount --bind \(folder)/etc/\($0) /etc/\($0)" }
        let etc = hasOwnEtc ? "cp -a -n /etc/. \(folder)/etc/\nmount --bind \(folder)/etc /etc" : binds.joined(separator: "\n")
        // Homes are closed to others, as Debian makes them.
        let homes = users.map {
            "mkdir -p \(folder)/home/\($0.name)\nchmod 700 \(folder)/home/\($0.name)\nchown \($0.number):\($0.number) \(folder)/home/\($0.name)"
        }
        let setUp = """
            set -e
            mkdir -p \(sysconf) /\(run)
            \(homes.joined(separator: "\n"))
            \(etc)
            mount -t tmpfs -o mode=0755 none \(sysconf)
            mount -t tmpfs -o mode=0755 none /\(run)
            cp \(folder)/etc/usernet \(sysconf)/lxc-usernet
            ip link set lo up
            ip link add br1 type bridge
            ip link set br1 up
            ip addr add 10.77.0.1/24 dev br1
            echo ready
            exec sleep 1000
            """
        holder = try fixture.background("/usr/bin/unshare", ["--mount", "--net", "--propagation", "private", "/bin/sh", "-c", setUp])
        fixture.atEnd("containers of users") { [self] in try stopEverything(users) }
    }

    // MARK: - Commands

    /// The folder of a user's containers.
    package func containers(of user: User) -> String { home(of: user) + "/.local/share/lxc" }
    package func home(of user: User) -> String { "\(fixture.lxcpath)/home/\(user.name)" }

    /// Runs a program as a user, with the environment of a login.
    package func run(as user: User, _ words: String..., input: String = "", seconds: Int32 = 30) throws -> ToolResult {
        try run(as: user, words, input: input, seconds: seconds)
    }

    /// As ``run(as:_:input:seconds:)-(_,String...,_,_)``.
    package func run(as user: User, _ words: [String], input: String = "", seconds: Int32 = 30) throws -> ToolResult {
        try fixture.run("/usr/bin/nsenter", command(as: user, words), input: input, seconds: seconds)
    }

    /// Runs one of our tools as a user: `lxc(.first, "start", "-n", "web")`.
    package func lxc(_ user: User, _ tool: String, _ arguments: String..., seconds: Int32 = 30) throws -> ToolResult {
        try fixture.run(
            "/usr/bin/nsenter", command(as: user, [fixture.installation.bin + "/lxc-" + tool] + arguments), seconds: seconds)
    }

    /// As ``lxc(_:_:_:seconds:)``; it must succeed.
    @discardableResult
    package func succeed(_ user: User, _ tool: String, _ arguments: String..., seconds: Int32 = 30) throws -> ToolResult {
        let result = try fixture.run(
            "/usr/bin/nsenter", command(as: user, [fixture.installation.bin + "/lxc-" + tool] + arguments), seconds: seconds)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result
    }

    /// Runs something as root of this world.
    package func root(_ words: String...) throws -> ToolResult { try root(words) }

    /// As ``root(_:)-(String...)``.
    package func root(_ words: [String]) throws -> ToolResult { try fixture.run("/usr/bin/nsenter", enter + words) }

    /// The words that run something as root of this world.
    package func rootWords(_ words: [String]) -> [String] { ["/usr/bin/nsenter"] + enter + words }

    /// Runs one of our tools as root of this world.
    package func rootTool(_ tool: String, _ arguments: String...) throws -> ToolResult {
        try fixture.run("/usr/bin/nsenter", enter + [fixture.installation.bin + "/lxc-" + tool] + arguments)
    }

    /// Makes cgroups that belong to a user, in some hierarchies; they go with the fixture.
    ///
    /// - Parameters:
    ///   - user: Who may make cgroups there.
    ///   - hierarchies: Folders below `/sys/fs/cgroup`.
    /// - Returns: Their directories, which a process enters by ``lxc(_:in:_:_:)``.
    /// - Throws: ``FixtureFailure``
    package func delegate(to user: User, _ hierarchies: [String]) throws -> [String] {
        let places = hierarchies.map { "/sys/fs/cgroup/\($0)/lxc-of-\(fixture.tag)" }
        for place in places {
            let files = ["cgroup.procs", "tasks", "cgroup.threads", "cgroup.subtree_control"].map { "\(place)/\($0)" }
            let script =
                "mkdir \(place); for f in \(place) \(files.joined(separator: " ")); do [ ! -e $f ] || chown \(user.number):\(user.number) $f; done"
            let made = try fixture.run("/bin/sh", ["-ec", script])
            guard made.code == 0 else { throw FixtureFailure("\(made)") }
            fixture.atEnd("cgroup of a user") { [fixture] in
                // What is left in it by then is reported by the fixture's snapshot, as the removal fails.
                _ = try fixture.eventually(seconds: 3) {
                    try fixture.run("/bin/sh", ["-c", "rmdir \(place)/lxc.pivot; rmdir \(place)"]).code == 0
                }
            }
        }
        return places
    }

    /// Runs one of our tools as a user, from within cgroups.
    package func lxc(_ user: User, in places: [String], _ tool: String, _ arguments: String...) throws -> ToolResult {
        let enterCgroups = places.map { "echo $$ > \($0)/cgroup.procs" }.joined(separator: "; ")
        let words = command(as: user, [fixture.installation.bin + "/lxc-" + tool] + arguments)
        return try fixture.run("/bin/sh", ["-ec", "\(enterCgroups); exec /usr/bin/nsenter \"$@\"", "sh"] + words, seconds: 30)
    }

    /// Writes a file of a user.
    package func write(_ user: User, _ path: String, _ content: String) throws {
        let result = try run(as: user, "/bin/sh", "-c", "mkdir -p \"$(dirname ~/\(path))\" && cat > ~/\(path)", input: content)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
    }

    /// The words of nsenter(1) that run a program as a user.
    package func command(as user: User, _ words: [String]) -> [String] {
        let identity = ["/usr/bin/setpriv", "--reuid", "\(user.number)", "--regid", "\(user.number)", "--clear-groups"]
        let environment = [
            "/usr/bin/env", "-i", "HOME=\(home(of: user))", "USER=\(user.name)", "LANG=C.UTF-8",
            "PATH=\(fixture.installation.bin):/usr/bin:/bin",
        ]
        return enter + identity + environment + words
    }

    private var enter: [String] { ["-t", "\(holder.pid)", "--mount", "--net", "--wd=/"] }

    private func stopEverything(_ users: [User]) throws {
        for user in users {
            guard let names = try? DirectoryListing.names(in: containers(of: user)) else { continue }  // has no containers
            // One that does not run is fine here; what survives shows in the fixture's snapshot.
            for name in names { _ = try lxc(user, "stop", "-k", "-n", name) }
        }
    }
}
