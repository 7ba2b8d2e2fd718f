// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Testing

/// What a program printed and how it ended.
struct ProgramResult {
    var status: LinuxKernel.ExitStatus
    var output: String
    var errors: String
}

/// A program of the host that runs beside a test.
final class RunningProgram {
    private let child: ProgramLaunch.Child
    private let output: OwnedDescriptor
    private let errors: OwnedDescriptor
    private var collected: (output: [UInt8], errors: [UInt8]) = ([], [])

    init(_ words: [String], environment: [String] = ProcessEnvironment.lines) throws {
        let output = try Pipe()
        let errors = try Pipe()
        let input = try OwnedDescriptor(opening: "/dev/null", .readOnly)
        var launch = ProgramLaunch(.path("/usr/bin/env"), arguments: ["env"] + words, environment: environment)
        launch.descriptors = [(input.number, 0), (output.writer.number, 1), (errors.writer.number, 2)]
        child = try launch.start()
        self.output = output.closingWriter()
        self.errors = errors.closingWriter()
    }

    var pid: Int32 { child.pid }

    /// Reads what has been printed so far, without waiting longer than `limit` for a text to appear in it.
    func waitForOutput(_ text: String, limit: Duration = .seconds(10)) throws -> Bool {
        let deadline = MonotonicInstant.now + limit
        while !String(kernelBytes: collected.output).contains(text) {
            if try Poll.wait(output.number, for: .readable, until: deadline).isEmpty { return false }
            let part = try output.read(upTo: 4096)
            if part.isEmpty { return false }
            collected.output += part
        }
        return true
    }

    func signal(_ number: Int32) throws { try child.handle?.send(number) }

    /// Waits for the end; kills the program when it does not come in time.
    func finish(limit: Duration = .seconds(20)) throws -> ProgramResult {
        let deadline = MonotonicInstant.now + limit
        let loop = try EventLoop()
        var open = 2
        var sources: [EventLoop.Source] = []
        func watch(_ number: Int32, _ store: @escaping ([UInt8]) -> Void) throws {
            let position = sources.count
            sources.append(
                try loop.add(number) { _ in
                    do {
                        let part = try readDescriptor(number, upTo: 65536)
                        if !part.isEmpty { return store(part) }
                        try loop.remove(sources[position])
                    } catch { Issue.record(error) }
                    open -= 1
                })
        }
        try watch(output.number) { self.collected.output += $0 }
        try watch(errors.number) { self.collected.errors += $0 }
        let ended = try loop.run(until: { open == 0 }, deadline: deadline)
        let milliseconds = deadline.remaining.pollMilliseconds
        if !ended || child.handle?.waitForEnd(milliseconds: milliseconds) == false {
            Issue.record("a program did not end within \(limit)")
            try child.handle?.send(9)
        }
        let status = try child.handle?.collect() ?? .exited(-1)
        return ProgramResult(status: status, output: String(kernelBytes: collected.output), errors: String(kernelBytes: collected.errors))
    }
}

/// Runs a program of the host to its end.
@discardableResult
func run(_ words: String..., limit: Duration = .seconds(20)) throws -> ProgramResult {
    try RunningProgram(words).finish(limit: limit)
}

/// Debian's lxc as the other party of the wire.
enum PeerLXC {
    static let requirement: Comment = "needs root and Debian's lxc with busybox"

    static var isAvailable: Bool {
        let tools = ["/usr/bin/lxc-start", "/usr/bin/lxc-info", "/bin/busybox", "/usr/share/lxc/templates/lxc-busybox"]
        guard ProcessControl.effectiveUser == 0 else { return false }
        return tools.allSatisfy { path in
            do { return try FileStatus.ifPresent(path) != nil } catch { return false }
        }
    }
}

/// A container that Debian's tools made and started; gone again after the test.
final class PeerContainer {
    let lxcPath: String
    let name: String
    var client: ControlClient { ControlClient(lxcPath: lxcPath, name: name, timeLimit: .seconds(10)) }

    /// Makes and starts it; `folder` becomes part of its container path.
    init(_ name: String, folder: String = "lxc", extraConfig: [String] = [], start: Bool = true) throws {
        self.name = name
        lxcPath = try temporaryFolder(folder)
        let file = lxcPath + "/base.conf"
        try write(file, "lxc.net.0.type = empty\n")
        let created = try run("lxc-create", "-P", lxcPath, "-n", name, "-t", "busybox", "-f", file)
        #expect(created.status == .exited(0), "\(created.errors)")
        // Behind the template's own lines, so that these count.
        let config = try WholeFile.text("\(lxcPath)/\(name)/config")
        let lines = ["lxc.console.buffer.size = 16KB", "lxc.tty.max = 2", "lxc.group = alpha"] + extraConfig
        try write("\(lxcPath)/\(name)/config", config + lines.joined(separator: "\n") + "\n")
        if start { try self.start() }
    }

    func start() throws {
        // Debian's busybox start script asks for an address on eth0 and first takes the present one away: on the host's own network it
        // must not run.
        let sharesHostNetwork = try WholeFile.text("\(lxcPath)/\(name)/config").contains("lxc.net.0.type = none")
        let command = sharesHostNetwork ? ["--", "/bin/sleep", "1000"] : []
        let started = try RunningProgram(["lxc-start", "-P", lxcPath, "-n", name] + command).finish()
        #expect(started.status == .exited(0), "\(started.errors)")
    }

    func remove() throws {
        try run("lxc-stop", "-k", "-P", lxcPath, "-n", name)
        try removeFolder(lxcPath)
    }

    static func with(
        _ name: String, folder: String = "lxc", extraConfig: [String] = [], start: Bool = true, _ body: (PeerContainer) throws -> Void
    ) throws {
        let container = try PeerContainer(name, folder: folder, extraConfig: extraConfig, start: start)
        do { try body(container) } catch {
            try container.remove()
            throw error
        }
        try container.remove()
    }
}

/// A new folder below /tmp that no other test uses.
func temporaryFolder(_ name: String) throws -> String {
    let path = "/tmp/ctl-\(ProcessControl.pid)-\(MonotonicInstant.now.nanoseconds)-\(name)"
    try HostPath.makeDirectories(path)
    return path
}

/// Writes a small file.
func write(_ path: String, _ text: String) throws {
    try OwnedDescriptor(opening: path, [.writeOnly, .create, .truncate], mode: 0o644).writeAll(text.kernelBytes)
}

/// Removes a test's container path, and what Debian's tools keep about it below /run.
func removeFolder(_ path: String) throws {
    try run("rm", "-rf", "--one-file-system", path, "/run/lxc\(path)", "/run/lxc/lock\(path)")
}
