# SPDX-License-Identifier: MIT
"""What the scripts share that run telemetry-load: building it, and judging what it holds of the system."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOOTPRINT = re.compile(r"^(\w+) .*\bresident (\d+) MB(?: threads (\d+) descriptors (\d+))?")


def built():
    """Builds telemetry-load, and tells where it is."""
    command = ["swift", "build", "-c", "release"]
    subprocess.run([*command, "--product", "telemetry-load"], cwd=ROOT, check=True)
    path = subprocess.run([*command, "--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True)
    return pathlib.Path(path.stdout.strip()) / "telemetry-load"


def growth(lines, full_at):
    """What grew after so many of the parts, by which all bounded tables and pools are full; at least twenty are there.

    The end is the least of the last five parts, as threads take a moment to go. Tells of each kind of line how it stands,
    and returns why that is wrong, else None.
    """
    kinds = {}
    for line in lines:
        if match := FOOTPRINT.match(line):
            kinds.setdefault(match[1], []).append([int(number or 0) for number in match.groups()[1:]])
    if not kinds:
        return "the program told nothing"
    for kind, parts in kinds.items():
        if len(parts) < 20:
            return f"{kind} did not come to its end"
        full, last = parts[full_at - 1], [min(values) for values in zip(*parts[-5:])]
        for name, before, after, allowed in zip(
                ("MB of memory", "threads", "descriptors"), full, last, (full[0] * 0.1 + 8, 2, 2)):
            if after > before + allowed:
                return f"{kind} grew from {before} to {after} {name}"
        print("    {}: {} MB, {} threads, {} descriptors after {} % of the time; {} MB, {}, {} at the end".format(
            kind, *full, full_at * 5, *last))
    return None
