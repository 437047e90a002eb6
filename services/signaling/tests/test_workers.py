from datetime import timedelta

from common.mongo import Database
from common.testing import NOON
from signaling.domain import Fleet
from signaling.workers import SILENT_AFTER, Workers

from .calls import SECOND


async def looks(workers: Workers, second: float, *, counts: bool = True) -> Fleet:
    await workers.look(silence_counts=counts, at=NOON + second * SECOND)
    return workers.fleet


async def says(workers: Workers, second: float, name: str = "w1", load: float = 0.5) -> None:
    await workers.heard(name, load=load, at=NOON + second * SECOND)


async def test_a_worker_lives_from_the_second_time_it_was_heard(db: Database) -> None:
    workers = Workers(db)
    await says(workers, 0)
    assert (await looks(workers, 0)).live == {}, "it may have said so long ago"

    await says(workers, 1, load=0.7)
    assert (await looks(workers, 1)).live == {"w1": 0.7}
    assert workers.heard_lately == {"w1"}


async def test_who_is_silent_for_three_seconds_is_lost(db: Database) -> None:
    workers = Workers(db)
    await says(workers, 0)
    await looks(workers, 0)
    await says(workers, 1)
    await looks(workers, 1)

    assert not (await looks(workers, 3.9)).has_lost("w1")
    assert (await looks(workers, 4)).has_lost("w1")
    assert workers.heard_lately == frozenset()
    assert (await looks(workers, 5)).has_lost("never heard of")


async def test_who_cannot_hear_takes_nobody_for_lost(db: Database) -> None:
    fleet = await looks(Workers(db), 0, counts=False)

    assert not fleet.has_lost("w1")


async def test_who_stops_takes_no_more_rooms_whatever_comes_late(db: Database) -> None:
    workers = Workers(db)
    await says(workers, 0)
    await looks(workers, 0)
    await workers.stopped("w1", at=NOON)
    await says(workers, 1)

    fleet = await looks(workers, 1, counts=False)
    assert (fleet.live, fleet.stopped) == ({}, {"w1"})
    assert fleet.has_lost("w1")
    assert workers.heard_lately == {"w1"}, "it is there still, and can be told to forget"


async def test_a_stop_that_overtakes_every_word_is_heeded(db: Database) -> None:
    workers = Workers(db)
    await workers.stopped("w1", at=NOON)

    assert (await looks(workers, 0)).has_lost("w1")
    await says(workers, 1)
    assert (await looks(workers, 1)).live == {}


async def test_what_one_replica_hears_all_know_however_wrong_its_clock_is(db: Database) -> None:
    hears, looks_on = Workers(db), Workers(db)
    for second in range(3):
        await says(hears, second - 3600)
        await looks(looks_on, second)

    assert looks_on.fleet.live == {"w1": 0.5}


async def test_what_was_given_counts_until_the_worker_tells_its_load(db: Database) -> None:
    workers = Workers(db)
    for second in range(2):
        await says(workers, second, load=0.1)
        await looks(workers, second)

    workers.took("w1", peers=5)
    workers.took("gone", peers=5)
    workers.took(None, peers=5)
    assert workers.fleet == Fleet({"w1": 0.15000000000000002}, silence_counts=True)

    await looks(workers, 2)
    assert workers.fleet.live == {"w1": 0.1}


def test_a_word_may_be_late_without_anybody_being_lost() -> None:
    assert timedelta(seconds=2) < SILENT_AFTER
