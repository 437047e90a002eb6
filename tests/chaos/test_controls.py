"""Whether the checker bites: a broken service fails where the real one passes."""

import re
from pathlib import Path

import pytest

from tests.chaos import faults
from tests.chaos.checker import Verdict
from tests.chaos.cluster import Layout, running
from tests.chaos.controls import CONTROLS, modules
from tests.chaos.scenario import controlled, play

HERE = Path(__file__).parent
PROMISES = HERE.parents[1] / "docs" / "promises.md"


def promised() -> dict[str, str]:
    """The control of each promise, by the promise's number."""
    rows = [line.split(" | ") for line in PROMISES.read_text().splitlines()]
    return {row[0].removeprefix("| "): row[4] for row in rows if re.match(r"\| [PST]\d", row[0])}


def test_every_promise_has_a_control_and_every_control_is_tried():
    written = {each.stem for each in (HERE / "controls").glob("[!_]*.py")}
    named = set(re.findall(r"`(\w+)`", " ".join(promised().values())))
    tests = " ".join(each.read_text() for each in HERE.glob("test_*.py"))
    tried = {each for each in written if re.search(rf"\b{each}\b", tests)}

    assert len(promised()) > 15
    assert [number for number, control in promised().items() if len(control) < 2] == []
    assert named == written
    assert tried | CONTROLS.keys() == written


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
