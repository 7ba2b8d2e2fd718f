// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LinuxKernel

/// Puts a process into a running container's cgroups.
enum AttachCgroups {
    /// Moves a process into the payload's cgroup of every hierarchy that the monitor uses.
    static func join(_ pid: Int32, _ client: ControlClient) throws(AttachFailure) {
        let what = "cannot put the program into the container's cgroups"
        do throws(ControlError) {
            let directories = try directories(client)
            if try isFrozen(directories) { throw .refused(.resourceTemporarilyUnavailable) }
            do throws(ControlError) { try Self.enter(pid, directories) } catch {
                guard case .kernel(let reason) = error, reason.errno == .permissionDenied, comeNearer(pid) else { throw error }
                try Self.enter(pid, directories)
            }
        } catch {
            if error == .refused(.resourceTemporarilyUnavailable) {
                throw AttachFailure(
                    .failed,
                    OperationFailure(
                        "cannot run a program in the container", reason: "it is frozen", hint: "let it go on with lxc-unfreeze"))
            }
            if case .kernel(let reason) = error {
                throw AttachFailure(
                    .failed, OperationFailure(what, reason, hint: "lxc-attach -e CGROUP runs it outside the container's limits"))
            }
            throw AttachFailure(what, error)
        }
    }

    /// Moves a process of an ordinary user to where it may go on from.
    ///
    /// The kernel asks for rights over what two cgroups have in common. A login's cgroup and the container's have only systemd's in common;
    /// two scopes of the user's systemd have the user's.
    ///
    /// - Returns: Whether it was moved.
    private static func comeNearer(_ pid: Int32) -> Bool {
        guard ProcessControl.effectiveUser != 0 else { return false }
        let before: String?
        do throws(KernelError) { before = try ProcessCgroup.read(process: "\(pid)").unifiedPath } catch { return false }  // it has ended
        // Whoever cannot come nearer is told that it is not permitted.
        do throws(UserScope.Refusal) { try UserScope(name: "attach", process: pid).enter(from: before) } catch { return false }
        return true
    }

    private static func directories(_ client: ControlClient) throws(ControlError) -> [SharedDescriptor] {
        do throws(ControlError) {
            return try client.cgroupDescriptors().directories
        } catch {
            // No hierarchy at all.
            if error == .refused(.noSuchFileOrDirectory) { return [] }
            guard error == .unsupported else { throw error }
        }
        return try olderDirectories(client)
    }

    /// Monitors before 4.0.7 only tell paths.
    private static func olderDirectories(_ client: ControlClient) throws(ControlError) -> [SharedDescriptor] {
        var found: [SharedDescriptor] = []
        for hierarchy in try ControlError.wrapping({ () throws(KernelError) in try CgroupLayout.detect() }).hierarchies {
            guard let path = try askPath(client, hierarchy.controllers.first), let directory = hierarchy.directory(of: path) else {
                continue
            }
            let opened = try ControlError.wrapping { () throws(KernelError) in
                try OwnedDescriptor(opening: directory, [.readOnly, .directory])
            }
            found.append(SharedDescriptor(opened))
        }
        return found
    }

    /// Nil when the monitor does not use the hierarchy.
    private static func askPath(_ client: ControlClient, _ controller: String?) throws(ControlError) -> String? {
        do throws(ControlError) { return try client.cgroup(controller) } catch {
            if error == .unsupported { return nil }
            if case .refused = error { return nil }
            throw error
        }
    }

    /// Whether a process that is moved there would stop, with the caller's pipes in its hands.
    private static func isFrozen(_ directories: [SharedDescriptor]) throws(ControlError) -> Bool {
        do throws(KernelError) {
            for shared in directories {
                let directory = CgroupDirectory(owning: try shared.duplicate(), label: "cgroup of the container")
                if try directory.version() == .v2 {
                    let events = try text("cgroup.events", directory)
                    if events?.split(separator: "\n").contains("frozen 1") == true { return true }
                } else if let state = try text("freezer.state", directory) {
                    if state != "THAWED" { return true }
                }
            }
            return false
        } catch { throw .kernel(error) }
    }

    /// Nil when the hierarchy has no such file.
    private static func text(_ file: String, _ directory: borrowing CgroupDirectory) throws(KernelError) -> String? {
        do { return try directory.text(file) } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
    }

    private static func enter(_ pid: Int32, _ directories: [SharedDescriptor]) throws(ControlError) {
        do throws(KernelError) {
            for shared in directories {
                let directory = CgroupDirectory(owning: try shared.duplicate(), label: "cgroup of the container")
                // The monitor sent the descriptors; what they are is asked of the kernel.
                switch try directory.version() {
                case .v2: try AttachLeaf.enter(pid: pid, payload: directory)
                case .v1: try directory.write("cgroup.procs", "\(pid)")
                case nil: throw KernelError(call: "fstatfs", errno: .invalidArgument, subject: "cgroup of the container")
                }
            }
        } catch { throw .kernel(error) }
    }
}
