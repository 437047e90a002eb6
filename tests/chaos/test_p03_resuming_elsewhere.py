"""P3: clients of a gateway that dies go on at another one, and miss nothing."""

from pathlib import Path

import pytest

from tests.chaos.audience import gathered
from tests.chaos.checker import Latency
from tests.chaos.cluster import Cluster, Layout, running

RESUMED_WITHIN = 2.0
"""Seconds for 99 of 100 clients."""
ALL_WITHIN = 5.0
_NO_HISTORY = {"chat": "tests.chaos.controls.no_history"}


@pytest.mark.chaos
async def test_clients_of_a_dead_gateway_go_on_at_another_without_a_gap(cluster: Cluster):
    async with gathered(cluster, 200) as audience:
        async with audience.talking(per_second=5):
            times = await audience.lose("gateway-1")
        verdict = await audience.judged()

    resumed = Latency.of(times)
    print(f"resumed    {resumed}\n{verdict}")
    assert len(times) > 50, "by chance hardly anybody was there"
    assert verdict.passed, verdict
    assert resumed.p99 <= RESUMED_WITHIN, resumed
    assert resumed.longest <= ALL_WITHIN, resumed


@pytest.mark.chaos
async def test_nobody_can_go_on_when_what_was_missed_is_not_told(tmp_path: Path):
    async with (
        running(tmp_path, Layout(modules=_NO_HISTORY)) as forgetful,
        gathered(forgetful, 10) as audience,
    ):
        async with audience.talking(per_second=20):
            await audience.lose("gateway-1", within=15)
        seen_after = await audience.together(within=10)

    assert seen_after is None
