# SPDX-License-Identifier: MIT
"""Measures as Sources/Benchmarks/Runner.swift does: many short runs, of which the median counts."""
import gc
import statistics
import time

RUNS = 31
PAIRS = 3
SHORTEST_RUN = 1_000_000


def measure(work, units=1):
    """The median wall and processor time of one unit in nanoseconds; `work(n)` does its work n times."""
    work(1)
    repetitions = 1
    while True:
        start = time.process_time_ns()
        work(repetitions)
        elapsed = time.process_time_ns() - start
        if elapsed >= SHORTEST_RUN or repetitions >= 1 << 22:
            break
        repetitions = int(repetitions * min(max(SHORTEST_RUN * 1.2 / max(elapsed, 1), 1.5), 16)) + 1
    walls, cpus = [], []
    gc.collect()
    for _ in range(RUNS):
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        work(repetitions)
        walls.append((time.perf_counter_ns() - wall) / repetitions / units)
        cpus.append((time.process_time_ns() - cpu) / repetitions / units)
    return statistics.median(walls), statistics.median(cpus)


def measure_added(without, with_it, units):
    """What something adds to a unit of work: medians of wall time without and with it, and of both differences.

    Runs without and with it in turn, since a machine's speed differs from second to second by more than what is added.
    """

    def run(work):
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        work()
        return (time.perf_counter_ns() - wall) / units, (time.process_time_ns() - cpu) / units

    with_it()
    pairs = [(run(without), run(with_it)) for _ in range(PAIRS)]
    base = statistics.median(base for (base, _), _ in pairs)
    whole = statistics.median(whole for _, (whole, _) in pairs)
    wall = statistics.median(whole - base for (base, _), (whole, _) in pairs)
    cpu = statistics.median(whole - base for (_, base), (_, whole) in pairs)
    return base, whole, wall, cpu
