"""A prefix of a million keys on a terminal: how soon the first row is there, when the list is complete, what it takes,
and what keys cost meanwhile."""

import collections
import dataclasses
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import termios
import time
import urllib.request

from measure import Failed

SEQUENCE = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[ -/]*[0-~])")
ROW = b"measurement-0"  # what the name of every key in the bucket begins with
REPAINT, DOWN, END = b"\x0c", b"j", b"G"
PATIENCE = 120


@dataclasses.dataclass
class Look:
    """One program, looking at one prefix once. Times in seconds, peak in MiB, keys in ms of processor time."""

    first: float
    complete: float
    peak: float
    keys: list


class Terminal:
    """A program on a pseudo terminal of 120x40."""

    def __init__(self, argv, env, cwd):
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))

    def since(self):
        return time.monotonic() - self.began

    def send(self, keys):
        os.write(self.fd, keys)

    def read(self, patience):
        """What comes next within that many seconds, if anything."""
        if not select.select([self.fd], [], [], patience)[0]:
            return b""
        try:
            return os.read(self.fd, 1 << 16)
        except OSError:
            raise Failed("it ended by itself") from None

    def until(self, text):
        """Reads until the text was written; gives when."""
        out = b""
        while text not in out:
            if self.since() > PATIENCE:
                raise Failed(f"{text.decode()} did not appear within {PATIENCE} s")
            out = out[-200:] + self.read(1.0)
        return self.since()

    def screen(self):
        """The text of the whole screen, painted anew."""
        self.send(REPAINT)
        out, end = b"", time.monotonic() + 0.5
        while (piece := self.read(0.02 if out else 0.3)) and time.monotonic() < end:
            out += piece
        return SEQUENCE.sub(b"", out).decode(errors="replace")

    def spent(self):
        """Processor time, in ms, of the threads between a key and its bytes: the terminal's and the interface's."""
        total = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{task}/comm") as name:
                    ours = task == str(self.pid) or name.read().startswith("terminal-")
                if ours:
                    with open(f"/proc/{self.pid}/task/{task}/schedstat") as spent:
                        total += int(spent.read().split()[0])
            except FileNotFoundError:
                continue
        return total / 1e6

    def peak(self):
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def windlass(argv, env, cwd, keys):
    """Opens the prefix, asks for all of it, and presses a key twenty-five times a second until all is there."""
    t = Terminal(argv, env, cwd)
    try:
        first, costs, whole, looked = t.until(ROW), [], f"{keys:,}", 0.0
        t.send(END)
        while True:
            if t.since() > PATIENCE:
                raise Failed(f"it was not complete within {PATIENCE} s")
            before = t.spent()
            t.send(DOWN)
            end = time.monotonic() + 0.04
            while (left := end - time.monotonic()) > 0:
                t.read(left)
            costs.append(t.spent() - before)
            if t.since() - looked > 0.2:
                looked = t.since()
                screen = t.screen()
                if whole in screen and "listing…" not in screen:
                    return Look(first, looked, t.peak(), costs)
                if "for more" in screen:
                    t.send(END)
    finally:
        t.close()


def stu(argv, env, cwd):
    """Opens the prefix; nothing is painted before all of it is there."""
    t = Terminal(argv, env, cwd)
    try:
        first = t.until(ROW)
        return Look(first, first, t.peak(), [])
    finally:
        t.close()


def first_page(url, prefix):
    """Seconds for the first page of a prefix over a connection of its own: what one request takes."""
    times = []
    for _ in range(5):
        began = time.monotonic()
        with urllib.request.urlopen(f"{url}/{prefix}", timeout=30) as answer:
            answer.read()
        times.append(time.monotonic() - began)
    return statistics.median(times)


def entered(argv, env, cwd):
    """Seconds from Enter on the prefix, one above it, to its first row."""
    t = Terminal(argv, env, cwd)
    try:
        t.until(b"data/")
        # The question for the prefix under the cursor is asked ahead once the cursor rests; none of that here.
        began = time.monotonic()
        t.send(b"\r")
        t.until(ROW)
        return time.monotonic() - began
    finally:
        t.close()


def rows(fast, late, windlass_argv, stu_argv, env, cwd, keys, runs, say):
    """The part of the table, line by line."""
    bucket, looks = f"flat-{keys}", collections.defaultdict(list)
    ours = [*windlass_argv, "--endpoint-url"]
    for turn in range(runs):
        for name, look in (
            ("windlass", lambda: windlass([*ours, fast.url, f"s3://{bucket}/data/"], env(fast), cwd, keys)),
            ("stu", lambda: stu([*stu_argv, "-b", bucket, "-e", fast.url, "--path-style", "always", "-P", "data/"], env(fast), cwd)),
        ):
            if not (windlass_argv if name == "windlass" else stu_argv):
                continue
            looks[name].append(one := look())
            keys_ = sorted(one.keys)
            told = f", {len(keys_)} keys, p99 {keys_[int(len(keys_) * 0.99)]:.2f} ms" if keys_ else ""
            say(f"  {turn + 1} {name:9} first row {one.first:.2f} s, complete {one.complete:.2f} s, {one.peak:.0f} MiB{told}")
    empty = windlass([*ours, fast.url, "s3://flat-1/data/"], env(fast), cwd, 1).peak
    each = [(at, entered([*ours, at.url, f"s3://{bucket}/"], env(at), cwd)) for at in (fast, late) for _ in range(5)]
    page = f"{bucket}?list-type=2&prefix=data%2F&delimiter=%2F&max-keys=1000"
    late_first = statistics.median(took for at, took in each if at is late) - first_page(late.url, page)
    mid = {name: {what: statistics.median(getattr(x, what) for x in all_) for what in ("first", "complete", "peak")}
           for name, all_ in looks.items()}
    costs = sorted(cost for look in looks["windlass"] for cost in look.keys)
    p99 = costs[int(len(costs) * 0.99)]
    met = lambda holds: "yes" if holds else "**no**"
    out = ["## A pane", "", f"`s3://{bucket}/data/`, opened at the start, on a terminal of 120x40; {keys:,} keys, answers at once.", "",
           "| tool | first row s | complete s | peak MiB |", "|---|--:|--:|--:|"]
    out += [f"| {name} | {m['first']:.2f} | {m['complete']:.2f} | {m['peak']:.0f} |" for name, m in mid.items()]
    out += ["", "| windlass | is | target | met |", "|---|--:|---|---|"]
    if "stu" in mid:
        by = mid["windlass"]["complete"] / mid["stu"]["complete"]
        out.append(f"| complete, wall ÷ stu | {by:.2f} | ≤ 0.40 | {met(by <= 0.40)} |")
    more = mid["windlass"]["peak"] - empty
    out.append(f"| memory above that with one key | {more:.0f} MiB | ≤ 100 MiB | {met(more <= 100)} |")
    out.append(f"| from Enter to the first row, {late.delay} ms before each answer, above one request | {late_first * 1000:.0f} ms | ≤ 20 ms | {met(late_first <= 0.020)} |")
    out.append(f"| a key while it lists ({len(costs)} keys), processor time | {costs[len(costs) // 2]:.1f} ms, p99 {p99:.1f} ms | p99 ≤ 8 ms | {met(p99 <= 8)} |")
    return out + [""]
