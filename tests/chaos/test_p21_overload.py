"""P21: more load than can be borne is refused, what is accepted is answered in time."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from common.testing import eventually
from tests.chaos.cluster import Cluster, running
from tests.chaos.people import Person

_TIMES = 3
_LASTS = 60.0
_MEASURED_FOR = 10.0
_AT_ONCE = 48
"""Clients that saturate the platform without being refused."""
ACCEPTED_WITHIN = 1.0
"""Seconds, 99 of 100."""
RECOVERS_WITHIN = 10.0
_REFUSALS = {"429", "503"}
_MOST_GROWTH = 64 << 20
"""Bytes a gateway may hold more than under the load it can bear."""


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


async def seconds_until_well(person: Person) -> float:
    """Until ten requests in a row are answered quickly."""
    begun = time.monotonic()
    good = 0

    async def well() -> bool:
        nonlocal good
        asked = time.monotonic()
        answer = await person.ask("GET", "/api/user/profile")
        quick = answer.is_success and time.monotonic() - asked < ACCEPTED_WITHIN
        good = good + 1 if quick else 0
        return good >= 10

    await eventually(well, within=60)
    return time.monotonic() - begun


@pytest.mark.chaos
async def test_three_times_what_can_be_borne_is_refused_in_time_and_harms_nobody(tmp_path: Path):
    async with running(tmp_path) as cluster:
        person = await Person.registered(cluster, "ada")
        room = await person.opens_a_room()
        closed = ("--at-once", str(_AT_ONCE), "--seconds", str(_MEASURED_FOR))
        await load(cluster, person, room, *closed)
        usual = await load(cluster, person, room, *closed)
        before = memory(cluster)

        rate = str(_TIMES * usual["perSecond"])
        figures = await load(cluster, person, room, "--rate", rate, "--seconds", str(_LASTS))
        again = await seconds_until_well(person)
        grown = memory(cluster) - before
        await person.leaves()

    print(f"well again after {again:.1f} s, {grown / 1e6:.0f} MB more")
    refused = {status for status in figures["statuses"] if int(status) >= 400 or status == "0"}
    assert refused <= _REFUSALS
    assert refused, "there was no overload"
    assert figures["withoutAdvice"] == 0
    assert figures["acceptedP99"] <= ACCEPTED_WITHIN
    assert again <= RECOVERS_WITHIN
    assert grown <= _MOST_GROWTH
