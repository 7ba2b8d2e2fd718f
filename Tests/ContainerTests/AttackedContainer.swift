// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

/// The kinds of containers that the attacks of the table are run in.
enum ContainerKind: String, CaseIterable, Sendable {
    /// Root inside is root outside.
    case privileged
    /// Started by root, with ids of its own.
    case mapped
    /// Of a user who is not root, with ids of its own.
    case user
}

/// A container of one of the kinds, with the settings that are shipped for its kind.
struct AttackedContainer {
    let fixture: ContainerFixture
    let kind: ContainerKind
    let name: String
    /// Where its user lives; nil for root's.
    let world: UserWorld?

    /// Creates one.
    ///
    /// - Parameters:
    ///   - fixture: What it ends with.
    ///   - kind: Whose it is.
    ///   - hasShippedSettings: Whether `common.conf` (and `userns.conf`) are included, as the templates of distributions do.
    ///   - config: Lines that are added to its configuration.
    /// - Throws: ``FixtureFailure`` when it cannot be created.
    init(_ fixture: ContainerFixture, _ kind: ContainerKind, hasShippedSettings: Bool = true, config: [String] = []) throws {
        let shipped = fixture.installation.share + "/config"
        var lines = ["lxc.net.0.type = empty"]
        if hasShippedSettings {
            lines.append("lxc.include = \(shipped)/common.conf")
            if kind != .privileged { lines.append("lxc.include = \(shipped)/userns.conf") }
        }
        lines += config
        self.fixture = fixture
        self.kind = kind
        switch kind {
        case .privileged:
            name = try fixture.busybox("attacked", config: lines)
            world = nil
        case .mapped:
            name = try fixture.mapped("attacked", config: lines)
            world = nil
        case .user:
            let world = try UserWorld(fixture)
            name = "attacked"
            try world.succeed(UserWorld.first, "create", "-n", name, "-t", "busybox")
            self.world = world
            try fixture.append("home/\(UserWorld.first.name)/.local/share/lxc/\(name)", lines)
        }
    }

    /// Its folder, as root of the host reaches it.
    var folder: String { world.map { $0.containers(of: UserWorld.first) + "/" + name } ?? fixture.folder(name) }
    var rootfs: String { folder + "/rootfs" }
    /// The folder of containers that it is in.
    var lxcpath: String { world?.containers(of: UserWorld.first) ?? fixture.lxcpath }

    /// The words that run one of our tools as whoever the container belongs to.
    func words(_ tool: String, _ arguments: [String]) -> [String] {
        let command = [fixture.installation.bin + "/lxc-" + tool, "-P", lxcpath] + arguments
        return world.map { ["/usr/bin/nsenter"] + $0.command(as: UserWorld.first, command) } ?? command
    }

    /// Runs one of our tools as whoever the container belongs to: `lxc("start")`.
    func lxc(_ tool: String, _ arguments: String..., seconds: Int32 = 30) throws -> ToolResult {
        let words = words(tool, ["-n", name] + arguments)
        return try fixture.run(words[0], Array(words.dropFirst()), seconds: seconds)
    }

    /// As ``lxc(_:_:seconds:)``; it must succeed.
    @discardableResult
    func succeed(_ tool: String, _ arguments: String..., seconds: Int32 = 30) throws -> ToolResult {
        let words = words(tool, ["-n", name] + arguments)
        let result = try fixture.run(words[0], Array(words.dropFirst()), seconds: seconds)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result
    }

    /// The words that run something as root of the host, where the container's owner sees it.
    func rootWords(_ words: String...) -> [String] { world.map { $0.rootWords(words) } ?? words }

    /// Runs something as root of the host, where the container's owner sees it.
    func root(_ words: String...) throws -> ToolResult {
        try world?.root(words) ?? fixture.run(words[0], Array(words.dropFirst()))
    }

    /// Adds lines to its configuration.
    func append(_ lines: [String]) throws {
        let file = try OwnedDescriptor(opening: folder + "/config", [.writeOnly, .append])
        try file.writeAll((lines.joined(separator: "\n") + "\n").kernelBytes)
    }

    /// Runs a script as root of the container.
    func inside(_ script: String, seconds: Int32 = 30) throws -> ToolResult {
        try lxc("attach", "--", "/bin/sh", "-c", script, seconds: seconds)
    }

    /// Compiles an attacker of `Tests/Attackers` into the container's root directory.
    func place(_ attacker: String) throws {
        let program = try fixture.compile(attacker)
        let copied = try fixture.run("/bin/cp", [program, rootfs + "/" + attacker])
        guard copied.code == 0 else { throw FixtureFailure("\(copied)") }
    }

    /// Makes everything in the root filesystem, and the canary with it, a property of those whom an attack could use.
    ///
    /// What belongs to nobody who takes part would be safe without any protection.
    func own(_ canary: Canary) throws {
        guard kind != .privileged else { return }
        let inside = try fixture.run("/bin/chown", ["-hR", "100000:100000", rootfs])
        let outside = try fixture.run("/bin/chown", ["-R", kind == .user ? "\(UserWorld.first.number)" : "100000", canary.path])
        guard inside.code == 0, outside.code == 0 else { throw FixtureFailure("\(inside)\(outside)") }
    }

    func initPID() throws -> Int32 {
        let text = try succeed("info", "-pH").output
        guard let pid = Int32(text.split(separator: "\n").first ?? "") else { throw FixtureFailure("no process number: \(text)") }
        return pid
    }

    /// What the kernel shows about its init.
    func initStatus() throws -> ProcessStatus { try ProcessStatus.read(process: "\(initPID())") }
}

extension ContainerFixture {
    /// Puts a file of the kernel back to what it held, should an attack succeed.
    ///
    /// - Returns: What it holds now.
    func keep(_ control: String) throws -> String {
        let before = try WholeFile.text(control)
        atEnd(control) {
            if try WholeFile.text(control) != before { try WholeFile.writeControl(control, before) }
        }
        return before
    }
}
