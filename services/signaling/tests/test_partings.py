"""What workers have to forget: told at once, and again until they did."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from common import background
from common.clock import utc_now
from common.forwarding import Close, Leave, Request
from common.mongo import Database
from common.requests import Requests
from common.testing import eventually
from signaling import domain
from signaling.domain import Call, Parting
from signaling.forwarders import Forwarders, Nothing
from signaling.partings import AT_ONCE, Partings
from signaling.repository import CallRepository

from .calls import SECOND, call_of
from .workers import Worker, working


class Telling:
    """The part of signaling that tells workers, by itself."""

    def __init__(self, db: Database, amqp_url: str) -> None:
        woken = asyncio.Event()
        self.calls = CallRepository(db, parted=woken.set)
        self.requests = Requests(amqp_url)
        self.partings = Partings(self.calls, Forwarders(self.requests), woken=woken)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with background.running(self.requests.run(), self.partings.run()):
            await eventually(self.requests.reachable)
            yield

    async def hold(self, room_id: str = "r1", *names: str, worker: str = "w1") -> Call:
        """A call that goes through a worker."""
        call = replace(call_of(*names), id=room_id, topology="sfu", worker_id=worker, version=0)
        await self.calls._calls.insert_one(
            {"_id": room_id, **self.calls._adapter.dump_python(call, exclude={"id"}), "outbox": []}
        )
        return call

    async def part(self, name: str, room_id: str = "r1") -> None:
        await self.calls.change(room_id, lambda call: domain.remove_user(call, name, at=utc_now()))

    def nothing_left(self, room_id: str = "r1") -> Callable[[], Awaitable[bool]]:
        async def look() -> bool:
            return (await self.calls.get(room_id)).partings == ()

        return look


@pytest.fixture
async def telling(db: Database, amqp_url: str) -> Telling:
    return Telling(db, amqp_url)


async def test_who_is_removed_is_forgotten_without_waiting_for_a_look(
    telling: Telling, amqp_url: str, monkeypatch
) -> None:
    monkeypatch.setattr("signaling.partings.POLLS_EVERY", 3600)
    await telling.hold("r1", "ada", "bob")

    async with working(amqp_url) as worker, telling.running():
        await telling.part("bob")
        await eventually(telling.nothing_left())

    assert worker.asked == [Leave(room_id="r1", peer_id="peer-of-bob")]


async def test_what_a_process_left_behind_when_it_died_is_told_by_the_next(
    telling: Telling, amqp_url: str, db: Database
) -> None:
    await telling.hold("r1", "ada", "bob", "cyd")
    await telling.part("bob")
    await telling.part("cyd")

    async with working(amqp_url) as worker, Telling(db, amqp_url).running():
        await eventually(telling.nothing_left())

    told = {each.peer_id for each in worker.asked_for(Leave)}
    assert told == {"peer-of-bob", "peer-of-cyd"}


async def test_a_worker_that_is_away_is_told_when_it_is_back_and_holds_up_no_other(
    telling: Telling, amqp_url: str
) -> None:
    await telling.hold("r1", "ada", "bob", worker="away")
    await telling.hold("r2", "ada", "bob", worker="w2")

    async with telling.running():
        await telling.part("bob", "r1")
        async with working(amqp_url, "w2"):
            await telling.part("bob", "r2")
            await eventually(telling.nothing_left("r2"))
        assert (await telling.calls.get("r1")).partings

        async with working(amqp_url, "away") as back:
            await eventually(telling.nothing_left("r1"))
        assert back.asked == [Leave(room_id="r1", peer_id="peer-of-bob")]


async def test_a_worker_that_hangs_holds_up_no_other(telling: Telling, amqp_url: str) -> None:
    await telling.hold("r1", "ada", "bob", worker="hangs")
    await telling.hold("r2", "ada", "bob", worker="w2")
    for_ever = asyncio.Event()

    async def hang(_: Request) -> None:
        await for_ever.wait()

    async with (
        working(amqp_url, "hangs") as hangs,
        working(amqp_url, "w2") as worker,
        telling.running(),
    ):
        hangs.before_answer = hang
        await telling.part("bob", "r1")
        await eventually(lambda: asyncio.sleep(0, hangs.asked))
        await telling.part("bob", "r2")
        await eventually(telling.nothing_left("r2"))
        assert worker.asked
        assert (await telling.calls.get("r1")).partings
        for_ever.set()
        await eventually(telling.nothing_left("r1"))


async def test_what_a_worker_refuses_to_forget_is_not_asked_for_ever(
    telling: Telling, amqp_url: str
) -> None:
    await telling.hold("r1", "ada", "bob")

    async with working(amqp_url) as worker, telling.running():
        worker.refuses = lambda _: "unknown-room"
        await telling.part("bob")
        await eventually(telling.nothing_left())


async def test_a_room_is_closed_when_it_is_time_and_not_earlier(
    telling: Telling, amqp_url: str
) -> None:
    await telling.hold("r1", "ada")
    await telling.hold("r2", "ada")
    await telling.calls.change("r1", lambda call: domain.end(call, at=utc_now() - 20 * SECOND))

    await telling.calls.change("r2", lambda call: domain.end(call, at=utc_now()))

    async with working(amqp_url) as worker:
        worker.rooms = {"r1": {"peer-of-ada"}, "r2": {"peer-of-ada"}}
        async with telling.running():
            await eventually(telling.nothing_left("r1"))

            async def only_the_room() -> bool:
                left = (await telling.calls.get("r2")).partings
                return [each.peer_id for each in left] == [None]

            await eventually(only_the_room)
        assert worker.rooms == {"r2": set()}
        assert [each.room_id for each in worker.asked_for(Close)] == ["r1"]


async def test_a_large_call_that_ends_is_forgotten_whole(telling: Telling, amqp_url: str) -> None:
    names = [f"person{number}" for number in range(3 * AT_ONCE + 1)]
    await telling.hold("r1", *names)
    running, most = 0, 0

    async def count(_: Request) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    async with working(amqp_url) as worker, telling.running():
        worker.before_answer = count
        await telling.calls.change("r1", lambda call: domain.end(call, at=utc_now()))

        async def is_empty() -> bool:
            return len((await telling.calls.get("r1")).partings) == 1

        await eventually(is_empty)

    assert {each.peer_id for each in worker.asked_for(Leave)} == {f"peer-of-{n}" for n in names}
    assert most <= AT_ONCE


async def test_a_store_that_is_away_delays_and_ends_nothing(
    telling: Telling, amqp_url: str, monkeypatch
) -> None:
    await telling.hold("r1", "ada", "bob")
    monkeypatch.setattr("signaling.partings.POLLS_EVERY", 0.01)
    due, parted = telling.calls.partings_due, telling.calls.parted
    failures: list[str] = []

    async def due_or_not(*, at: object) -> object:
        if "due" not in failures:
            failures.append("due")
            raise ConnectionError("MongoDB is away")
        return await due(at=at)

    async def parted_or_not(room_id: str, parting: Parting) -> None:
        if "parted" not in failures:
            failures.append("parted")
            raise ConnectionError("MongoDB is away")
        await parted(room_id, parting)

    monkeypatch.setattr("common.mongo.AWAY", (ConnectionError,))
    monkeypatch.setattr(telling.calls, "partings_due", due_or_not)
    monkeypatch.setattr(telling.calls, "parted", parted_or_not)

    async with working(amqp_url) as worker, telling.running():
        await telling.part("bob")
        await eventually(telling.nothing_left())

    assert failures == ["due", "parted"]
    assert len(worker.asked_for(Leave)) == 2, "asked again, since nobody noted the answer"


@pytest.mark.parametrize("strange", [b"", b"{", b"[]", b'"yes"', b'{"refused": {}}'])
async def test_an_answer_that_cannot_be_read_is_none(amqp_url: str, strange: bytes) -> None:
    class Strange(Worker):
        async def _answer(self, body: bytes) -> bytes:
            return strange

    requests, worker = Requests(amqp_url), Strange(amqp_url, "w1")
    async with background.running(requests.run(), worker.run()):
        await eventually(requests.reachable)
        await eventually(worker.reachable)
        with pytest.raises(domain.WorkerAway):
            await Forwarders(requests).ask("w1", Close(room_id="r1"), Nothing)
