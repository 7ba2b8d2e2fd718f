// SPDX-License-Identifier: Apache-2.0
import Glibc
import LinuxKernel
import Testing

@testable import LXCCgroups

extension Trait where Self == ConditionTrait {
    /// Skips unless root runs the test on a host with cgroups.
    static var needsCgroups: Self {
        .enabled(if: geteuid() == 0 && (try? CgroupLayout.detect().kind) ?? .none != .none, "needs root and mounted cgroups")
    }

    /// Skips unless cgroup v2 is mounted somewhere.
    static var needsUnified: Self {
        .enabled(if: geteuid() == 0 && (try? CgroupLayout.detect().unified) ?? nil != nil, "needs root and cgroup2")
    }

    /// Skips unless the host offers a controller where containers get their cgroups.
    ///
    /// Cgroup v2 alone on the kernel of a hybrid host (scripts/test-v2.sh) has none of those that v1 keeps.
    static func needsController(_ name: String) -> Self {
        .enabled(
            if: geteuid() == 0 && (try? CgroupLayout.detect().offers(name)) ?? false, "needs root and the cgroup controller \(name)")
    }
}

extension CgroupLayout {
    fileprivate func offers(_ controller: String) throws -> Bool {
        if legacy(controller) != nil { return true }
        guard let base = unified?.baseDirectory else { return false }
        return try WholeFile.text(base + "/cgroup.controllers").split(whereSeparator: \.isWhitespace).contains { $0 == controller }
    }
}

/// The host's layout, or cgroup v2 alone as it would look on a host without v1.
enum TestLayout: CaseIterable, CustomStringConvertible {
    case host
    case unifiedAlone

    var description: String { self == .host ? "host" : "unified" }

    func make() throws -> CgroupLayout {
        let layout = try CgroupLayout.detect()
        guard self == .unifiedAlone else { return layout }
        return CgroupLayout(hierarchies: [try #require(layout.unified)])
    }

    /// Controllers to use: none in the pretended layout, since turning them on would change the host's root cgroup.
    var controllers: [String]? { self == .host ? nil : [] }
}

/// A process to put into cgroups; killed and collected at the end.
final class Sleeper {
    private(set) var pid: pid_t = 0
    private var isCollected = false

    init(_ arguments: [String] = ["/bin/sleep", "100"]) throws {
        var argv = arguments.map { strdup($0) } + [nil]
        let status = posix_spawn(&pid, arguments[0], nil, nil, &argv, environ)
        argv.forEach { free($0) }
        try #require(status == 0)
    }

    /// The process's end within a time; nil when it still runs.
    func status(withinMilliseconds milliseconds: Int = 5000) -> Int32? {
        let deadline = MonotonicInstant.now + .milliseconds(milliseconds)
        var status: Int32 = 0
        while true {
            if waitpid(pid, &status, WNOHANG) == pid {
                isCollected = true
                return status
            }
            if deadline.hasPassed { return nil }
            usleep(2000)
        }
    }

    deinit {
        guard !isCollected else { return }
        kill(pid, SIGKILL)
        kill(pid, SIGCONT)
        waitpid(pid, nil, 0)
    }
}

/// Names that no other test uses at the same time.
func uniqueName(_ label: String) -> String { "swifttest-\(label)-\(getpid())" }

/// Which cgroup a process is in, in each hierarchy of a layout.
func membership(of pid: pid_t, _ layout: CgroupLayout, _ process: String? = nil) throws -> [String?] {
    let cgroup = try ProcessCgroup.read(process: process ?? "\(pid)")
    return layout.hierarchies.map { $0.version == .v2 ? cgroup.unifiedPath : $0.controllers.first.flatMap { cgroup.path(of: $0) } }
}

/// Paths of a cgroup in each hierarchy of a layout.
func directories(_ path: String, _ layout: CgroupLayout) -> [String] {
    layout.hierarchies.compactMap { $0.baseDirectory.map { $0 + "/" + path } }
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Runs something in a thread that ends with it.
func onNewThread<Value>(_ body: @escaping () -> Value) -> Value {
    var value: [Value] = []
    var thread = pthread_t()
    let context = Unmanaged.passRetained(ThreadWork { value.append(body()) }).toOpaque()
    pthread_create(
        &thread, nil,
        { raw in
            guard let raw else { return nil }
            Unmanaged<ThreadWork>.fromOpaque(raw).takeRetainedValue().run()
            return nil
        }, context)
    pthread_join(thread, nil)
    return value[0]
}

private final class ThreadWork {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}

extension ContainerCgroups {
    /// Both halves of making the payload's cgroups, as for a container that enters them at once.
    func createPayload() throws(CgroupError) {
        try reservePayload()
        try completePayload()
    }
}
