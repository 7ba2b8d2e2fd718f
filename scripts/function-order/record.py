# SPDX-License-Identifier: Apache-2.0
"""Writes down which functions our programs call when they do what they are mostly asked for.

usage: record.py INSTALLED BUILD_DIR SOURCES

INSTALLED: a prefix (scripts/lib/install-private.sh) with the programs of BUILD_DIR. SOURCES: has a folder for each program, which gets a
file `functions.order` for the linker.
"""

import os
import signal
import sys

sys.path.insert(0, f"{os.path.dirname(__file__)}/../bench")
from surroundings import Surroundings
from tracer import Program, Tracer

# Where each program's main file is.
SOURCES = {"lxc": "lxc-multicall", "lxc-supervisor": "lxc-supervisor"}
PLACES = {"lxc": "bin/lxc", "lxc-supervisor": "libexec/lxc/lxc-supervisor"}

HEADER = """\
# SPDX-License-Identifier: Apache-2.0
# Written by `make function-order`: sections of functions in the order in which the linker puts them.
"""
# Functions without a name of their own: thunks, and the destruction of closures.
UNNAMED = ".text..L*"


class Session:
    """The commands, each under its own label."""

    def __init__(self, prefix, place, tracer):
        self.prefix, self.place, self.tracer = prefix, place, tracer
        self.lxcpath = f"{place.folder}/lxc"
        os.mkdir(self.lxcpath)

    def tool(self, tool, *words, label=None):
        status = self.tracer.run(label or tool, [f"{self.prefix}/bin/lxc-{tool}", "-P", self.lxcpath, *words])
        if status != 0:
            raise SystemExit(f"order: lxc-{tool} {' '.join(words)}: status {status}")

    def container(self, name, **more):
        name = f"lxcbench{os.getpid()}-{name}"
        self.place.write_container(self.lxcpath, name, **more)
        config = f"{self.lxcpath}/{name}/config"
        with open(config) as file:
            text = file.read()
        with open(config, "w") as file:
            # The bench's policy is the one of Debian's package; here ours will do.
            file.write(text.replace("/usr/share/lxc/", f"{self.prefix}/share/lxc/"))
        return name

    def run(self):
        plain, bridged, confined = self.container("plain"), self.container("bridged", on_bridge=0), self.container("confined", confined=True)
        for name in (plain, bridged, confined):
            self.tool("start", "-d", "-n", name)
            self.tool("attach", "-n", name, "--", "/bin/true")
            self.tool("info", "-n", name)
        self.tool("info", "-s", "-n", plain, label="state")
        self.tool("ls")
        self.tool("ls", "-f")
        self.tool("freeze", "-n", plain)
        self.tool("unfreeze", "-n", plain)
        self.tool("cgroup", "-n", plain, "pids.max")
        self.tool("wait", "-n", plain, "-s", "RUNNING")
        self.tool("stop", "-n", plain)
        for name in (bridged, confined):
            self.tool("stop", "-k", "-n", name, label="kill")
        self.tool("execute", "-n", plain, "--", "/bin/true")
        self._storage()
        self.container("auto", autostart=True)
        self.tool("autostart")
        self.tool("autostart", "-k")

    def _storage(self):
        made, copy, shared = (f"lxcbench{os.getpid()}-{name}" for name in ("made", "copy", "shared"))
        self.tool("create", "-n", made, "-t", "busybox", "-f", "/dev/null")
        self.tool("copy", "-n", made, "-N", copy)
        self.tool("copy", "-s", "-n", made, "-N", shared, label="share")
        self.tool("snapshot", "-n", copy)
        self.tool("snapshot", "-n", copy, "-L")
        self.tool("snapshot", "-n", copy, "-r", "snap0")
        self.tool("snapshot", "-n", copy, "-d", "ALL")
        for name in (shared, copy, made):
            self.tool("destroy", "-n", name)


def order(calls, program):
    """The names of the functions, those of the commands that call the fewest first: what they share with others is theirs.

    The shorter a command, the more of its time goes into the first use of each page.
    """
    called = [[address for owner, address in functions if owner is program] for functions in calls.values()]
    addresses = dict.fromkeys(address for functions in sorted(called, key=len) for address in functions)
    return [name for address in addresses for name in program.functions[address]]


def main(prefix, built, sources):
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(1))
    programs = [Program(f"{prefix}/{place}", f"{built}/{name}") for name, place in PLACES.items()]
    tracer = Tracer(programs)
    with Surroundings() as place:
        Session(prefix, place, tracer).run()
    for program in programs:
        names = order(tracer.calls, program)
        with open(f"{sources}/{SOURCES[program.name]}/functions.order", "w") as file:
            file.write(HEADER)
            file.writelines(f"{line}\n" for line in [UNNAMED, *(f".text.{name}" for name in names)])
        print(f"{program.name}: {len(names)} names of functions")


if __name__ == "__main__":
    main(*sys.argv[1:])
