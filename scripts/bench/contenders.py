# SPDX-License-Identifier: Apache-2.0
"""The sides: how each of them does an operation."""

import json
import os
import shutil
import subprocess
import time


class Skip(Exception):
    """Why a side takes no part."""


class Failed(Exception):
    """A command that had to succeed did not."""


def must(command, **more):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if result.returncode != 0:
        raise Failed(f"{' '.join(command)}: status {result.returncode}: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout


class Operation:
    """One command to measure, and what must be done before each run and around all of them."""

    def __init__(self, command, prepare=None, before=None, after=None, surround=()):
        self.command, self.prepare, self.surround = command, prepare, list(surround)
        self.before = before or (lambda: None)
        self.after = after or (lambda: None)


def rested(command):
    """The command, and time for the kernel to finish what it has begun."""
    return ["sh", "-c", '"$@"; sleep 0.1', "sh", *command]


class Lxc:
    """The lxc-* tools of one folder, ours or C LXC's."""

    def __init__(self, name, folder, place):
        self.name, self.folder, self.place = name, folder, place
        if not os.path.exists(f"{folder}/lxc-start"):
            raise Skip(f"{name}: there is no {folder}/lxc-start (apt-get install lxc)" if name != "ours" else f"no {folder}/lxc-start")
        if name != "ours" and os.path.islink(f"{folder}/lxc-start"):
            raise Skip(f"{name}: {folder}/lxc-start is not C LXC's")
        self.version = must([f"{folder}/lxc-start", "--version"]).strip()
        # Names tell whose cgroups are whose; "lxcbench" is what the cleaning looks for.
        self.tag = f"lxcbench{os.getpid()}{'o' if name == 'ours' else 'c'}"
        self.lxcpath = f"{place.folder}/{self.tag}"
        os.mkdir(self.lxcpath)
        self.one = f"{self.tag}-one"
        place.write_container(self.lxcpath, self.one)
        self.bridged = f"{self.tag}-bridged"
        place.write_container(self.lxcpath, self.bridged, on_bridge=0 if name == "ours" else 1)
        self.confined = f"{self.tag}-confined"
        place.write_container(self.lxcpath, self.confined, confined=True)
        place.undo.append(self._stop_all)

    def tool(self, tool, *words):
        return [f"{self.folder}/lxc-{tool}", "-P", self.lxcpath, *words]

    def _stop_all(self):
        for name in os.listdir(self.lxcpath):
            subprocess.run(self.tool("stop", "-k", "-n", name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _start(self, name=None):
        must(self.tool("start", "-d", "-n", name or self.one))

    def _stop(self, name=None):
        subprocess.run(self.tool("stop", "-k", "-n", name or self.one), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def operation(self, which, many):
        if which in ("copy", "copy-snapshot", "destroy"):
            return self._copying(which)
        if which in ("autostart", "autostart-veth"):
            return self._autostart(which == "autostart-veth", many)
        start = self.tool("start", "-d", "-n", self.one)
        stop = self.tool("stop", "-k", "-n", self.one)
        running = {"before": self._start, "after": self._stop}
        crowd = {"before": lambda: self._start_many(many), "after": self._stop_all}
        start_bridged = self.tool("start", "-d", "-n", self.bridged)
        stop_bridged = self.tool("stop", "-k", "-n", self.bridged)
        fresh = f"{self.tag}-fresh"
        destroy = self.tool("destroy", "-n", fresh)
        return {
            "start": lambda: Operation(start, prepare=rested(stop), before=self._start, after=self._stop),
            "start-busy": lambda: Operation(start, prepare=stop, before=self._start, after=self._stop),
            "start-confined": lambda: Operation(
                self.tool("start", "-d", "-n", self.confined),
                prepare=rested(self.tool("stop", "-k", "-n", self.confined)),
                before=lambda: self._start(self.confined),
                after=lambda: self._stop(self.confined),
            ),
            "stop": lambda: Operation(stop, prepare=start),
            "start-veth": lambda: Operation(
                start_bridged, prepare=rested(stop_bridged), before=lambda: self._start(self.bridged), after=lambda: self._stop(self.bridged)
            ),
            "start-veth-busy": lambda: Operation(
                start_bridged, prepare=stop_bridged, before=lambda: self._start(self.bridged), after=lambda: self._stop(self.bridged)
            ),
            "stop-veth": lambda: Operation(stop_bridged, prepare=start_bridged),
            "execute": lambda: Operation(self.tool("execute", "-n", self.one, "--", "/bin/true"), prepare=rested(["true"])),
            "execute-busy": lambda: Operation(self.tool("execute", "-n", self.one, "--", "/bin/true")),
            "attach": lambda: Operation(self.tool("attach", "-n", self.one, "--", "/bin/true"), **running),
            "info": lambda: Operation(self.tool("info", "-s", "-n", self.one), **running),
            "create": lambda: Operation(
                self.tool("create", "-n", fresh, "-t", "busybox", "-f", "/dev/null"),
                prepare=destroy,
                before=lambda: must(self.tool("create", "-n", fresh, "-t", "busybox", "-f", "/dev/null")),
                after=lambda: must(destroy),
            ),
            "ls-100": lambda: Operation(self.tool("ls"), **crowd),
            "ls-f-100": lambda: Operation(self.tool("ls", "-f"), **crowd),
        }[which]()

    def _copying(self, which):
        """Of one Debian root filesystem, the same for all sides."""
        source, copy = f"{self.tag}-debian", f"{self.tag}-copy"
        if not os.path.exists(f"{self.lxcpath}/{source}"):
            # C LXC copies only what lies in a folder with the container's name.
            rootfs = f"{self.lxcpath}/{source}/rootfs"
            self.place.write_container(self.lxcpath, source, rootfs=rootfs)
            os.mkdir(rootfs)
            must(["mount", "--bind", self.place.debian(), rootfs])
            self.place.undo.append(lambda: must(["umount", rootfs]))
        destroy = self.tool("destroy", "-n", copy)
        make = self.tool("copy", "-n", source, "-N", copy)
        gone = {"after": lambda: subprocess.run(destroy, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)}
        if which == "destroy":
            return Operation(destroy, prepare=make)
        return Operation([*make, "-s"] if which == "copy-snapshot" else make, prepare=destroy, before=lambda: must(make), **gone)

    def _autostart(self, on_bridge, many):
        """Of containers in a folder of their own, with the same order and without a delay."""
        path = f"{self.lxcpath}-auto{'-veth' if on_bridge else ''}"
        for number in range(many):
            # Beyond the numbers of those that lxc-ls looks at.
            address = 2 + 2 * (many + number) + (self.name == "ours") if on_bridge else None
            self.place.write_container(path, f"{self.tag}-{number:03}", on_bridge=address, autostart=True)
        start = [f"{self.folder}/lxc-autostart", "-P", path]
        stop = [*start, "-k"]
        self.place.undo.append(lambda: subprocess.run(stop, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return Operation(start, prepare=rested(stop), before=lambda: must(start), after=lambda: must(stop))

    def _start_many(self, count):
        for number in range(count):
            name = f"{self.tag}-{number:03}"
            if not os.path.exists(f"{self.lxcpath}/{name}"):
                self.place.write_container(self.lxcpath, name, on_bridge=2 + 2 * number + (self.name == "ours"))
            self._start(name)

    def supervisor_memory(self):
        """kB that one more running container costs: the dirty private pages of the process that stays behind.

        Clean pages are the program file itself, which all supervisors share as soon as there are two.
        """
        self._start()
        try:
            # Both give memory back a moment after the start, if they do at all.
            time.sleep(1)
            title = f"[lxc monitor] {self.lxcpath} {self.one}"
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{pid}/cmdline") as file:
                        words = file.read().replace("\0", " ").strip()
                    if words != title:
                        continue
                    with open(f"/proc/{pid}/smaps_rollup") as file:
                        return sum(int(line.split()[1]) for line in file if line.startswith("Private_Dirty"))
                except FileNotFoundError:
                    continue
            raise Failed(f"no process is called {title}")
        finally:
            self._stop()


class Crun:
    """crun, for the one operation that it shares with lxc-execute."""

    def __init__(self, name, place):
        self.name = name
        program = shutil.which("crun")
        if not program:
            raise Skip("crun: not installed (apt-get install crun)")
        self.program = program
        self.version = must([program, "--version"]).split("\n")[0].split()[-1]
        self.bundle = f"{place.folder}/bundle"
        os.mkdir(self.bundle)
        self.identity = f"lxcbench{os.getpid()}r"
        config = json.loads(self._default_config())
        config["process"]["args"] = ["/bin/true"]
        config["process"]["terminal"] = False
        config["root"] = {"path": place.rootfs, "readonly": False}
        with open(f"{self.bundle}/config.json", "w") as file:
            json.dump(config, file)
        self.surround = self._surround()

    def _surround(self):
        """crun refuses a host with both kinds of cgroup hierarchy; it is measured where the empty unified one cannot be seen."""
        for surround in [], ["unshare", "-m", "sh", "-c", "umount /sys/fs/cgroup/unified && exec \"$@\"", "--"]:
            result = subprocess.run([*surround, *self._run()], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if result.returncode == 0:
                return surround
        raise Skip(f"crun: cannot run a container here: {result.stderr.strip()}")

    def _run(self):
        return [self.program, "run", "--bundle", self.bundle, self.identity]

    def _default_config(self):
        must([self.program, "spec"], cwd=self.bundle)
        with open(f"{self.bundle}/config.json") as file:
            return file.read()

    def operation(self, which, _many):
        if which == "execute":
            return Operation(self._run(), prepare=rested(["true"]), surround=self.surround)
        if which == "execute-busy":
            return Operation(self._run(), surround=self.surround)
        return None

    def supervisor_memory(self):
        return None  # crun leaves none


class CoreUtils:
    """cp -a and rm -rf, which know nothing of containers."""

    def __init__(self, name, place):
        self.name, self.place, self.version = name, place, must(["cp", "--version"]).split("\n")[0].split()[-1]

    def operation(self, which, _many):
        if which not in ("copy", "destroy"):
            return None
        source, target = self.place.debian(), f"{self.place.folder}/cp-a"
        copy, remove = ["cp", "-a", source, target], ["rm", "-rf", target]
        return Operation(copy, prepare=remove, after=lambda: must(remove)) if which == "copy" else Operation(remove, prepare=copy)

    def supervisor_memory(self):
        return None
