# SPDX-License-Identifier: Apache-2.0
"""Which functions of our programs run, in the order of their first calls (x86_64).

A breakpoint stands at the beginning of each function and is taken out when it is hit: everything runs at nearly its usual speed, unlike
under an emulator, and every system call is the kernel's.
"""

import collections
import ctypes
import os
import re
import signal
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

# ptrace(2), <linux/ptrace.h>
TRACEME, CONT, GETREGS, SETREGS, DETACH, SETOPTIONS, GETEVENTMSG = 0, 7, 12, 13, 17, 0x4200, 0x4201
EVENT_FORK, EVENT_VFORK, EVENT_CLONE, EVENT_EXEC = 1, 2, 3, 4
EXITKILL = 1 << 20
OPTIONS = 1 << EVENT_FORK | 1 << EVENT_VFORK | 1 << EVENT_CLONE | 1 << EVENT_EXEC | EXITKILL
# Of user_regs_struct: 27 words, of which the 17th is rip.
WORDS, RIP = 27, 16
BREAKPOINT = 0xCC
WALL = 0x40000000


def ptrace(request, pid, address=0, data=0):
    if libc.ptrace(request, pid, address, data) == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"ptrace {request} of process {pid}: {os.strerror(error)}")


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class Program:
    """An installed program, and the names of its functions from the same one before it was stripped."""

    def __init__(self, installed, unstripped):
        self.name = os.path.basename(installed)
        status = os.stat(installed)
        # Not the path: the supervisor runs from a mount that lies nowhere.
        self.identity = (status.st_dev, status.st_ino)
        self.start, self.code = self._text(installed)
        if (self.start, self.code) != self._text(unstripped):
            raise SystemExit(f"order: {installed} is not what was built as {unstripped}; install it again")
        # Several names for one address: the compiler merges equal functions, and the section has the name of one of them.
        self.functions = collections.defaultdict(list)
        for line in output("nm", "--defined-only", "--no-sort", unstripped).splitlines():
            address, kind, name = line.split(" ", 2)
            address = int(address, 16)
            if kind in "tTwW" and self.start <= address < self.start + len(self.code):
                self.functions[address].append(name)
        planted = bytearray(self.code)
        for address in self.functions:
            planted[address - self.start] = BREAKPOINT
        self.planted = bytes(planted)

    @staticmethod
    def _text(path):
        """Where the code begins in memory, and the code."""
        address, offset, size = (
            int(number, 16) for number in re.search(r" \.text +PROGBITS +(\w+) +(\w+) +(\w+)", output("readelf", "-SW", path)).groups()
        )
        with open(path, "rb") as file:
            file.seek(offset)
            return address, file.read(size)


class Tracer:
    """Runs commands and keeps, in `calls`, for each label the functions of each program that were called."""

    def __init__(self, programs):
        self.programs = {program.identity: program for program in programs}
        # By label: (program, address of a function), in the order of the first calls.
        self.calls = collections.defaultdict(dict)
        self.label = None
        # By process: the program that it runs. A child may be reported before its parent's call is; it waits until it is known what it runs.
        self.traced = {}
        self.early = set()

    def run(self, label, command):
        """Returns the command's status; the processes that it leaves behind are traced further."""
        self.label = label
        first = os.fork()
        if first == 0:
            ptrace(TRACEME, 0)
            os.execv(command[0], command)
        while True:
            pid, status = os.waitpid(-1, WALL)
            if not os.WIFSTOPPED(status):
                self.traced.pop(pid, None)
                if pid == first:
                    return os.waitstatus_to_exitcode(status)
                continue
            try:
                self._stopped(pid, status >> 16, os.WSTOPSIG(status))
            except ProcessLookupError:
                pass  # It was killed while it stood; its end comes next.

    def _stopped(self, pid, event, number):
        if pid not in self.traced and number != signal.SIGTRAP:
            self.early.add(pid)
            return
        if pid not in self.traced:
            ptrace(SETOPTIONS, pid, 0, OPTIONS)
            self._executed(pid)
            return
        if event == EVENT_EXEC:
            self._executed(pid)
            return
        if event in (EVENT_FORK, EVENT_VFORK, EVENT_CLONE):
            message = ctypes.c_ulong()
            ptrace(GETEVENTMSG, pid, 0, ctypes.addressof(message))
            child = message.value
            self.traced[child] = self.traced[pid]
            if child in self.early:
                self.early.remove(child)
                ptrace(CONT, child)
        elif number == signal.SIGTRAP:
            self._called(pid)
        elif number != signal.SIGSTOP:
            ptrace(CONT, pid, 0, number)
            return
        ptrace(CONT, pid)

    def _executed(self, pid):
        status = os.stat(f"/proc/{pid}/exe")
        program = self.programs.get((status.st_dev, status.st_ino))
        self.traced[pid] = program
        if program is None:
            del self.traced[pid]
            ptrace(DETACH, pid)
            return
        self._write(pid, program.start, program.planted)
        ptrace(CONT, pid)

    def _called(self, pid):
        registers = (ctypes.c_ulong * WORDS)()
        ptrace(GETREGS, pid, 0, ctypes.addressof(registers))
        address, program = registers[RIP] - 1, self.traced[pid]
        if program is None or address not in program.functions:
            raise SystemExit(f"order: process {pid} trapped at {address:#x}, where no breakpoint is")
        self.calls[self.label].setdefault((program, address))
        offset = address - program.start
        self._write(pid, address, program.code[offset : offset + 1])
        registers[RIP] = address
        ptrace(SETREGS, pid, 0, ctypes.addressof(registers))

    @staticmethod
    def _write(pid, address, content):
        with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
            memory.seek(address)
            memory.write(content)
