// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LinuxKernel

/// A cgroup from the user's systemd for one container, where the user's own cgroup cannot be written to.
///
/// systemd gives the processes of a login a cgroup that only it may change, but moves a process into a new scope with `Delegate=yes`
/// when it is asked over D-Bus. Asking is the work of busctl(1), which comes with systemd.
struct UserScope {
    /// The container's name; it becomes a part of the scope's.
    let name: String
    /// Who is to be in it; a process of the caller.
    var process = ProcessControl.pid
    /// Where busctl(1) is.
    var program = "/usr/bin/busctl"
    /// `NAME=VALUE` lines that tell where the bus is.
    var environment = ProcessEnvironment.lines

    /// Nobody waits longer for a container because a bus does not answer.
    private static let patience: Int32 = 3000

    /// Why there is no scope.
    enum Refusal: Error, Equatable {
        /// There is no systemd of the user to be asked, as on hosts without systemd.
        case noManager
        case failed(String)
    }

    /// Asks for the scope, and waits until the process is in it.
    ///
    /// - Parameter before: The process's cgroup in the v2 hierarchy as it was.
    /// - Throws: ``Refusal``
    func enter(from before: String?) throws(Refusal) {
        guard try kernel({ () throws(KernelError) in try FileStatus.ifPresent(program) }) != nil, hasBus else { throw .noManager }
        let result = try kernel { () throws(KernelError) in
            try ProgramRun.of(program, arguments: ["busctl"] + request, environment: environment, milliseconds: Self.patience)
        }
        guard result.isSuccess else {
            let line = String(kernelBytes: result.error.prefix { $0 != 0x0A })
            throw .failed(line.isEmpty ? "busctl \(result.status)" : line)
        }
        let deadline = MonotonicInstant.now + .milliseconds(Int64(Self.patience))
        while try kernel({ () throws(KernelError) in try ProcessCgroup.read(process: "\(process)") }).unifiedPath == before {
            if deadline.hasPassed { throw .failed("systemd did not move the process in time") }
            (MonotonicInstant.now + .milliseconds(2)).sleep()
        }
    }

    /// The call of systemd's manager: the scope's name, what to do about another of that name, its properties.
    var request: [String] {
        [
            "--user", "--timeout=3", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
            "org.freedesktop.systemd1.Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, "fail",
            "4", "Description", "s", "LXC container \(plainName)", "PIDs", "au", "1", "\(process)", "Delegate", "b", "true",
            "CollectMode", "s", "inactive-or-failed", "0",
        ]
    }

    /// Two containers of one name in different folders must not want the same scope.
    var unit: String { "lxc-\(plainName)-\(process).scope" }

    /// Letters that need no escape in the name of a unit.
    private var plainName: String {
        String(
            name.unicodeScalars.prefix(100).map { scalar in
                let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || (0x30...0x39).contains(scalar.value) || scalar == "_")
                return isPlain ? Character(scalar) : "_"
            })
    }

    private var hasBus: Bool {
        environment.contains { $0.hasPrefix("DBUS_SESSION_BUS_ADDRESS=") || $0.hasPrefix("XDG_RUNTIME_DIR=") }
    }

    private func kernel<Value>(_ body: () throws(KernelError) -> Value) throws(Refusal) -> Value {
        do throws(KernelError) { return try body() } catch { throw .failed(error.reason(after: "")) }
    }
}
