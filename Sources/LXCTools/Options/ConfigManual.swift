// SPDX-License-Identifier: Apache-2.0
import LXCConfig

/// The manual pages of section 5, made of the tables that the configuration is read with.
package enum ConfigManual: String, CaseIterable {
    case container = "lxc.container.conf"
    case system = "lxc.system.conf"

    /// The page in the man(7) language.
    package var text: String {
        switch self {
        case .container: Self.containerPage
        case .system: Self.systemPage
        }
    }

    private static func head(_ name: String, _ summary: String) -> String {
        ".TH \(name.uppercased()) 5 \"\(ToolVersion.day)\" \"LXC \(ToolVersion.text)\" \"LXC\"\n.SH NAME\n\(name) \\- \(summary)\n"
    }

    // MARK: - A container

    private static var containerPage: String {
        var text = head("lxc.container.conf", "configuration of a container") + ".SH DESCRIPTION\n"
        text += paragraphs([
            "A container's configuration is the file config in its directory, LXCPATH/NAME/config. Each line is a key, an equals sign and a "
                + "value; blanks around them do not count. Lines that begin with # are comments. A line that ends with a backslash goes on "
                + "in the next one.",
            "An empty value takes back what was said before: a list is emptied, any other key has its default again. Of a key that has "
                + "one value the last line counts; a key that is a list takes one entry from each line, or several with blanks between them.",
            "Names of all releases since 1.0 are understood, and stay in a file that is saved. lxc-update-config(1) writes today's. A name "
                + "that is not known is an error with its file, line and column.",
            "New containers get what the file named by lxc.default_config in lxc.system.conf(5) says, or the file of lxc-create -f.",
        ])
        var family = ""
        for key in KeyRegistry.keys {
            let word = key.name.split(separator: ".").dropFirst().first.map(String.init) ?? ""
            if word != family {
                family = word
                text += ".SH \(title(word))\n"
            }
            text += entry(key)
        }
        text += """
            .SH EXAMPLE
            .nf
            lxc.include = /usr/share/lxc/config/common.conf
            lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs
            lxc.uts.name = web
            lxc.net.0.type = veth
            lxc.net.0.link = lxcbr0
            lxc.net.0.flags = up
            lxc.cgroup2.memory.max = 512M
            lxc.mount.entry = /srv/web srv none bind,create=dir 0 0
            .fi

            """
        return text + ".SH SEE ALSO\n.BR lxc\\-create (1),\n.BR lxc\\-start (1),\n.BR lxc\\-update\\-config (1),\n.BR lxc.system.conf (5)\n"
    }

    /// `N` of a network device and the free part of a tree are shown as what they are.
    private static func entry(_ key: ConfigKey) -> String {
        let name = key.form == .tree ? key.name + ".NAME" : key.name
        let unit =
            switch key.form {
            case .branch, .retired: ""
            default: key.unit == .none ? "" : " = " + key.unit.rawValue
            }
        var text = ".TP\n.BI \(ManualPage.escaped(name)) \"\(ManualPage.escaped(unit))\"\n"
        var words = key.documentation
        if key.form == .list { words += " May be given several times." }
        if !key.historic.isEmpty { words += " Once called \(key.historic.joined(separator: ", "))." }
        text += ManualPage.paragraph(words)
        return text
    }

    private static func title(_ word: String) -> String {
        let titles = [
            "apparmor": "AppArmor", "arch": "Architecture", "autodev": "Devices", "cap": "Capabilities", "cgroup": "Control groups",
            "cgroup2": "Control groups, version 2", "console": "Console", "environment": "Environment",
            "ephemeral": "Containers for one run",
            "execute": "Command of lxc-execute", "group": "Groups", "hook": "Hooks", "idmap": "Users and groups of its own",
            "include": "Other files", "init": "Init", "keyring": "Keyring", "log": "Log", "monitor": "Supervisor", "mount": "Mounts",
            "namespace": "Namespaces", "net": "Network", "no_new_privs": "Privileges", "prlimit": "Resource limits",
            "proc": "Settings in proc",
            "pty": "Pseudoterminals", "rootfs": "Root filesystem", "sched": "Scheduling", "seccomp": "System calls", "selinux": "SELinux",
            "signal": "Signals", "start": "Start with the machine", "sysctl": "Kernel settings", "time": "Clocks", "tty": "Terminals",
            "uts": "Host name",
        ]
        return ManualPage.escaped((titles[word] ?? "Without an effect today").uppercased())
    }

    // MARK: - The system

    private static var systemPage: String {
        var text = head("lxc.system.conf", "settings of all containers") + ".SH DESCRIPTION\n"
        text += paragraphs([
            "The file is lxc.conf in the folder of settings (/etc/lxc/lxc.conf; ~/.config/lxc/lxc.conf for users who are not root). Each line is "
                + "a key, an equals sign and a value; of several lines with one key the first counts. lxc-config(1) prints what is in effect."
        ])
        text += ".SH KEYS\n"
        for item in SystemConfigItem.allCases {
            text += ".TP\n.B \(ManualPage.escaped(item.rawValue))\n" + ManualPage.paragraph(Self.meaning(item))
        }
        return text + ".SH SEE ALSO\n.BR lxc\\-config (1),\n.BR lxc.container.conf (5)\n"
    }

    private static func meaning(_ item: SystemConfigItem) -> String {
        switch item {
        case .defaultConfig: "File whose lines new containers get."
        case .containerPath: "Folder of the containers. Once called lxcpath."
        case .volumeGroup: "Volume group of LVM for new containers."
        case .thinPool: "Thin pool in that group, where it has one."
        case .zfsRoot: "Dataset of ZFS below which new containers have theirs."
        case .rbdPool: "Pool of Ceph for new containers."
        case .rbdUser: "Who asks Ceph."
        case .cgroupUse: "Controllers that are used, with commas between them; @all, or nothing said, for all that there are."
        case .cgroupPattern: "Where containers have their cgroups: %n stands for the container's name."
        case .startOrderRule:
            "highest-first (the default): lxc-autostart begins with the container of the highest lxc.start.order, as C LXC does; lowest-first "
                + "is the other way round."
        case .attachEnvironment: "keep (the default) or clear: whether programs of lxc-attach get the caller's environment."
        }
    }

    private static func paragraphs(_ texts: [String]) -> String {
        texts.map { ManualPage.paragraph($0) }.joined(separator: ".PP\n")
    }
}
