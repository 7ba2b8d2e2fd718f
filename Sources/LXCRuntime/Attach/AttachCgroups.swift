// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LinuxKernel
import SystemPackage

/// Puts a process into a running container's cgroups.
enum AttachCgroups {
    /// Moves a process into the payload's cgroup of every hierarchy that the monitor uses.
    static func join(_ pid: Int32, _ client: ControlClient) throws(AttachFailure) {
        let what = "cannot put the program into the container's cgroups"
        do throws(ControlError) {
            let directories = try directories(client)
            try Self.enter(pid, directories)
        } catch {
            if case .kernel(let reason) = error {
                throw AttachFailure(
                    .failed, OperationFailure(what, reason, hint: "lxc-attach -e CGROUP runs it outside the container's limits"))
            }
            throw AttachFailure(what, error)
        }
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
        do throws(KernelError) {
            var found: [SharedDescriptor] = []
            for hierarchy in try CgroupLayout.detect().hierarchies {
                guard let path = try askPath(client, hierarchy.controllers.first), let directory = hierarchy.directory(of: path) else {
                    continue
                }
                found.append(SharedDescriptor(try OwnedDescriptor(opening: directory, [.readOnly, .directory])))
            }
            return found
        } catch { throw .kernel(error) }
    }

    /// Nil when the monitor does not use the hierarchy.
    private static func askPath(_ client: ControlClient, _ controller: String?) throws(KernelError) -> String? {
        do throws(ControlError) { return try client.cgroup(controller) } catch {
            if error == .unsupported { return nil }
            if case .refused = error { return nil }
            throw KernelError(call: "connect", errno: .noSuchProcess, subject: "monitor")
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
