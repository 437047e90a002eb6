"""As much at the same time as is answered in good time; the rest is refused soon."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from prometheus_client import Gauge

from common.testing import eventually
from gateway import places
from gateway.lateness import TOO_LATE, Lateness
from gateway.places import FEWEST, FIRST, MOST, Overloaded, Places
from gateway.rest.admission import Admission

GAUGE = Gauge("test_places", "As a replica has it.")


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> Places:
    """Two places."""
    monkeypatch.setattr(places, "FIRST", 2)
    monkeypatch.setattr(places, "FEWEST", 2)
    return Places(GAUGE)


async def hold(some: Places, until: asyncio.Event) -> None:
    async with some.one():
        await until.wait()


async def test_who_finds_no_place_is_refused_soon(
    some: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "PLACE_WITHIN", 0.02)
    async with AsyncExitStack() as held:
        for _ in range(2):
            await held.enter_async_context(some.one())

        with pytest.raises(Overloaded):
            await held.enter_async_context(some.one())

    assert some.taken == 0


async def test_who_waits_gets_the_place_that_is_free_first_come_first_served(some: Places) -> None:
    until, came = asyncio.Event(), list[int]()
    holding = [asyncio.create_task(hold(some, until)) for _ in range(2)]

    async def come(number: int) -> None:
        async with some.one():
            came.append(number)

    waiting = [asyncio.create_task(come(number)) for number in range(5)]
    await asyncio.sleep(0)
    until.set()
    await asyncio.gather(*holding, *waiting)

    assert came == [0, 1, 2, 3, 4]
    assert some.taken == 0


async def test_no_more_than_so_many_wait(some: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOST_WAITING", 1)
    until = asyncio.Event()
    three = [asyncio.create_task(hold(some, until)) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(Overloaded):
        await hold(some, until)
    until.set()
    await asyncio.gather(*three)


async def test_a_place_given_to_somebody_who_goes_at_that_moment_is_given_on(some: Places) -> None:
    held, until = AsyncExitStack(), asyncio.Event()
    for _ in range(2):
        await held.enter_async_context(some.one())
    gone = asyncio.create_task(hold(some, until))
    await asyncio.sleep(0)

    await held.aclose()  # gives the place, and lets nobody run in between
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)

    assert gone.cancelled()
    assert some.taken == 0


async def test_quick_answers_make_more_places_and_late_ones_fewer() -> None:
    some = Places(GAUGE)
    assert some.most == FIRST

    for _ in range(100_000):
        some._learn(0.01, at=0)
    assert some.most == MOST

    for second in range(1000):
        some._learn(2.0, at=second)
    assert some.most == FEWEST


async def test_many_late_answers_at_once_count_as_one() -> None:
    some = Places(GAUGE)

    for _ in range(50):
        some._learn(2.0, at=10.0)

    assert some.most == int(FIRST * places.LESS)


async def test_a_process_that_is_late_with_everything_refuses_and_recovers() -> None:
    class Anything:
        def __getattr__(self, _name: str):
            return lambda *_: None

    lateness = Lateness()
    admission = Admission(Anything(), Anything(), Anything(), lateness)
    running = asyncio.create_task(lateness.run())
    await asyncio.sleep(0)
    stuck = asyncio.get_running_loop().time() + TOO_LATE + 0.2
    while asyncio.get_running_loop().time() < stuck:
        pass

    async def is_late() -> bool:
        return lateness.is_too_much

    async def is_well() -> bool:
        return not lateness.is_too_much

    await eventually(is_late, every=0.001)
    with pytest.raises(Overloaded):
        await admission.admit("GET", "/rooms", "1.2.3.4", b"")
    await eventually(is_well)
    await admission.admit("GET", "/rooms", "1.2.3.4", b"")
    running.cancel()
