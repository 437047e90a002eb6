"""The figures beside their targets, as a table for people and for bench/README.md."""

import os
import statistics
from collections.abc import Iterator, Mapping, Sequence

from bench.media.measure import Figures
from bench.media.servers import JANUS, JANUS_LOOPS, NAMES, OURS

TARGETS = {JANUS: 0.6, JANUS_LOOPS: 0.8}
"""CPU per forwarded packet, ours against theirs, at most."""
BUSY = 0.85
"""Of a core: a generator that uses more may be what is measured."""

LATE = 50.0
"""Milliseconds: clients that get the machine so much too late are no steady load."""

Found = Mapping[tuple[str, str], Sequence[Figures]]
"""Rounds by load and side."""


def told(found: Found, load: Sequence[float]) -> str:
    """Both tables, what the machine did, and what is to be doubted."""
    head = (
        "| Load | Side | CPU per packet | Packets/s | Delivered | Delay p50 / p95 / p99 "
        "| Cores: server, clients |\n|---|---|---|---|---|---|---|"
    )
    loads = dict.fromkeys(name for name, _ in found)
    parts = [head, *(_row(name, side, found[name, side]) for name, side in _ordered(found))]
    ratios = [line for name in loads for line in _ratios(name, found)]
    if ratios:
        parts += [
            "",
            "| Load | Ours / theirs | Ratio | Target | |",
            "|---|---|---|---|---|",
            *ratios,
        ]
    averages = (" ".join(f"{each:.2f}" for each in now) for now in (load, os.getloadavg()))
    before, after = averages
    parts += ["", f"{os.cpu_count()} cores; load average before {before}, after {after}."]
    return "\n".join([*parts, *_doubts(found)])


def _ordered(found: Found) -> list[tuple[str, str]]:
    loads, sides = [*dict.fromkeys(name for name, _ in found)], [*NAMES]
    return sorted(found, key=lambda key: (loads.index(key[0]), sides.index(key[1])))


def _row(name: str, side: str, rounds: Sequence[Figures]) -> str:
    p50, p95, p99 = (statistics.median(each.delays[n] for each in rounds) for n in range(3))
    cells = (
        name,
        NAMES[side],
        f"{_median(rounds, 'each'):.1f} µs",
        f"{_median(rounds, 'rate'):,.0f}",
        f"{_median(rounds, 'delivered'):.2%}",
        f"{p50:.2f} / {p95:.2f} / {p99:.2f} ms",
        f"{_median(rounds, 'share'):.2f}, {_median(rounds, 'generator'):.2f}",
    )
    return f"| {' | '.join(cells)} |"


def _ratios(name: str, found: Found) -> Iterator[str]:
    if (name, OURS) not in found:
        return
    ours = _median(found[name, OURS], "each")
    for side, most in TARGETS.items():
        if (name, side) in found:
            ratio = ours / _median(found[name, side], "each")
            verdict = "met" if ratio <= most else "**missed**"
            yield f"| {name} | {NAMES[side]} | {ratio:.2f} | ≤ {most} | {verdict} |"


def _doubts(found: Found) -> Iterator[str]:
    for (name, side), rounds in found.items():
        where = f"{name}, {NAMES[side]}"
        if any(each.busiest > BUSY for each in rounds):
            most = max(each.busiest for each in rounds)
            yield f"{where}: a generator used {most:.2f} of a core; give it more --processes."
        if any(each.late > LATE for each in rounds):
            most = max(each.late for each in rounds)
            yield f"{where}: clients were up to {most:.0f} ms late; the machine is busy with else."
        for what in ("refused", "unreadable"):
            if count := sum(getattr(each, what) for each in rounds):
                yield f"{where}: {count} packets {what}."


def _median(rounds: Sequence[Figures], what: str) -> float:
    return float(statistics.median(getattr(each, what) for each in rounds))
