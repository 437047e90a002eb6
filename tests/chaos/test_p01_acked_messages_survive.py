"""P1: an acknowledged message is never lost, doubled or reordered in any client."""

import pytest

from tests.chaos import faults
from tests.chaos.cluster import Cluster
from tests.chaos.scenario import Scenario, play

KILLS = [faults.parse("kill9:any")]


async def test_acked_messages_survive_the_death_of_one_of_each_kind_of_process(cluster: Cluster):
    one_of_each = [faults.parse(f"kill9:{name}") for name in ("mongo", "chat", "gateway")]

    for seed, fault in enumerate(one_of_each):
        verdict = await play(
            cluster, Scenario(faults=[fault], rounds=1, seed=seed, pause=(1, 2)), say=print
        )

        assert verdict.passed, f"{fault}\n{verdict}"


@pytest.mark.chaos
async def test_acked_messages_survive_killing_any_process_again_and_again(
    cluster: Cluster, seed: int
):
    verdict = await play(cluster, Scenario(faults=KILLS, rounds=18, seed=seed), say=print)

    print(verdict)
    assert verdict.passed, f"seed {seed}\n{verdict}"
