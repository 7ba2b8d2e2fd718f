#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures our tools, C LXC's and crun side by side, and prints how they compare.

Every operation is measured in alternating rounds (ours, theirs, ours, ...), so that a busy moment of the machine hits all sides.
The same root filesystem and the same configuration are used by all. Medians of all rounds count. A side that is not installed is
left out with a reason. Everything is undone at the end.
"""

import argparse
import json
import os
import sys

sys.dont_write_bytecode = True  # the checkout stays as it is

from contenders import CoreUtils, Crun, Lxc, Skip
from measure import Bench, format_table, memory_row
from surroundings import Surroundings

# operation: (what is measured, runs in each round, the most that "ours / C LXC" may be)
OPERATIONS = {
    # A machine at rest is where people start containers; straight after a stop the kernel is still taking the last one apart, and
    # whoever waits for its grace periods finds them under way.
    "start": ("lxc-start -d, no network", 10, 0.50),
    "start-busy": ("  the same straight after a stop", 10, 0.50),
    "start-veth": ("lxc-start -d, veth on a bridge", 10, 0.50),
    "start-veth-busy": ("  the same straight after a stop", 10, 0.50),
    "start-confined": ("  with seccomp, device rules, limits", 10, 0.50),
    "stop": ("lxc-stop -k, no network", 10, None),
    "stop-veth": ("lxc-stop -k, veth on a bridge", 10, 0.15),
    "autostart": ("lxc-autostart of {many}, no network", 1, 0.67),
    "autostart-veth": ("lxc-autostart of {many}, veth on a bridge", 1, 0.67),
    "execute": ("lxc-execute -- /bin/true", 10, 0.50),
    "execute-busy": ("  the same again and again", 10, 0.50),
    "attach": ("lxc-attach -- /bin/true", 20, 0.60),
    "info": ("lxc-info -s", 20, 0.80),
    "create": ("lxc-create -t busybox", 5, 0.15),
    "ls-100": ("lxc-ls, {many} running", 10, 0.30),
    "ls-f-100": ("lxc-ls -f, {many} running", 5, 0.15),
    "copy": ("lxc-copy of a Debian root filesystem", 3, 0.50),
    "copy-snapshot": ("lxc-copy -s of it", 60, 0.20),
    "destroy": ("lxc-destroy of the copy", 3, None),
}
MEMORY_BUDGET_KB = 150


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ours", required=True, metavar="PREFIX", help="where our programs are installed")
    parser.add_argument("--rounds", type=int, default=5, help="alternating rounds for each operation (5)")
    parser.add_argument("--many", type=int, default=100, help="containers that run while lxc-ls is measured (100)")
    parser.add_argument("--only", metavar="LIST", help="operations, separated by commas: " + ",".join([*OPERATIONS, "memory"]))
    parser.add_argument("--json", metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--strict", action="store_true", help="end with status 1 when a budget is missed")
    return parser.parse_args()


def main():
    options = arguments()
    if os.geteuid() != 0:
        sys.exit("bench: needs root")
    wanted = options.only.split(",") if options.only else [*OPERATIONS, "memory"]
    unknown = [name for name in wanted if name not in OPERATIONS and name != "memory"]
    if unknown:
        sys.exit(f"bench: no operation is called {', '.join(unknown)}")

    with Surroundings() as place:
        sides, skipped = [], []
        for make in (
            lambda: Lxc("ours", f"{options.ours}/bin", place),
            lambda: Lxc("C LXC", "/usr/bin", place),
            lambda: Crun("crun", place),
            lambda: CoreUtils("coreutils", place),
        ):
            try:
                sides.append(make())
            except Skip as reason:
                skipped.append(str(reason))
        if not any(side.name == "ours" for side in sides):
            sys.exit("bench: " + "; ".join(skipped))

        rows = []
        for name in wanted:
            if name == "memory":
                rows.append(memory_row(sides, MEMORY_BUDGET_KB))
            else:
                title, runs, budget = OPERATIONS[name]
                rows.append(Bench(sides, options.rounds, options.many).row(name, title.format(many=options.many), runs, budget))
            print(f"  measured: {rows[-1]['title']}", file=sys.stderr)

    print(format_table(rows))
    for reason in skipped:
        print(f"left out: {reason}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"machine": place.description(), "rows": rows, "skipped": skipped}, file, indent=2)
            file.write("\n")
        print(f"written to {options.json}")
    broken = [row["title"] for row in rows if row["problems"]]
    missed = [row["title"] for row in rows if row["within"] is False]
    if broken or (options.strict and missed):
        sys.exit(1)


if __name__ == "__main__":
    main()
