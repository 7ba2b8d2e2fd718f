// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What the template adds to the container's configuration file.
enum BusyboxConfig {
    static func lines(name: String, libraries: [String]) -> String {
        var text = """
            lxc.uts.name = \(name)
            lxc.signal.halt = SIGUSR1
            lxc.signal.reboot = SIGTERM
            lxc.autodev = 1
            lxc.tty.max = 2
            lxc.pty.max = 1024
            lxc.cap.drop = sys_module mac_admin mac_override sys_time

            # On a host with AppArmor, this runs the container without a profile:
            #lxc.apparmor.profile = unconfined

            lxc.mount.auto = cgroup:mixed proc:mixed sys:mixed
            lxc.mount.entry = shm dev/shm tmpfs rw,nosuid,nodev,mode=1777,create=dir 0 0
            lxc.mount.entry = mqueue dev/mqueue mqueue rw,nosuid,nodev,noexec,create=dir,optional 0 0

            """
        for folder in libraries {
            text += "lxc.mount.entry = /\(folder) \(folder) none ro,bind 0 0\n"
        }
        return text
    }
}
