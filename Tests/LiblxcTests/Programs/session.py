# SPDX-License-Identifier: Apache-2.0
"""What Python programs of the first users do, with Debian's module `lxc`; prints one line for each step.

usage: session.py LXCPATH NAME
"""
import sys

import lxc

path, name = sys.argv[1:]


def show(what, value):
    print("%s: %s" % (what, value), flush=True)


c = lxc.Container(name, path)
show("defined", c.defined)
show("create", c.create("busybox", lxc.LXC_CREATE_QUIET, ()))
show("defined", c.defined)
show("clear network", c.network.remove(0) if len(c.network) else True)
show("add network", c.network.add("empty"))
show("networks", len(c.network))
show("save", c.save_config())
show("start", c.start())
show("start again", c.start())
show("state", c.state)
show("pid", c.init_pid > 0)
show("running", c.running)
show("interfaces", c.get_interfaces())
show("addresses", c.get_ips())


def print_hostname():
    with open("/etc/hostname") as file:
        print("Hostname: %s" % file.read().strip(), flush=True)
    return 3


show("function", c.attach_wait(print_hostname))
show("command", c.attach_wait(lxc.attach_run_command, ["sh", "-c", "exit 4"]))
show("no command", c.attach_wait(lxc.attach_run_command, ["no-such-program"]))
show("running item", c.get_running_config_item("lxc.uts.name") == name)
show("unknown item", "lxc.nothing" in c.get_keys())
show("freeze", c.freeze())
show("state", c.state)
show("unfreeze", c.unfreeze())
show("listed", [found.name == name for found in lxc.list_containers(as_object=True, config_path=path)])
show("stop", c.stop())
show("stop again", c.stop())
clone = c.clone(name + "c", config_path=path, bdevtype="overlayfs", flags=lxc.LXC_CLONE_SNAPSHOT)
show("clone", clone.defined)
show("rootfs", clone.get_config_item("lxc.rootfs.path").replace(path, "P"))
second = clone.clone(name + "d", config_path=path, bdevtype="overlayfs", flags=lxc.LXC_CLONE_SNAPSHOT)
show("clone of the clone", second.defined)
show("destroy", second.destroy())
show("destroy", clone.destroy())
show("snapshot", c.snapshot())
show("snapshots", [entry[0] for entry in c.snapshot_list()])
show("restore", c.snapshot_restore("snap0"))
show("destroy snapshot", c.snapshot_destroy("snap0"))
show("destroy", c.destroy())
show("defined", c.defined)
