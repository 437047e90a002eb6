"""`python -m bench.realtime` measures both, round by round in turn, and prints a table."""

import argparse
import asyncio
import gc
import os
import resource
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import uvloop
from bench.realtime import fanout, idle, report, rest, sides
from bench.realtime.sides import Side

Figure = TypeVar("Figure")
Measure = Callable[[Side], Awaitable[Figure]]

MEASURES = ("idle", "saturation", "latency", "slow", "rest")


def main() -> None:
    given = _arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # every program started inherits it
    load = os.getloadavg()
    with tempfile.TemporaryDirectory() as folder, sides.both(Path(folder)) as (ours, peer):
        gc.freeze()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            rows = runner.run(_measure(ours, peer, given))
    print(report.told(rows, load))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.realtime", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each side, in turn")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each round")
    parser.add_argument("--only", choices=MEASURES, nargs="*", default=MEASURES)
    return parser.parse_args()


async def _measure(ours: Side, peer: Side, given: argparse.Namespace) -> list[report.Row]:
    """First what needs fresh processes."""
    both, rounds, seconds = (ours, peer), given.rounds, given.seconds
    rows: list[report.Row] = []
    if "idle" in given.only:
        each = await _in_turn(both, 1, idle.bytes_per_socket)
        rows += report.idle(each[0][0], each[1][0])
    if "saturation" in given.only:
        a, b = await _in_turn(both, rounds, lambda side: fanout.saturation(side, seconds))
        rows += report.carried(a, b)
        print(report.shares(ours.name, a), report.shares(peer.name, b), sep="\n", flush=True)
    if "latency" in given.only:
        rows += report.times(
            *await _in_turn(both, rounds, lambda side: fanout.latency(side, seconds))
        )
    if "rest" in given.only:
        rows += report.requests(
            *await _in_turn(both, rounds, lambda side: rest.cpu_per_request(side, seconds / 2))
        )
    if "slow" in given.only:
        once = await _in_turn(both, 1, lambda side: fanout.slow_reader(side, seconds))
        rows += report.slow(once[0][0], once[1][0])
    return rows


async def _in_turn(
    both: tuple[Side, Side], rounds: int, measure: Measure[Figure]
) -> tuple[list[Figure], list[Figure]]:
    """A B A B …, so that what else the machine does meets both."""
    figures: tuple[list[Figure], list[Figure]] = ([], [])
    for number in range(rounds):
        for side, found in zip(both, figures, strict=True):
            found.append(await measure(side))
            print(f"round {number + 1} of {rounds}, {side.name}: {found[-1]}", flush=True)
    return figures


if __name__ == "__main__":
    main()
