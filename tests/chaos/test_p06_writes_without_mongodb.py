"""P6: while MongoDB is away writes are refused, never half done, and none that was done is lost."""

import asyncio
import signal
import time
from pathlib import Path

import pytest

from common.testing import eventually
from tests.chaos.cluster import Cluster, Layout, running
from tests.chaos.writes import Outcomes, written

AGAIN_WITHIN = 5.0
"""Seconds after MongoDB is back."""
FROZEN = 15.0
_UNPREPARED = {"rooms": "tests.chaos.controls.unprepared"}
_QUIET = 2.0


async def is_writable(cluster: Cluster) -> bool:
    return await asyncio.to_thread(cluster.programs["mongo"].ready)


async def hurt(cluster: Cluster, how: signal.Signals) -> float:
    """Hurt MongoDB; returns when it was back, on the monotonic clock."""
    before = cluster.pid("mongo")
    cluster.signal("mongo", how)
    if how is signal.SIGSTOP:
        await asyncio.sleep(FROZEN)
        cluster.signal("mongo", signal.SIGCONT)
        return time.monotonic()

    async def is_another() -> bool:
        return cluster.pid("mongo") != before and await is_writable(cluster)

    await eventually(is_another, within=60)
    return time.monotonic()


async def outage(cluster: Cluster, how: signal.Signals) -> tuple[Outcomes, float, list[str]]:
    """What became of all writes, the seconds until each kind went on, and what was lost."""
    async with written(cluster) as writes:
        await asyncio.sleep(_QUIET)
        back = await hurt(cluster, how)
        outcomes = writes.outcomes

        async def go_on() -> bool:
            return max(outcomes.again_after(back).values()) < float("inf")

        await eventually(go_on, within=60)
        writes.rest()
        lost = await writes.lost()
    again = outcomes.again_after(back)
    slowest = max(again, key=lambda each: again[each])
    print(
        f"{how.name}\n{outcomes}\ngoes on    {again[slowest]:.2f} s ({slowest})\nlost       {lost}"
    )
    return outcomes, again[slowest], lost


@pytest.mark.chaos
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
async def test_writes_are_refused_while_mongodb_is_away_and_none_is_lost(
    cluster: Cluster, how: signal.Signals
):
    outcomes, again, lost = await outage(cluster, how)

    assert lost == []
    assert outcomes.wrong == []
    assert again <= AGAIN_WITHIN, again


@pytest.mark.chaos
async def test_a_service_that_is_not_prepared_for_it_is_found(tmp_path: Path):
    async with running(tmp_path, Layout(modules=_UNPREPARED)) as unprepared:
        outcomes, _, _ = await outage(unprepared, signal.SIGSTOP)

    assert any(": 500 " in each for each in outcomes.wrong), outcomes
