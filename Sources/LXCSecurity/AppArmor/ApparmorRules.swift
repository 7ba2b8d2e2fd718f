// SPDX-License-Identifier: Apache-2.0

/// The rules that the profiles of containers are made of, in AppArmor's language (apparmor.d(5)).
///
/// Everything is allowed but what reaches past the container: paths of proc and sysfs that belong to the host, and mounts that would show
/// them under other names.
enum ApparmorRules {
    /// What every container has.
    static var base: [String] {
        [
            "# Whatever a container may do, it may do to itself.",
            "network,", "capability,", "file,", "umount,", "dbus,", "unix,", "",
            "# Signals come from the host as well.",
            "signal (receive) peer=unconfined,", "ptrace (readby, tracedby) peer=unconfined,", "",
        ] + forbiddenFiles + [""] + mounts
    }

    /// Switches of the kernel that no namespace divides.
    private static var forbiddenFiles: [String] {
        let sysctls = ApparmorPatterns(folder: "/proc/sys/", exceptions: ownSysctls.map { "kernel/" + $0 } + ["fs/mqueue/**", "net/**"])
        let sysfs = ApparmorPatterns(
            folder: "/sys/", exceptions: ["class/net/**", "devices/virtual/net/**", "fs/cgroup/**", "fs/fuse/connections/**"])
        return [
            "# The memory and the switches of the host.",
            "deny /proc/{kcore,kmem,mem,sysrq-trigger} rwklx,", "deny /proc/{acpi,asound,bus,driver,fs,irq,mtrr,scsi}{,/**} wklx,",
            "deny /sys/firmware/{efi/efivars,acpi}/** rwklx,", "deny /sys/kernel/{debug,security,tracing}/** rwklx,", "",
            "# Of the sysctls a namespace has some of its own; the rest is the host's.",
        ] + sysctls.all.map { "deny \($0) wklx," } + ["", "# Of sysfs, network devices and cgroups are the container's own."]
            + sysfs.all.map { "deny \($0) wklx," }
    }

    private static let ownSysctls = [
        "domainname", "hostname", "msg_next_id", "msgmax", "msgmnb", "msgmni", "ns_last_pid", "sem", "sem_next_id", "shm_next_id",
        "shm_rmid_forced", "shmall", "shmmax", "shmmni",
    ]

    /// What an init system mounts in a container, none of which shows a path by another name.
    private static var mounts: [String] {
        let sources = ApparmorPatterns(folder: "/", exceptions: ["dev/**", "proc/**", "sys/**"]).all
        let propagation = ["slave", "private", "shared", "unbindable"].flatMap { ["make-" + $0, "make-r" + $0] }
        // Parsers up to 4.0 make more of some rules than they say (CVE-2016-1585, seen with 3.0.8): one with make-slave and rw or silent allows
        // proc anywhere, one with remount and bind allows every bind mount. So there are none like these here.
        return ["# Filesystems at the places where the rules above know them, and those that hold nothing of the host's."]
            + [
                "mount fstype=proc -> /proc/,", "mount fstype=sysfs -> /sys/,", "mount fstype=devpts -> /dev/pts/,",
                "mount fstype=mqueue -> /dev/mqueue/,", "mount fstype=hugetlbfs -> /dev/hugepages/,",
                "mount fstype=fusectl -> /sys/fs/fuse/connections/,", "mount fstype=(tmpfs, ramfs, fuse, fuse.*),", "",
                "# How mounts spread.",
            ] + propagation.map { "mount options=\($0)," } + [
                "", "# What is mounted in memory may change; other filesystems are the host's too.",
            ]
            + remounts("rw, remount", where: " -> /{run,tmp,dev/shm}{,/**}") + [
                "", "# Whatever is not of proc, sysfs or the devices may be shown elsewhere.",
            ] + ["bind", "rbind", "move"].flatMap { how in sources.map { "mount options=(rw, \(how)) \($0)," } }
    }

    /// Rules for a remount with any of the options that take rights away: a rule that allows any subset of options would also allow none.
    private static func remounts(_ options: String, where place: String) -> [String] {
        let times = ["", ", relatime", ", noatime", ", strictatime"]
        return times.flatMap { time in
            (0..<8).map { (set: Int) in
                let rights = [", nosuid", ", nodev", ", noexec"].enumerated().filter { set & 1 << $0.offset != 0 }.map {
                    $0.element
                }
                return "mount options=(\(options)\(rights.joined())\(time))\(place),"
            }
        }
    }

    /// A cgroup namespace hides the host's groups, so the hierarchies can be mounted.
    static let cgroups = ["# Seen from a cgroup namespace.", "mount fstype=(cgroup, cgroup2) -> /sys/fs/cgroup/{,**},"]

    /// Filesystems on block devices, for a container that has some.
    static let blockDevices = [
        "# Disks that the container was given.", "mount fstype=(ext2, ext3, ext4, xfs, btrfs, vfat, iso9660, squashfs),",
    ]

    /// What starts containers in a container: their mounts, and a root directory of their own.
    ///
    /// The complete proc and sysfs that the kernel wants to see before it mounts others stay out of reach themselves.
    static let nesting = [
        "# Containers in the container.", "mount,", "pivot_root,",
        "deny mount options=(ro, remount) -> /,", "deny mount options=(ro, remount, silent) -> /,", "deny /dev/.lxc/proc/** rwklx,",
        "deny /dev/.lxc/sys/** rwklx,",
    ]
}
