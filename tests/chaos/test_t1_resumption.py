"""Who was cut off, while processes died, ends up with what everybody else shows."""

import pytest

from tests.chaos.cluster import Cluster
from tests.chaos.resumption import Run, cast_of, play, play_all


async def test_a_client_that_was_cut_off_shows_what_the_others_show(cluster: Cluster):
    run = Run(seed=1, cut=5.0, trouble="mute", events=150)

    async with cast_of(cluster, run.seed) as cast:
        outcome = await play(cluster, cast, run)

    assert not outcome.broken, outcome


@pytest.mark.chaos
async def test_clients_that_were_cut_off_show_what_the_others_show_whatever_dies(
    cluster: Cluster, seed: int
):
    runs = [Run.drawn(100 * seed + number) for number in range(10)]

    outcomes = await play_all(cluster, runs, parallel=10, seed=seed, say=print)

    assert [str(each) for each in outcomes if each.broken] == []


@pytest.mark.chaos
async def test_a_client_that_does_not_ask_for_what_it_lacks_is_found_out(cluster: Cluster):
    run = Run(seed=2, cut=20.0, trouble="mute", events=200)

    async with cast_of(cluster, run.seed) as cast:
        outcome = await play(cluster, cast, run, asks=False)

    assert outcome.broken
