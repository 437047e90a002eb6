"""P4: chat goes on while RabbitMQ is stopped, or frozen with its connections open."""

import pytest

from tests.chaos import faults
from tests.chaos.checker import Verdict
from tests.chaos.cluster import Cluster
from tests.chaos.faults import Fault
from tests.chaos.scenario import Scenario, play

ANSWERED_WITHIN = 0.1
"""Seconds for 99 of 100 acknowledgements."""
DELIVERED_WITHIN = 3.0
OUTAGES = {"stopped": "rabbit:stop_app:60", "frozen": "stop:rabbitmq:60"}


async def outlasts(cluster: Cluster, outage: Fault, *, slowest: float) -> Verdict:
    """What people see of an outage during which they go on talking."""
    scenario = Scenario(
        faults=[outage], rounds=1, seed=4, per_second=4, pause=(1, 2), slowest=slowest
    )
    verdict = await play(cluster, scenario, say=print)
    print(verdict)
    return verdict


async def test_what_is_said_while_the_broker_is_away_is_seen_before_it_is_back(cluster: Cluster):
    verdict = await outlasts(cluster, faults.parse("stop:rabbitmq:15"), slowest=10)

    assert verdict.passed, verdict


@pytest.mark.chaos
@pytest.mark.parametrize("how", OUTAGES)
async def test_chat_is_answered_and_shown_in_time_during_a_long_outage(cluster: Cluster, how: str):
    verdict = await outlasts(cluster, faults.parse(OUTAGES[how]), slowest=DELIVERED_WITHIN)

    assert verdict.passed, verdict
    assert verdict.answer.p99 <= ANSWERED_WITHIN, verdict
