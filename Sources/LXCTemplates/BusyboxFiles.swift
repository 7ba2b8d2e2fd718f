// SPDX-License-Identifier: Apache-2.0

/// The text files of a busybox container.
enum BusyboxFiles {
    /// One file: its place beneath the root, its permission bits and its content.
    struct File: Sendable {
        let path: String
        let mode: UInt32
        let content: String
    }

    static func all(name: String) -> [File] {
        [
            File(path: "etc/inittab", mode: 0o644, content: inittab),
            File(path: "etc/init.d/rcS", mode: 0o755, content: startScript),
            File(path: "etc/passwd", mode: 0o644, content: "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
            File(path: "etc/group", mode: 0o644, content: "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n"),
            // Nobody logs in with a password until one is set.
            File(path: "etc/shadow", mode: 0o600, content: "root:*:::::::\nnobody:*:::::::\n"),
            File(path: "etc/fstab", mode: 0o644, content: ""),
            File(path: "etc/hostname", mode: 0o644, content: name + "\n"),
            File(path: "etc/hosts", mode: 0o644, content: "127.0.0.1 localhost\n::1 localhost\n"),
            File(path: "etc/udhcpc/default.script", mode: 0o755, content: addressScript),
        ]
    }

    // "askfirst" waits for the Enter key, so a console that nobody watches costs no shell.
    private static let inittab = """
        ::sysinit:/etc/init.d/rcS
        console::askfirst:-/bin/sh
        tty1::askfirst:-/bin/sh
        tty2::askfirst:-/bin/sh

        """

    private static let startScript = """
        #!/bin/sh
        # Runs once, when the container starts.
        syslogd
        mount -a
        # eth0 asks for an address unless LXC has given it one; in the background, so that the start goes on.
        if [ -e /sys/class/net/eth0 ] && ! ip -4 -o addr show dev eth0 | grep -q inet; then
            udhcpc -b -i eth0 -s /etc/udhcpc/default.script > /dev/null 2>&1 &
        fi

        """

    private static let addressScript = """
        #!/bin/sh
        # Called by udhcpc with what happened; the values are in the environment.
        case $1 in
            deconfig)
                ip addr flush dev "$interface"
                ip link set "$interface" up
                ;;
            bound | renew)
                ip addr flush dev "$interface"
                ip addr add "$ip/${mask:-24}" dev "$interface"
                for gateway in $router; do
                    ip route add default via "$gateway" dev "$interface" && break
                done
                {
                    [ -z "$domain" ] || echo "search $domain"
                    for server in $dns; do echo "nameserver $server"; done
                } > /etc/resolv.conf
                ;;
        esac

        """
}
