# SPDX-License-Identifier: MIT
"""The tables of Docs/Performance.md: what is in them, the goals, and how they are written."""
import dataclasses
import re
from typing import Callable, Optional


class Figures:
    """What was measured: numbers with their quartiles by name, and texts."""

    def __init__(self, values):
        self.values = values

    def get(self, key, part="value"):
        found = self.values.get(key)
        return found[part] if isinstance(found, dict) else None

    @property
    def machine(self):
        return f"{self.values.get('machine', '')}, {self.values.get('date', '')[:10]}"

    def plain(self):
        """One flat object, for machines."""
        flat = {}
        for key, value in self.values.items():
            if isinstance(value, dict):
                flat |= {key: value["value"], f"{key}.low": value["low"], f"{key}.high": value["high"]}
            else:
                flat[key] = value
        return flat


@dataclasses.dataclass
class Row:
    """A line of the first table."""

    title: str
    key: str
    # How many of the figure's unit make one of the table's.
    scale: float = 1
    # The figure of ours that the peer's is held against, where it is named differently: `peer` is the peer's name.
    peer: Optional[str] = "last9_python"
    peer_key: Optional[str] = None
    more_is_better: bool = False
    # Made of several figures instead of `key` alone.
    made: Optional[Callable] = None
    # What to reach at least, and the aim: of the ratio, or of the figure itself where `bounds` says "most" or "fewest".
    least: Optional[float] = None
    aim: Optional[float] = None
    bounds: str = "ratio"
    digits: int = 3

    def ours(self, figures):
        return self.made(figures) if self.made else figures.get(self.key)

    def theirs(self, figures):
        return figures.get(f"peer.{self.peer}.{self.peer_key or self.key}") if self.peer else None

    def ratio(self, figures):
        mine, other = self.ours(figures), self.theirs(figures)
        if not mine or not other:
            return None
        return mine / other if self.more_is_better else other / mine

    def is_met(self, figures):
        value = self.ratio(figures) if self.bounds == "ratio" else self.ours(figures)
        if value is None or self.least is None:
            return None
        return value <= self.least if self.bounds == "most" else value >= self.least


def quotient(key, of, less_than_one=False):
    """A figure by another; or what share of the other it saves."""

    def make(figures):
        part, whole = figures.get(key), figures.get(of)
        if part is None or not whole:
            return None
        return 1 - part / whole if less_than_one else part / whole

    return make


def limit(title, key, least, aim=None, bounds="most", **rest):
    return Row(title, key, peer=None, least=least, aim=aim, bounds=bounds, **rest)


