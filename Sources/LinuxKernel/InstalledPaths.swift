// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Where this copy of the programs is installed.
///
/// The directories are part of the program file itself: `make install PREFIX=...` writes them there. Nothing is read from the
/// environment or from a file, so a program that runs as root cannot be talked into executing something else. A program run
/// straight from the build folder has the defaults: `/usr/local`, `/etc`, `/var` and `/run`.
package enum InstalledPaths {
    /// Folder of the `lxc-*` tools.
    package static var bin: String { directory(CLINUX_PATH_BIN) }
    /// Folder of `init.lxc`.
    package static var sbin: String { directory(CLINUX_PATH_SBIN) }
    /// Folder of the programs that users do not call: `<libexec>/lxc`.
    package static var libexec: String { directory(CLINUX_PATH_LIBEXEC, "/lxc") }
    /// Folder of architecture-dependent files: `<lib>/lxc`.
    package static var lib: String { directory(CLINUX_PATH_LIB, "/lxc") }
    /// Folder of shared files: `<share>/lxc`.
    package static var share: String { directory(CLINUX_PATH_DATA, "/lxc") }
    /// Folder of the administrator's files: `<etc>/lxc`.
    package static var sysconf: String { directory(CLINUX_PATH_SYSCONF, "/lxc") }
    /// Folder of AppArmor's profiles: `<etc>/apparmor.d`.
    package static var apparmor: String { directory(CLINUX_PATH_SYSCONF, "/apparmor.d") }
    /// Folder of variable data, without `lxc`: `/var`.
    package static var localState: String { directory(CLINUX_PATH_LOCALSTATE) }
    /// Folder of files that a reboot removes: `<run>/lxc`.
    package static var run: String { directory(CLINUX_PATH_RUN, "/lxc") }

    /// `ending`: what is put behind it; one allocation for both.
    private static func directory(_ slot: clinux_install_path, _ ending: StaticString = "") -> String {
        guard let text = clinux_install_path(Int32(bitPattern: slot.rawValue)) else { return ending.description }
        let count = strlen(text)
        return String(unsafeUninitializedCapacity: count + ending.utf8CodeUnitCount) { buffer in
            let room = UnsafeMutableRawBufferPointer(buffer)
            room.copyMemory(from: UnsafeRawBufferPointer(start: text, count: count))
            UnsafeMutableRawBufferPointer(rebasing: room[count...])
                .copyMemory(from: UnsafeRawBufferPointer(start: ending.utf8Start, count: ending.utf8CodeUnitCount))
            return count + ending.utf8CodeUnitCount
        }
    }
}

extension InstalledPaths {
    /// The program that supervises one running container.
    package static var supervisor: String { libexec + "/lxc-supervisor" }
    /// The minimal init of `lxc-execute`.
    package static var initProgram: String { libexec + "/lxc-init" }
    /// The program that passes state changes on to `lxc-monitor`.
    package static var monitorDaemon: String { libexec + "/lxc-monitord" }
    /// Folder of the templates, `lxc-NAME` each.
    package static var templates: String { share + "/templates" }
    /// Folder of the configuration files that containers include.
    package static var config: String { share + "/config" }
    /// Folder of the hooks that are shipped.
    package static var hooks: String { share + "/hooks" }
    /// Configuration that `lxc-create` starts from: `/etc/lxc/default.conf`.
    package static var defaultConfig: String { sysconf + "/default.conf" }
    /// The system configuration: `/etc/lxc/lxc.conf`.
    package static var systemConfig: String { sysconf + "/lxc.conf" }
    /// Where the root user's containers live unless `lxc.conf` says otherwise: `/var/lib/lxc`.
    package static var containers: String { directory(CLINUX_PATH_LOCALSTATE, "/lib/lxc") }
    /// Where releases before 2.0 kept snapshots: `/var/lib/lxcsnaps`.
    package static var legacySnapshots: String { directory(CLINUX_PATH_LOCALSTATE, "/lib/lxcsnaps") }
    /// The root user's download cache: `/var/cache/lxc`.
    package static var cache: String { directory(CLINUX_PATH_LOCALSTATE, "/cache/lxc") }
    /// Folder of the log files of the root user's containers: `/var/log/lxc`.
    package static var log: String { directory(CLINUX_PATH_LOCALSTATE, "/log/lxc") }
    /// Where a starting container's root filesystem is mounted, in its own mount namespace.
    package static var rootfsMount: String { lib + "/rootfs" }
}
