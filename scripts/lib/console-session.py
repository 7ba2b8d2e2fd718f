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

    def shows(what: bytes, seconds: float) -> bool:
        """Reads until some text comes, or the time is over."""
        nonlocal seen
        end = time.monotonic() + seconds
        while what not in seen and time.monotonic() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    seen += os.read(terminal, 4096)
                except OSError:
                    raise SystemExit(f"ended; it showed {seen!r}")
        return what in seen

    if not shows(b"onnected to tty 1", 10):
        raise SystemExit(f"did not connect; it showed {seen!r}")
    # What is typed before lxc-console has set its terminal up is lost, so return is pressed until the shell inside answers.
    for _ in range(20):
        os.write(terminal, b"\r")
        if shows(b"# ", 0.5):
            break
    else:
        raise SystemExit(f"nobody answered inside; it showed {seen!r}")
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
