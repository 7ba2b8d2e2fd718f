# SPDX-License-Identifier: Apache-2.0
"""The files that all sides use, and their removal."""

import os
import platform
import shutil
import subprocess
import tempfile

CONFIG = """\
lxc.rootfs.path = dir:{rootfs}
lxc.uts.name = {name}
lxc.signal.halt = SIGUSR1
lxc.signal.reboot = SIGTERM
lxc.autodev = 1
lxc.tty.max = 2
lxc.pty.max = 1024
lxc.cap.drop = sys_module mac_admin mac_override sys_time
lxc.mount.auto = cgroup:mixed proc:mixed sys:mixed
lxc.mount.entry = shm dev/shm tmpfs rw,nosuid,nodev,mode=1777,create=dir 0 0
"""
DEVICES = ["c *:* m", "b *:* m"] + [f"c {number} rwm" for number in "1:3 1:5 1:7 1:8 1:9 5:0 5:1 5:2 136:* 10:229".split()]
# What the shipped common.conf asks for, and some limits; the policy is the one of Debian's package for all sides.
CONFINEMENT = (
    "lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio\n"
    "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp\n"
    "lxc.cgroup.devices.deny = a\n" + "".join(f"lxc.cgroup.devices.allow = {rule}\n" for rule in DEVICES) + "lxc.cgroup.pids.max = 200\n"
    "lxc.cgroup.memory.limit_in_bytes = 268435456\nlxc.cgroup.cpu.shares = 512\nlxc.prlimit.nofile = 1024\n"
    "lxc.mount.auto = cgroup:mixed proc:mixed sys:mixed\n"
)
NO_NETWORK = "lxc.net.0.type = empty\n"
BRIDGE = "lxcbench0"
ON_THE_BRIDGE = f"""\
lxc.net.0.type = veth
lxc.net.0.link = {BRIDGE}
lxc.net.0.flags = up
lxc.net.0.ipv4.address = 10.211.{{high}}.{{low}}/16
"""


class Surroundings:
    """A folder in /tmp with one busybox root filesystem; gone when the `with` block ends, however it ends."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="lxc-bench-")
        os.chmod(self.folder, 0o755)
        self.rootfs = f"{self.folder}/rootfs"
        self.undo = []
        self.debian_rootfs = None
        self._make_rootfs()
        return self

    def __exit__(self, *_):
        for action in reversed(self.undo):
            action()
        self._remove_cgroups()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_rootfs(self):
        busybox = shutil.which("busybox")
        if not busybox:
            raise SystemExit("bench: no busybox; apt-get install busybox-static")
        for name in ("bin", "sbin", "etc", "proc", "sys", "dev", "tmp", "root", "usr/bin", "lib", "run"):
            os.makedirs(f"{self.rootfs}/{name}")
        shutil.copy(busybox, f"{self.rootfs}/bin/busybox")
        for applet in subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split():
            if applet != "busybox":
                os.symlink("busybox", f"{self.rootfs}/bin/{applet}")
        os.symlink("../bin/busybox", f"{self.rootfs}/sbin/init")
        for name, text in {
            "inittab": "::sysinit:/bin/true\nconsole::askfirst:-/bin/sh\n",
            "passwd": "root:x:0:0:root:/root:/bin/sh\n",
            "group": "root:x:0:\n",
        }.items():
            with open(f"{self.rootfs}/etc/{name}", "w") as file:
                file.write(text)

    def debian(self):
        """A Debian root filesystem of some 270 MB and 12,000 files, made with debootstrap once for the checkout."""
        if not self.debian_rootfs:
            path = os.path.abspath(f"{os.path.dirname(__file__)}/../../.local/bench-debian")
            if not os.path.exists(f"{path}/complete"):
                shutil.rmtree(path, ignore_errors=True)
                packages = "--include=perl,python3-minimal,vim-tiny,openssh-client,iproute2,less,man-db,rsyslog"
                subprocess.run(
                    ["debootstrap", "--variant=minbase", packages, "bookworm", f"{path}/rootfs"],
                    check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                )
                open(f"{path}/complete", "w").close()
            self.debian_rootfs = f"{path}/rootfs"
        return self.debian_rootfs

    def write_container(self, lxcpath, name, on_bridge=None, rootfs=None, confined=False, autostart=False):
        """`on_bridge`: a number, different for each container that has a veth on the bridge."""
        os.makedirs(f"{lxcpath}/{name}", mode=0o770)
        network = NO_NETWORK
        if on_bridge is not None:
            self._make_bridge()
            network = ON_THE_BRIDGE.format(high=1 + on_bridge // 250, low=1 + on_bridge % 250)
        with open(f"{lxcpath}/{name}/config", "w") as file:
            file.write(CONFIG.format(rootfs=rootfs or self.rootfs, name=name) + network + (CONFINEMENT if confined else ""))
            if autostart:
                file.write("lxc.start.auto = 1\n")

    def _make_bridge(self):
        if not os.path.exists(f"/sys/class/net/{BRIDGE}"):
            subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)
            self.undo.insert(0, lambda: subprocess.run(["ip", "link", "del", BRIDGE], check=True))
            subprocess.run(["ip", "link", "set", BRIDGE, "up"], check=True)

    def _remove_cgroups(self):
        """C LXC leaves the monitors' cgroups behind; all our containers have "lxcbench" in their names."""
        for folder, names, _ in os.walk("/sys/fs/cgroup", topdown=False):
            for name in names:
                if "lxcbench" in name:
                    try:
                        os.rmdir(f"{folder}/{name}")
                    except OSError:
                        pass  # still in use, which the next run would show

    @staticmethod
    def description():
        with open("/proc/cpuinfo") as file:
            models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
        return {
            "kernel": platform.release(),
            "processors": os.cpu_count(),
            "model": models[0] if models else platform.machine(),
            "load": os.getloadavg()[0],
        }
