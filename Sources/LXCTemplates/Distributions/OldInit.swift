// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The init of System V in a container: its table, and the scripts that are for machines only.
enum OldInit {
    /// inittab(5): terminals, and a shutdown when lxc-stop says that the power fails.
    static let table = """
        id:2:initdefault:
        si::sysinit:/etc/init.d/rcS
        l0:0:wait:/etc/init.d/rc 0
        l1:1:wait:/etc/init.d/rc 1
        l2:2:wait:/etc/init.d/rc 2
        l3:3:wait:/etc/init.d/rc 3
        l4:4:wait:/etc/init.d/rc 4
        l5:5:wait:/etc/init.d/rc 5
        l6:6:wait:/etc/init.d/rc 6
        1:2345:respawn:/sbin/getty 38400 console
        c1:12345:respawn:/sbin/getty 38400 tty1 linux
        c2:12345:respawn:/sbin/getty 38400 tty2 linux
        c3:12345:respawn:/sbin/getty 38400 tty3 linux
        c4:12345:respawn:/sbin/getty 38400 tty4 linux
        pf::powerfail:/sbin/shutdown -h now
        ca::ctrlaltdel:/sbin/shutdown -r now

        """

    /// They check disks, set the machine's clock and unmount what is the host's.
    private static let scripts = ["checkroot.sh", "checkfs.sh", "hwclock.sh", "hwclockfirst.sh", "umountfs", "umountroot", "udev"]

    /// Takes the scripts out of the system's start and end.
    static func disableScripts(_ folder: String, _ root: borrowing DirectoryHandle) throws(TemplateFailure) {
        for script in scripts {
            do throws(KernelError) {
                if try root.status("etc/init.d/" + script, links: .followedInside) == nil { continue }
            } catch { throw TemplateFailure("cannot look for the script \(script)", error) }
            try HostProgram.inside(folder, ["/usr/sbin/update-rc.d", "-f", script, "remove"])
        }
    }
}
