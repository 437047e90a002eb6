"""Calls whose worker is lost, stops, or is there at last: what the sweep does."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from common.events import TopologyChanged
from common.mongo import Database
from common.presence import Gateways
from common.testing import NOON
from signaling import domain, handlers
from signaling.domain import LINGERS, Call, Fleet, Parting
from signaling.repository import CallRepository
from signaling.sweep import Sweep
from signaling.workers import Workers

from .calls import SECOND, device
from .test_sweep import Line


class Watch:
    """One replica that sweeps every second, and workers that speak."""

    def __init__(self, db: Database) -> None:
        self.calls = CallRepository(db)
        self.workers = Workers(db)
        self.gateways = Gateways(db)
        self.line = Line()
        self.sweep = Sweep(self.calls, self.gateways, self.workers, self.line)
        self.now = NOON

    async def wait(self, seconds: int, *, heard: Sequence[str] = ()) -> None:
        for _ in range(seconds):
            self.now += SECOND
            await self.gateways.heard("g1", at=self.now)
            for name in heard:
                await self.workers.heard(name, load=float(name[1:]), at=self.now)
            await self.sweep.look(at=self.now)

    async def enter(self, *names: str, room_id: str = "r1", setting: str = "auto") -> None:
        for name in names:

            def decide(call: Call, name: str = name) -> domain.Change:
                who = device(name, setting=setting)
                return domain.join(
                    call, who, new_peer_id=f"p-{name}", new_meeting_id="m", at=self.now
                )

            await self.calls.change(room_id, decide)

    async def way(self, room_id: str = "r1") -> tuple[str, str | None]:
        call = await self.calls.get(room_id)
        return call.topology, call.worker_id


@pytest.fixture
async def watch(db: Database) -> Watch:
    """Three people whose call goes through the first of two workers, for long enough."""
    watch = Watch(db)
    await watch.enter("ada", "bob", "cyd")
    await watch.wait(30, heard=["w1", "w2"])
    assert await watch.way() == ("sfu", "w1")
    return watch


async def test_a_call_whose_worker_is_lost_goes_to_another_within_four_seconds(
    watch: Watch,
) -> None:
    before = (await watch.calls.get("r1")).version

    await watch.wait(2, heard=["w2"])
    assert await watch.way() == ("sfu", "w1")
    await watch.wait(1, heard=["w2"])
    assert await watch.way() == ("sfu", "w2")
    assert (await watch.calls.get("r1")).version == before + 1

    await watch.wait(30, heard=["w2"])
    assert (await watch.calls.get("r1")).version == before + 1, "and stays there"


async def test_without_any_worker_a_call_is_a_mesh_until_there_is_one(watch: Watch) -> None:
    await watch.wait(4)
    assert await watch.way() == ("mesh", None)

    await watch.wait(2, heard=["w3"])
    assert await watch.way() == ("sfu", "w3")


async def test_two_who_had_a_worker_and_lost_it_stay_a_mesh(watch: Watch) -> None:
    await watch.calls.change("r1", lambda call: domain.leave(call, "cyd", at=watch.now))
    await watch.wait(4)

    await watch.wait(5, heard=["w3"])

    assert await watch.way() == ("mesh", None)


async def test_a_worker_that_stops_is_left_at_the_next_look_even_by_who_is_deaf(
    watch: Watch,
) -> None:
    watch.line.up = False
    await watch.workers.stopped("w1", at=watch.now)

    await watch.wait(1, heard=["w1", "w2"])

    assert await watch.way() == ("sfu", "w2")


async def test_a_broker_that_is_away_for_a_minute_moves_no_call(watch: Watch) -> None:
    before = (await watch.calls.get("r1")).version
    watch.line.up = False
    await watch.wait(60)
    watch.line.up = True
    await watch.wait(12)  # the slowest worker takes so long to find the broker again
    await watch.wait(30, heard=["w1", "w2"])

    assert await watch.way() == ("sfu", "w1")
    assert (await watch.calls.get("r1")).version == before


async def test_a_process_that_stood_still_moves_no_call(watch: Watch) -> None:
    watch.now += 30 * SECOND
    await watch.wait(1)
    await watch.wait(30, heard=["w1", "w2"])

    assert await watch.way() == ("sfu", "w1")


async def test_many_calls_of_a_lost_worker_are_shared_out(watch: Watch) -> None:
    for number in range(10):
        await watch.enter("eve", room_id=f"room{number}", setting="sfu")
    await watch.wait(1, heard=["w1", "w2"])
    assert await watch.way("room9") == ("sfu", "w1")

    await watch.workers.stopped("w1", at=watch.now)
    watch.workers.fleet = Fleet({"w2": 0.10, "w3": 0.13}, frozenset({"w1"}))

    await handlers.place_calls(watch.calls, watch.workers, at=watch.now)

    places = [(await watch.way(f"room{number}"))[1] for number in range(10)]
    assert {places.count("w2"), places.count("w3")} <= {3, 4, 5, 6, 7}


async def test_a_mesh_is_left_alone_whatever_workers_there_are(watch: Watch) -> None:
    await watch.enter("eve", "fay", room_id="r2")
    await watch.enter("eve", "fay", "gus", room_id="r3", setting="mesh")

    await watch.wait(3, heard=["w1", "w2"])

    assert await watch.way("r2") == await watch.way("r3") == ("mesh", None)


async def test_what_a_lost_worker_was_to_forget_is_forgotten_with_it(watch: Watch) -> None:
    await watch.calls.change("r1", lambda call: domain.leave(call, "cyd", at=watch.now))
    assert (await watch.calls.get("r1")).partings == (Parting("w1", "p-cyd", watch.now),)

    watch.line.up = False
    await watch.wait(30, heard=["w2"])
    assert (await watch.calls.get("r1")).partings, "who hears nothing forgets nothing"
    watch.line.up = True
    await watch.wait(30, heard=["w2"])

    assert await watch.way() == ("sfu", "w2")
    assert (await watch.calls.get("r1")).partings == ()


async def test_what_is_done_is_forgotten_and_nothing_else(watch: Watch) -> None:
    at = watch.now
    for name in ("bob", "cyd"):
        await watch.calls.change("r1", lambda call, n=name: domain.leave(call, n, at=at))
    assert await watch.calls.partings_due(at=at - SECOND) == []

    [bob, cyd] = await watch.calls.partings_due(at=at)
    await watch.calls.parted(*bob)
    await watch.calls.parted(*bob)

    assert await watch.calls.partings_due(at=at) == [cyd]


async def test_an_old_confirmation_does_not_touch_what_is_to_be_done_again(watch: Watch) -> None:
    old = Parting("w1", None, NOON)
    await watch.workers.stopped("w1", at=watch.now)
    await watch.wait(1, heard=["w1", "w2"])
    assert (await watch.calls.get("r1")).partings == (Parting("w1", None, watch.now + LINGERS),)

    await watch.calls.parted("r1", old)

    assert len((await watch.calls.get("r1")).partings) == 1


async def test_replicas_that_sweep_at_once_move_a_call_once(watch: Watch, db: Database) -> None:
    gone = Fleet({"w2": 0.2, "w3": 0.2}, frozenset({"w1"}))
    before = (await watch.calls.get("r1")).version

    async def sweeps() -> None:
        workers = Workers(db)
        workers.fleet = gone
        await handlers.place_calls(CallRepository(db), workers, at=watch.now)

    await asyncio.gather(*(sweeps() for _ in range(6)))

    assert (await watch.calls.get("r1")).version == before + 1
    outbox = (await db["calls"].find_one({"_id": "r1"}))["outbox"]
    assert outbox[-1]["type"] == TopologyChanged.type


async def test_a_worker_lost_while_a_join_is_decided_keeps_nobody(watch: Watch) -> None:
    """The join still believes in it; the sweep that comes after does not."""
    stale = Fleet({"w1": 0.1})

    def joins(call: Call) -> domain.Change:
        who = device("eve", setting="sfu")
        call, told = domain.join(call, who, new_peer_id="p", new_meeting_id="m", at=watch.now)
        call, moved = domain.place(call, stale, at=watch.now)
        return call, [*told, *moved]

    await watch.wait(4, heard=["w2"])
    await watch.calls.change("r2", joins)
    assert await watch.way("r2") == ("sfu", "w1")

    await watch.wait(1, heard=["w2"])
    assert await watch.way("r2") == ("sfu", "w2")


async def test_calls_of_an_older_version_are_understood_and_placed(
    watch: Watch, db: Database
) -> None:
    await watch.enter("eve", "fay", "gus", room_id="old")
    names = {"topology": "", "worker_id": "", "setting": "", "partings": ""}
    await db["calls"].update_one({"_id": "old"}, {"$unset": names})
    assert (await watch.calls.directory("old")).worker_id is None

    await watch.wait(1, heard=["w1", "w2"])

    assert await watch.way("old") == ("sfu", "w1")


def test_clients_have_time_to_move_before_a_room_is_closed_behind_them() -> None:
    assert timedelta(seconds=10) < LINGERS
