"""P13: a process that hangs is treated as dead, and does no harm when it goes on."""

from pathlib import Path

import pytest

from tests.chaos import faults
from tests.chaos.checker import Verdict
from tests.chaos.cluster import Cluster, Layout, running
from tests.chaos.scenario import Scenario, play

TAKEN_OVER_WITHIN = 10.0
"""Seconds until somebody else answers."""
_ONE_REPLICA = {"gateway": "tests.chaos.controls.one_replica"}


async def freezes(cluster: Cluster, name: str, seconds: float) -> Verdict:
    """What people see while one process hangs, and after it went on."""
    frozen = faults.parse(f"stop:{name}:{seconds}")
    scenario = Scenario(faults=[frozen], rounds=1, seed=13, rooms=6, per_second=4, pause=(1, 2))
    verdict = await play(cluster, scenario, say=print)
    print(verdict)
    return verdict


async def test_another_process_takes_the_rooms_of_one_that_hangs(cluster: Cluster):
    verdict = await freezes(cluster, "chat-1", 8)

    assert verdict.passed, verdict


@pytest.mark.chaos
@pytest.mark.parametrize("name", ["chat-1", "chat-2", "signaling-1", "rooms-1", "rabbitmq"])
async def test_a_process_that_hangs_is_replaced_and_harms_nobody_afterwards(
    cluster: Cluster, name: str
):
    verdict = await freezes(cluster, name, 30)

    assert verdict.passed, verdict
    assert verdict.answer.longest <= TAKEN_OVER_WITHIN, verdict


@pytest.mark.chaos
async def test_clients_of_a_gateway_that_hangs_lose_nothing(cluster: Cluster):
    verdict = await freezes(cluster, "gateway-1", 30)

    assert verdict.passed, verdict


@pytest.mark.chaos
async def test_a_gateway_that_knows_one_process_of_a_service_waits_for_it(tmp_path: Path):
    async with running(tmp_path, Layout(modules=_ONE_REPLICA)) as narrow:
        verdict = await freezes(narrow, "chat-1", 20)

    assert verdict.answer.longest > TAKEN_OVER_WITHIN, verdict