ROWS = [
    Row("W1 one span, priced and counted, µs", "w1.cpu_ns", 1e3, least=45, aim=60),
    limit("W1 allocations", "w1.mallocs", 2),
    limit("W1 span of a disabled provider, ns", "w1.noop.cpu_ns", 30),
    limit("W1 span that is not sampled, ns", "w1.unsampled.cpu_ns", 30),
    Row("W1b spans a second, 1 thread", "w1b.1thread.spans_per_s", more_is_better=True),
    Row("W1b spans a second, 2 threads", "w1b.2threads.spans_per_s", more_is_better=True, least=50, aim=80),
    limit("W1b delivered, 2 threads", "w1b.2threads.delivered_share", 1, bounds="fewest", more_is_better=True),
    Row("W2 encoding one span, µs", "w2.cpu_ns_per_span", 1e3, least=80),
    limit("W2 encoding, times memcpy", "w2.memcpy_ratio", 20, 10),
    Row("W3 bridge, 1 message, µs", "w3.n1.cpu_ns", 1e3),
    Row("W3 bridge, each of 100 messages, µs", "w3.n100.cpu_ns_per_message", 1e3, least=80, aim=120),
    Row("W3 bridge, 100 messages as OTLP, KB", "w3.n100.bytes", 1e3),
    Row("W4 price of a known name, ns", "w4.hit.cpu_ns", least=25, aim=40),
    Row("W4 against genai-prices, ns", "w4.hit.cpu_ns", peer="genai_prices"),
    Row("W4 against litellm, ns", "w4.hit.cpu_ns", peer="litellm"),
    limit(
        "W4 flex, batch or priority price, times a plain one", "w4.hit.variant.cpu_ns", 1.3,
        made=quotient("w4.hit.variant.cpu_ns", "w4.hit.cpu_ns")),
    Row("W5 100,000 spans over HTTP, CPU seconds", "w5.cpu_s", least=30, aim=40),
    limit("W5 delivered", "w5.delivered", 100_000, bounds="fewest", more_is_better=True),
    limit("W5 peak memory, MB", "w5.peak_rss_mb", 48),
    Row("W6 what spans alone add to a chat call, µs", "w6.overhead_cpu_us"),
    Row("W6 what README's set-up adds to a chat call, µs", "w6.readme.overhead_cpu_us", least=15, aim=30),
    Row("W6 OTLP of a chat call, bytes", "w6.readme.bytes"),
    limit("W6 the same with gzip, bytes", "w6.readme.bytes.gzip", None),
    limit("W6 with the form `messages` alone, bytes", "w6.readme.bytes.messages", None),
    limit("W6 with it on spans alone, bytes", "w6.readme.bytes.single", None),
    limit(
        "W6 saved by the form `messages` alone", "w6.readme.bytes.messages", 0.45, 0.60, "fewest", digits=2,
        made=quotient("w6.readme.bytes.messages", "w6.readme.bytes", less_than_one=True)),
    limit(
        "W6 saved by it on spans alone", "w6.readme.bytes.single", 0.45, 0.60, "fewest", digits=2,
        made=quotient("w6.readme.bytes.single", "w6.readme.bytes", less_than_one=True)),
    Row("W7 three nested scopes, ns", "w7.scopes.cpu_ns", least=800, aim=300, bounds="most"),
    Row("W7 three asynchronous scopes, ns", "w7.scopes.async.cpu_ns", least=1_200, aim=600, bounds="most"),
    limit("W8 what is added to a call through URLSession.shared, µs", "w8.overhead_cpu_us", None),
    limit("W8 … through a session of one's own, µs", "w8.session.overhead_cpu_us", None),
    limit("W8 … to a request that calls no model, µs", "w8.other.overhead_cpu_us", None),
    Row(
        "W9 client, 1 task, calls per CPU second", "w9.client.t1.off.calls_per_cpu_s", more_is_better=True),
    Row(
        "W9 client, 64 tasks, calls per CPU second", "w9.client.t64.off.calls_per_cpu_s", more_is_better=True),
    Row(
        "W9 client, 64 tasks, telemetry on, theirs off", "w9.client.t64.on.calls_per_cpu_s", more_is_better=True,
        peer_key="w9.client.t64.off.calls_per_cpu_s", least=5, aim=10),
    Row("W9 client, 64 tasks, telemetry on", "w9.client.t64.on.calls_per_cpu_s", more_is_better=True),
    limit("W9 libcurl alone, 64 transfers, calls per CPU second", "w9.client.t64.floor.calls_per_cpu_s", None),
    limit("W9 telemetry's share of a call, 64 tasks", "w9.client.t64.telemetry_share", 0.15, 0.08, digits=2),
    limit("W10 report from a file, MB per CPU second", "w10.report.mb_per_s", 150, 400, "fewest", more_is_better=True),
    limit("W10 page, read from a file, MB per CPU second", "w10.page.reading.mb_per_s", None, more_is_better=True),
    limit("W10 page, written, µs per call on it", "w10.page.us_per_call", None),
    Row("W11 100,000 spans over gRPC, CPU seconds", "w11.grpc.cpu_s"),
    limit("W11 delivered", "w11.grpc.delivered", 100_000, bounds="fewest", more_is_better=True),
    limit("From install() to the first span, ms", "startup.ms", None),
    limit("Memory of install() and a span, MB", "install.rss_kb", None, scale=1e3),
]

