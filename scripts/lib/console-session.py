#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uses lxc-console on a terminal as a person would: connects, presses return, sees an answer, leaves with ctrl-a q.

usage: console-session.py TITLE PROGRAM ARGUMENT...
"""
import os
import pty
import select
import sys
import time


def main() -> int:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.argv[2], [sys.argv[1]] + sys.argv[3:])
    seen = b""

    def expect(what: bytes, start: int) -> int:
        """Reads until some text comes behind a place; gives the place behind it."""
        nonlocal seen
        end = time.monotonic() + 10
        while what not in seen[start:]:
            if time.monotonic() > end or not select.select([terminal], [], [], 1)[0]:
                if time.monotonic() > end:
                    raise SystemExit(f"never showed {what!r}; it showed {seen!r}")
                continue
            try:
                seen += os.read(terminal, 4096)
            except OSError:
                raise SystemExit(f"ended; it showed {seen!r}")
        return seen.index(what, start) + len(what)

    place = expect(b"onnected to tty 1", 0)
    os.write(terminal, b"\r")
    expect(b"\r\n", expect(b"\r\n", place))
    os.write(terminal, b"\x01q")
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                os.read(terminal, 4096)
            except OSError:
                pass
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    raise SystemExit("ctrl-a q did not end it")


if __name__ == "__main__":
    sys.exit(main())
