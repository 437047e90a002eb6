"""Whether the checker bites: a broken service fails where the real one passes."""

from pathlib import Path

import pytest

from tests.chaos import faults
from tests.chaos.checker import Verdict
from tests.chaos.cluster import Layout, running
from tests.chaos.controls import CONTROLS, modules
from tests.chaos.scenario import controlled, play


async def judged(folder: Path, name: str, *, broken: bool) -> Verdict:
    scenario = controlled(name, seed=1)
    layout = Layout(
        proxied=faults.links_of(scenario.faults), modules=modules(name) if broken else {}
    )
    async with running(folder, layout, say=print) as cluster:
        return await play(cluster, scenario, say=print)


@pytest.mark.chaos
@pytest.mark.parametrize("name", CONTROLS)
async def test_what_is_broken_on_purpose_is_found(name: str, tmp_path: Path):
    verdict = await judged(tmp_path, name, broken=True)

    print(verdict)
    assert CONTROLS[name].breaks in verdict.broken, verdict


@pytest.mark.chaos
@pytest.mark.parametrize("name", CONTROLS)
async def test_the_same_scenario_passes_with_nothing_broken(name: str, tmp_path: Path):
    verdict = await judged(tmp_path, name, broken=False)

    print(verdict)
    assert verdict.passed, verdict