# Workloads of ours alone, for the second table.
PATHS = "^(scopes.read|w1.bare|w7|w10.live|call|logs.emit|metrics.histogram|w4.first|stream)$"
PATH_ROWS = [
    ("reading the context", "scopes.read", ""),
    ("three scopes and a bare span", "w7.scopes.span", ""),
    ("a bare span", "w1.bare", ""),
    ("a call recorded by `withModelCall`, content included, up to the queues", "call", ""),
    ("a log record", "logs.emit", ""),
    ("a histogram, 5 attributes", "metrics.histogram", ""),
    ("the same, bound", "metrics.histogram.bound", ""),
    ("the price of a name seen first", "w4.first", ""),
    ("a span on the page that follows the program", "w10.live", "_per_span"),
    ("a chunk of a stream, read and recorded", "stream.content", "_per_chunk"),
]

GROWTH = [
    ("attribute of a span", "attributes", "cpu_ns_per_attribute", [10, 100, 1_000]),
    ("KB of a prompt", "prompt_kb", "cpu_ns_per_kb", [1, 10, 100, 1_000]),
    ("message", "messages", "cpu_ns_per_message", [1, 10, 100, 1_000]),
    ("span, by tasks at once", "tasks", "cpu_ns_per_span", [1, 4, 16, 64]),
    ("KB of history, by turns", "turns", "cpu_ns_per_kb", [1, 10, 100, 1_000]),
    ("tool of a call, defined, asked for and run", "tools", "cpu_ns_per_tool", [1, 10, 100, 500]),
    ("conversation, by those open at once", "open", "cpu_ns_per_conversation", [1, 100, 10_000, 100_000]),
    ("memory of an open conversation, bytes", "open", "bytes_per_conversation", [10_000, 100_000]),
]


def number(value, digits=3):
    if value is None:
        return ""
    if value == 0 or abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def lines(header, rows):
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    cells = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in [header, *rows]]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([f"| {cells[0]} |", f"|{rule}|", *(f"| {cell} |" for cell in cells[1:])])


def main_table(figures):
    rows = []
    for row in ROWS:
        mine, other, ratio = row.ours(figures), row.theirs(figures), row.ratio(figures)
        if mine is None:
            continue
        spread = ""
        if not row.made and figures.get(row.key, "low") != figures.get(row.key, "high"):
            low, high = (number(figures.get(row.key, part) / row.scale, row.digits) for part in ("low", "high"))
            spread = f"{low} … {high}"
        goal = {"ratio": "{}x", "most": "at most {}", "fewest": "{}"}[row.bounds]
        met = row.is_met(figures)
        rows.append(
            [
                row.title, number(mine / row.scale, row.digits), spread,
                number(other / row.scale if other else None), f"{ratio:.1f}x" if ratio else "",
                goal.format(number(row.least, 6)) if row.least is not None else "",
                goal.format(number(row.aim, 6)) if row.aim is not None else "",
                "" if met is None else "met" if met else "missed",
            ])
    return lines(["What", "Ours", "Quartiles", "Python", "Ratio", "At least", "Aim", ""], rows)


def path_table(figures):
    rows = [
        [title, *(number(figures.get(f"{key}.{kind}{suffix}")) for kind in ("cpu_ns", "mallocs", "malloc_bytes"))]
        for title, key, suffix in PATH_ROWS
        if figures.get(f"{key}.cpu_ns{suffix}") is not None
    ]
    return lines(["", "ns", "allocations", "bytes"], rows)


def growth_table(figures):
    rows = []
    for title, name, key, counts in GROWTH:
        found = [(count, figures.get(f"growth.{name}.{count}.{key}")) for count in counts]
        cells = " · ".join(f"{count:,}: {number(value)}" for count, value in found if value is not None)
        if cells:
            rows.append([title, cells])
    return lines(["Unit", "Number of units: processor time of one, ns"], rows)


def replace_part(text, name, content):
    """Puts a table between the marks of that name."""
    begin, end = f"<!-- bench-peers: {name} -->", "<!-- end -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"Docs/Performance.md has no part for {name}")
    return pattern.sub(lambda _: f"{begin}\n{content}\n{end}", text, count=1)
