"""Runs one command and measures it alone: wall time, CPU time and peak memory of that process and its children.

A small interpreter of its own starts the command: the kernel counts the memory of the process that starts another one
towards the other's peak, so a large parent would show up in the figures. The floor that remains is about 8 MiB.
"""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

STARTER = """
import posix, sys, time
log, out = sys.argv[1], sys.argv[2]
begin = time.perf_counter()
pid = posix.fork()
if pid == 0:
    try:
        posix.dup2(posix.open("/dev/null", posix.O_RDONLY), 0)
        posix.dup2(posix.open(log, posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC, 0o644), 1)
        posix.dup2(1, 2)
        posix.execv(sys.argv[3], sys.argv[3:])
    finally:
        posix._exit(127)
_, status, use = posix.wait4(pid, 0)
wall = time.perf_counter() - begin
text = "%f %f %f %d %d" % (wall, use.ru_utime, use.ru_stime, use.ru_maxrss, posix.waitstatus_to_exitcode(status))
posix.write(posix.open(out, posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC, 0o644), text.encode())
"""


class Failed(Exception):
    """A command ended with an error, or what it did is not what it should have done."""


@dataclass
class Cost:
    wall: float  # seconds
    user: float  # CPU seconds outside the kernel
    system: float  # CPU seconds in the kernel
    peak: float  # MiB, resident
    server: float = 0.0  # CPU seconds that the server took meanwhile

    @property
    def cpu(self):
        return self.user + self.system


def run(argv, env, scratch, timeout=900):
    """Runs argv[0] (a path) with the rest and returns its Cost; Failed with the end of its output if it fails."""
    log, out = os.path.join(scratch, "client.log"), os.path.join(scratch, "client.cost")
    starter = subprocess.Popen([sys.executable, "-I", "-S", "-c", STARTER, log, out, *argv],
                               env=env, cwd=scratch, start_new_session=True)
    try:
        starter.wait(timeout)
    except BaseException as stop:
        os.killpg(starter.pid, signal.SIGKILL)
        starter.wait()
        if isinstance(stop, subprocess.TimeoutExpired):
            raise Failed(f"{' '.join(argv)}: not done after {timeout} s") from None
        raise
    with open(out) as f:
        wall, user, system, peak, code = f.read().split()
    if code != "0":
        with open(log, errors="replace") as f:
            raise Failed(f"{' '.join(argv)}: ended with {code}\n{f.read()[-2000:]}")
    return Cost(float(wall), float(user), float(system), int(peak) / 1024)
