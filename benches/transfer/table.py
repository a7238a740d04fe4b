"""The results as Markdown."""

import os
import platform
import statistics
import time


def machine():
    cpu, flags = "unknown", ""
    with open("/proc/cpuinfo") as f:
        for line in f:
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                cpu = value.strip()
            elif name.strip() == "flags":
                flags = value
    sha = "with SHA instructions" if "sha_ni" in flags.split() else "without SHA instructions"
    return f"{cpu} ({sha}), {os.cpu_count()} cores, Linux {platform.release()}"


def median(costs, what):
    return statistics.median(getattr(c, what) for c in costs)


def row(work, client, costs, base):
    """One line of the table; base are the costs of s5cmd for the same work, or None."""
    wall, cpu, peak = (median(costs, w) for w in ("wall", "cpu", "peak"))
    low, high = min(c.wall for c in costs), max(c.wall for c in costs)
    by = [f"{v / median(base, w):.2f}" if base else "–" for v, w in ((wall, "wall"), (cpu, "cpu"))]
    target = met = ""
    if client == "windlass":
        wanted = [(work.wall, base and wall / median(base, "wall"), "wall ≤ {:.2f}"),
                  (work.cpu, base and cpu / median(base, "cpu"), "CPU ≤ {:.2f}"), (work.peak, peak, "≤ {} MiB")]
        wanted = [(goal, is_, text) for goal, is_, text in wanted if goal is not None]
        target = ", ".join(text.format(goal) for goal, _, text in wanted)
        met = ", ".join("?" if is_ is None else "yes" if is_ <= goal else "**no**" for goal, is_, _ in wanted)
    return (f"| {client} | {wall:.2f} | {low:.2f}–{high:.2f} | {cpu:.2f} | {median(costs, 'user'):.2f} + {median(costs, 'system'):.2f} "
            f"| {peak:.0f} | {by[0]} | {by[1]} | {target} | {met} |")


def markdown(results, requests, about):
    """results: (work, title, {client: [Cost]}); requests: (title, client, counts); about: runs, versions and the like."""
    out = ["# Transfers, measured side by side", "",
           "Written by `benches/transfer/run`; `benches/README.md` says how to run it and how to read this.", "",
           f"- {time.strftime('%Y-%m-%d')}, {machine()}",
           f"- {about['versions']}",
           f"- {about['runs']}", ""]
    for kind, name in (("canned", "Canned endpoint"), ("garage", "garage"), ("slow", about["slow"])):
        rows = [r for r in results if r[0].server == kind]
        if not rows:
            continue
        out += [f"## {name}", "", "| work | tool | wall s | least–most | CPU s | user + system | peak MiB | wall ÷ s5cmd "
                "| CPU ÷ s5cmd | target | met |", "|---|---|--:|--:|--:|--:|--:|--:|--:|---|---|"]
        for work, title, costs in rows:
            for client, all_ in costs.items():
                out.append(f"| {title if client == next(iter(costs)) else ''} " + row(work, client, all_, costs.get("s5cmd")))
        out.append("")
    if requests:
        out += ["## Requests", "", "One more run each, with the access log of the canned endpoint.", "",
                "| work | tool | requests |", "|---|---|---|"]
        out += [f"| {title} | {client} | {', '.join(f'{n:,} × {what}' for what, n in counts)} |" for title, client, counts in requests]
        out.append("")
    return "\n".join(out)
