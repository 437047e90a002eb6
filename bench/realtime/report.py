"""The figures beside their targets, as a table for people and for bench/README.md."""

import os
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.realtime.fanout import Carried, Disturbed, Times
from bench.realtime.processes import BROKER, DATABASE


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both; `ratio` is ours against the peer's, `good` whether it is enough."""

    what: str
    ours: str
    peer: str
    ratio: str
    target: str
    good: bool | None = None
    """None where nothing is promised."""

    def __str__(self) -> str:
        verdict = {True: "met", False: "**missed**", None: "-"}[self.good]
        cells = (self.what, self.ours, self.peer, self.ratio, self.target, verdict)
        return f"| {' | '.join(cells)} |"


def carried(ours: Sequence[Carried], peer: Sequence[Carried]) -> list[Row]:
    rows = []
    for what, name, least in (
        ("Deliveries a second, 200 sockets, saturated", "each_second", None),
        ("Deliveries per CPU second, application", "per_application_cpu", 2.0),
        ("The same, with broker and database", "per_cpu", None),
    ):
        a, b = (statistics.median(getattr(each, name) for each in side) for side in (ours, peer))
        target, good = ("-", None) if least is None else (f">= {least:g}x", a >= least * b)
        rows.append(Row(what, f"{a:,.0f}", f"{b:,.0f}", f"{a / b:.2f}x", target, good))
    return rows


def times(ours: Sequence[Times], peer: Sequence[Times]) -> list[Row]:
    rows = []
    for part in ("p50", "p99"):
        a, b = (statistics.median(getattr(each, part) for each in side) for side in (ours, peer))
        what = f"Send to last receiver at 50 messages/s, {part}"
        rows.append(Row(what, f"{a:.1f} ms", f"{b:.1f} ms", f"{a / b:.2f}x", "≤ 1x", a <= b))
    return rows


def requests(ours: Sequence[tuple[float, float]], peer: Sequence[tuple[float, float]]) -> list[Row]:
    a, b = (statistics.median(each[0] for each in side) for side in (ours, peer))
    fast, slow = (statistics.median(each[1] for each in side) for side in (ours, peer))
    what = "CPU per proxied request"
    return [
        Row(what, f"{a:.0f} µs", f"{b:.0f} µs", f"{a / b:.2f}x", "≤ 1x", a <= b),
        Row(
            "Proxied requests a second", f"{fast:,.0f}", f"{slow:,.0f}", f"{fast / slow:.2f}x", "-"
        ),
    ]


def idle(ours: dict[str, float], peer: dict[str, float]) -> list[Row]:
    a, b = _kib(ours, ["gateway"]), _kib(peer, ["node"])
    rows = [_memory("Memory per idle socket, what ends it", a, b, "≤ 1x", good=a <= b)]
    a, b = (_kib(side, [name for name in side if name != DATABASE]) for side in (ours, peer))
    return [*rows, _memory("The same, every process but the database", a, b, "-", good=None)]


def _kib(side: dict[str, float], names: Iterable[str]) -> float:
    return sum(side[name] for name in names) / 1024


def _memory(what: str, a: float, b: float, target: str, *, good: bool | None) -> Row:
    return Row(what, f"{a:.1f} KiB", f"{b:.1f} KiB", f"{a / b:.2f}x", target, good)


def slow(ours: Disturbed, peer: Disturbed) -> list[Row]:
    what = "One of 200 reads nothing for 30 s: p99 of the others"
    factors = [each.disturbed.p99 / each.calm.p99 for each in (ours, peer)]
    told = [
        f"{each.disturbed.p99:.1f} ms ({factor:.2f}x of {each.calm.p99:.1f})"
        for each, factor in zip((ours, peer), factors, strict=True)
    ]
    grown = [f"{each.growth / 2**20:.1f} MiB" for each in (ours, peer)]
    kept = ["let go" if each.dropped else "kept" for each in (ours, peer)]
    return [
        Row(what, *told, "", "≤ 1.5x undisturbed", factors[0] <= 1.5),
        Row(
            "Memory it costs meanwhile; the slow socket",
            *map(", ".join, zip(grown, kept, strict=True)),
            "",
            "-",
        ),
    ]


def shares(name: str, rounds: Sequence[Carried]) -> str:
    """Where the CPU went while the room was saturated."""
    spent = rounds[-1].spent
    parts = sorted(spent.by.items(), key=lambda each: -each[1])
    told = ", ".join(f"{part} {used / spent.seconds:.2f}" for part, used in parts if used > 0.05)
    return f"{name}, cores used at saturation: {told}"


def told(rows: Iterable[Row], load: Sequence[float]) -> str:
    """The whole report in Markdown."""
    head = "| What | ConvoConnect | MERN peer | Ratio | Target | |\n|---|---|---|---|---|---|"
    averages = " ".join(f"{each:.2f}" for each in load)
    about = f"{os.cpu_count()} cores; load average before {averages}, after {_load()}."
    return "\n".join([head, *map(str, rows), "", about, _COUNTED])


def _load() -> str:
    return " ".join(f"{each:.2f}" for each in os.getloadavg())


_COUNTED = (
    "Application: all our services and the gateway against the peer's one process; "
    f"{BROKER} is ours alone, {DATABASE} each side has its own."
)
