"""P23: nothing grows while people come and go, and nothing of them is left behind."""

import random
from pathlib import Path

import pytest

from tests.chaos.cluster import Layout, running
from tests.chaos.soak import Series, complaints, soak

_SECONDS = 600.0
_SHORT = 60.0
"""Seconds in which a mebibyte for each join is far more than noise."""
_KEEPS = {"signaling": "tests.chaos.controls.keeps_joins"}


@pytest.mark.chaos
async def test_nothing_grows_in_ten_minutes_of_coming_and_going(tmp_path: Path):
    async with running(tmp_path, say=print) as cluster:
        _, found = await soak(cluster, seconds=_SECONDS, say=print)

    assert found == []


@pytest.mark.chaos
async def test_a_service_that_keeps_something_of_every_join_is_found_in_a_minute(tmp_path: Path):
    async with running(tmp_path, Layout(modules=_KEEPS)) as leaking:
        _, found = await soak(leaking, seconds=_SHORT, say=print)

    print(found)
    growing = {each.partition(":")[0] for each in found}
    # Which one has a room is chance; it may have all of them.
    assert growing & {"signaling-1 rss", "signaling-2 rss"}, found


def series(*, seconds: int, an_hour: float, noise: float = 0.01) -> Series:
    """100 MB and a bit, read every 5 s."""
    chance, found = random.Random(7), Series()
    for at in range(0, seconds, 5):
        found.add(at, 1e8 * (1 + an_hour * at / 3600 + noise * chance.uniform(-1, 1)))
    return found


@pytest.mark.parametrize(
    ("seconds", "an_hour", "is_found"),
    [(600, 0.0, False), (600, 1.5, True), (7200, 0.002, False), (7200, 0.03, True)],
)
def test_growth_is_told_from_noise(seconds: int, an_hour: float, *, is_found: bool):
    readings = {"chat-1 rss": series(seconds=seconds, an_hour=an_hour)}

    assert bool(complaints(readings)) == is_found


def test_descriptors_that_are_not_closed_are_found():
    leaking = Series()
    for at in range(0, 600, 5):
        leaking.add(at, 50 + at / 10)

    assert complaints({"gateway-1 descriptors": leaking})
