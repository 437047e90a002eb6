"""P21: more load than can be borne is refused, what is accepted is answered in time."""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from common.testing import eventually
from tests.chaos.cluster import Cluster, Layout, running
from tests.chaos.people import Person

_TIMES = 3
_LASTS = 60.0
_MEASURED_FOR = 10.0
_AT_ONCE = 48
"""Clients that saturate the platform without being refused."""
ACCEPTED_WITHIN = 1.0
"""Seconds, 99 of 100."""
RECOVERS_WITHIN = 10.0
_LEAST_SHARE = 0.25
"""Of what is answered usually; the load itself takes much of a small machine."""
_REFUSALS = {"429", "503"}
_MOST_GROWTH = 64 << 20
"""Bytes a gateway may hold more than under the load it can bear."""
_TAKES_EVERYTHING = {"gateway": "tests.chaos.controls.takes_everything"}


@dataclass(frozen=True)
class Overload:
    """What became of people while too much was asked, and afterwards."""

    usual: dict[str, Any]
    """What was measured before, with as much as can be borne."""
    figures: dict[str, Any]
    recovered: float
    """Seconds until the platform was well again."""
    grown: int
    """Bytes."""

    def complaints(self) -> dict[str, object]:
        """What misses the promise."""
        statuses = self.figures["statuses"]
        refused = {each for each in statuses if int(each) >= 400 or each == "0"}
        misses = {
            "not refused as it should": refused - _REFUSALS,
            "refused without saying when to try again": self.figures["withoutAdvice"],
            "collapsed": self.figures["perSecond"] < _LEAST_SHARE * self.usual["perSecond"],
            "accepted and late": _over(self.figures["acceptedP99"], ACCEPTED_WITHIN),
            "not well again": _over(self.recovered, RECOVERS_WITHIN),
            "grown": _over(self.grown, _MOST_GROWTH),
        }
        return {what: missed for what, missed in misses.items() if missed}


def _over(value: float, most: float) -> float:
    return value if value > most else 0.0


async def load(cluster: Cluster, person: Person, room: str, *arguments: str) -> dict[str, Any]:
    """What `python -m tests.chaos.open_loop` measured."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.open_loop", "--url", *cluster.gateways),
        *("--token", person.token, "--room", room, *arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await running.communicate()
    assert running.returncode == 0
    figures: dict[str, Any] = json.loads(told)
    print(figures)
    return figures


def memory(cluster: Cluster) -> int:
    gateways = [each for each in cluster.processes if each.startswith("gateway")]
    return max(psutil.Process(cluster.pid(each)).memory_info().rss for each in gateways)


async def overload(cluster: Cluster, *, measured_for: float, lasts: float) -> Overload:
    """Find out how much can be borne, and then ask so many times as much."""
    person = await Person.registered(cluster, "ada")
    room = await person.opens_a_room()
    closed = ("--at-once", str(_AT_ONCE), "--seconds", str(measured_for))
    await load(cluster, person, room, *closed)
    usual = await load(cluster, person, room, *closed)
    before = memory(cluster)

    rate = str(_TIMES * usual["perSecond"])
    figures = await load(cluster, person, room, "--rate", rate, "--seconds", str(lasts))
    recovered = await seconds_until_well(person)
    found = Overload(usual, figures, recovered, memory(cluster) - before)
    await person.leaves()
    print(f"well again after {found.recovered:.1f} s, {found.grown / 1e6:.0f} MB more")
    return found


async def seconds_until_well(person: Person) -> float:
    """Until ten requests in a row are answered quickly; infinite when that takes a minute."""
    begun = time.monotonic()
    good = 0

    async def well() -> bool:
        nonlocal good
        asked = time.monotonic()
        try:
            answer = await person.ask("GET", "/api/user/profile")
        except httpx.TransportError:
            good = 0
            return False
        quick = answer.is_success and time.monotonic() - asked < ACCEPTED_WITHIN
        good = good + 1 if quick else 0
        return good >= 10

    try:
        await eventually(well, within=60)
    except AssertionError:
        return float("inf")
    return time.monotonic() - begun


@pytest.mark.chaos
async def test_three_times_what_can_be_borne_is_refused_in_time_and_harms_nobody(tmp_path: Path):
    async with running(tmp_path) as cluster:
        found = await overload(cluster, measured_for=_MEASURED_FOR, lasts=_LASTS)

    assert _REFUSALS & found.figures["statuses"].keys(), "there was no overload"
    assert found.complaints() == {}


@pytest.mark.chaos
async def test_a_gateway_that_takes_everything_answers_too_late(tmp_path: Path):
    async with running(tmp_path, Layout(modules=_TAKES_EVERYTHING)) as greedy:
        found = await overload(greedy, measured_for=_MEASURED_FOR / 2, lasts=_LASTS / 4)

    print(found.complaints())
    assert "accepted and late" in found.complaints()
