// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Where files live that a reboot removes: `RUNDIR/lxc`.
package struct RunDirectory: Sendable, Hashable {
    /// The folder `RUNDIR/lxc`, without a trailing slash.
    package let path: String

    /// Takes a folder as it is, for example a private one of a test.
    package init(path: String) { self.path = path }

    /// The folder that C LXC's programs would use for the calling user.
    ///
    /// It is the system's (`systemPath`, `/run/lxc` unless the installation says otherwise) when the folder above it belongs to the
    /// effective user or its group is the effective group; else `$XDG_RUNTIME_DIR/lxc`; else `$HOME/.cache/lxc/run/lxc`.
    package static func resolve(systemPath: String = InstalledPaths.run) throws(KernelError) -> RunDirectory {
        if let status = try FileStatus.ifPresent(systemPath.parentPath) {
            if status.owner == ProcessControl.effectiveUser || status.group == ProcessControl.effectiveGroup {
                return RunDirectory(path: systemPath)
            }
        } else if ProcessControl.effectiveUser == 0 {
            // A private installation that has not run anything yet.
            return RunDirectory(path: systemPath)
        }
        if let runtime = ProcessEnvironment.value("XDG_RUNTIME_DIR"), runtime.hasPrefix("/") {
            return RunDirectory(path: CommandAddress.withoutTrailingSlashes(runtime) + "/lxc")
        }
        guard let home = ProcessEnvironment.value("HOME"), home.hasPrefix("/") else {
            throw KernelError(
                call: "getenv", errno: .noSuchFileOrDirectory, subject: "run directory",
                explanation: "neither XDG_RUNTIME_DIR nor HOME names a place for files of running containers")
        }
        return RunDirectory(path: CommandAddress.withoutTrailingSlashes(home) + "/.cache/lxc/run/lxc")
    }

    /// The named pipe on which the states of all containers of a container path are published.
    package func monitorFifo(lxcPath: String) -> String { folder(of: lxcPath) + "/monitor-fifo" }

    /// The lock file of one container.
    package func lockFile(lxcPath: String, name: String) -> String {
        String(concatenating: path, "/lock", Self.rooted(lxcPath), "/.", name)
    }

    /// The folder below this one that stands for a container path.
    package func folder(of lxcPath: String) -> String { String(concatenating: path, Self.rooted(lxcPath)) }

    private static func rooted(_ lxcPath: String) -> String {
        let clean = CommandAddress.withoutTrailingSlashes(lxcPath)
        return clean.hasPrefix("/") ? clean : "/" + clean
    }
}
