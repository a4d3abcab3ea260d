# SPDX-License-Identifier: MIT
"""Measures as Sources/Benchmarks/Runner.swift does: many short runs, of which the median counts."""
import gc
import statistics
import time

RUNS = 31
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
