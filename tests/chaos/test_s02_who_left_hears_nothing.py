"""S2: who leaves a room hears nothing of it any more, while hundreds write there."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from common.testing import eventually
from tests.chaos import faults
from tests.chaos.cluster import Cluster, running
from tests.chaos.history import History
from tests.chaos.layout import Layout
from tests.chaos.nemesis import Nemesis
from tests.chaos.people import Person
from tests.chaos.sender import Sender
from tests.chaos.sockets import Frame, Lost, Refused, Socket, talking

AT_MOST = 0.5
"""Seconds from the acknowledgement to the last event.

A message counts from when it was written: how long it lay in the buffers of this process,
which listens and writes, says nothing of the platform.
"""
AT_MOST_WITHOUT_BROKER = 3.0
"""The same while gateways learn it only by asking: every 0.4 s, once the queue is gone."""
_LISTENS = 4.0
"""Seconds for which silence is listened to."""


@dataclass(frozen=True)
class OneOf:
    """A platform of which somebody knows one gateway only."""

    gateways: Sequence[str]


@dataclass
class Ear:
    """Of which moments one socket heard something of the room, in Unix time."""

    room: str
    at: list[float] = field(default_factory=list)

    def hear(self, frame: Frame) -> None:
        # `resync` tells that there is nothing to hear any more, and nothing of the room.
        if frame.get("roomId") == self.room and frame["type"] != "resync":
            written = frame["data"].get("timestamp")
            self.at.append(datetime.fromisoformat(written).timestamp() if written else time.time())


@asynccontextmanager
async def busy(cluster: Cluster, *, writers: int) -> AsyncIterator[tuple[Person, str, History]]:
    """A room in which so many people write 18 messages a second each."""
    host = await Person.registered(cluster, "host")
    people = await asyncio.gather(
        *(Person.registered(cluster, f"writer-{n}") for n in range(writers))
    )
    room = await host.opens_a_room(*people)
    history, over = History(), asyncio.Event()
    senders = [
        Sender(each, [room], history, by_socket=True, per_second=18, size=60) for each in people
    ]
    writing = asyncio.gather(*(each.run(over) for each in senders))
    try:
        yield host, room, history
    finally:
        over.set()
        await writing
        for each in (host, *people):
            await each.leaves()


async def last_heard(cluster: Cluster, room: str, *, seed: int) -> float:
    """Somebody comes, listens at every gateway, and leaves: how long they hear after that."""
    chance = random.Random(seed)
    person = await Person.registered(cluster, "leaver", seed=seed)
    await person.insist("POST", f"/api/rooms/{room}/join")
    ears = []
    async with AsyncExitStack() as stack:
        for address in cluster.gateways:
            ears.append(Ear(room))
            at_one = Person(OneOf([address]), "leaver", person.chance)
            at_one.user_id, at_one.token = person.user_id, person.token
            stack.push_async_callback(at_one.leaves)
            socket = await stack.enter_async_context(talking(at_one, heard=ears[-1].hear))
            await _listen(socket, chance.choice(["followRoom", "joinRoom"]), room)

        async def all_hear() -> bool:
            return all(len(each.at) >= 5 for each in ears)

        await eventually(all_hear, within=30)
        await person.insist("POST", f"/api/rooms/{room}/leave")
        left = time.time()
        await asyncio.sleep(_LISTENS)
    await person.leaves()
    return max(at for each in ears for at in each.at) - left


async def _listen(socket: Socket, way: str, room: str) -> None:
    while True:
        try:
            await socket.ask(way, roomId=room)
        except (Lost, Refused):
            await asyncio.sleep(0.2)
        else:
            return


async def heard_after(cluster: Cluster, room: str, history: History, *, rounds: int) -> float:
    """The longest of some rounds; tells how much was written meanwhile."""
    begun, before = time.monotonic(), len(history.sendings)
    longest = max([await last_heard(cluster, room, seed=number) for number in range(rounds)])
    rate = (len(history.sendings) - before) / (time.monotonic() - begun)
    print(f"last heard {longest * 1000:.0f} ms after the answer; {rate:.0f} messages/s")
    return longest


async def test_who_left_hears_nothing_half_a_second_later(cluster: Cluster):
    async with busy(cluster, writers=3) as (_, room, history):
        longest = await heard_after(cluster, room, history, rounds=1)

    assert longest <= AT_MOST


@pytest.mark.chaos
async def test_who_left_hears_nothing_half_a_second_later_while_200_a_second_are_written(
    cluster: Cluster,
):
    async with busy(cluster, writers=12) as (_, room, history):
        longest = await heard_after(cluster, room, history, rounds=10)

    assert longest <= AT_MOST


@pytest.mark.chaos
async def test_who_left_is_not_heard_of_for_long_without_the_broker(cluster: Cluster):
    away = faults.parse("rabbit:stop_app:60")

    async with busy(cluster, writers=12) as (_, room, history):
        striking = asyncio.create_task(Nemesis(cluster).strike(away))
        try:
            longest = await heard_after(cluster, room, history, rounds=5)
        finally:
            striking.cancel()
            await asyncio.gather(striking, return_exceptions=True)
            await cluster.ready()

    assert longest <= AT_MOST_WITHOUT_BROKER


@pytest.mark.chaos
async def test_a_gateway_that_lets_them_go_on_listening_is_found_out(tmp_path: Path):
    control = Layout(modules={"gateway": "tests.chaos.controls.goes_on_telling"})

    async with (
        running(tmp_path, control) as cluster,
        busy(cluster, writers=3) as (_, room, history),
    ):
        longest = await heard_after(cluster, room, history, rounds=1)

    assert longest > AT_MOST
