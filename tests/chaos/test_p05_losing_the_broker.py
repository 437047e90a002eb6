"""P5: RabbitMQ may lose all it has; nothing is missing anywhere a minute later."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from common.testing import eventually
from tests.chaos import effects, faults
from tests.chaos.cluster import Cluster
from tests.chaos.people import Ids, Person
from tests.chaos.scenario import Scenario, play

ALL_THERE_WITHIN = 60.0
ROOMS = 20
READERS = ("notify-1", "analytics-1", "signaling-1", "signaling-2")
"""They hang while things happen, so that the broker holds what they have not heard."""


@asynccontextmanager
async def hanging(cluster: Cluster, *names: str) -> AsyncIterator[None]:
    for each in names:
        cluster.signal(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in names:
            cluster.signal(each, signal.SIGCONT)


async def meet(host: Person, guest: Person) -> None:
    """Open rooms, invite, enter and write."""
    ids = Ids("met")
    for _ in range(ROOMS):
        room = await host.opens_a_room(guest)
        invited = {"userIds": [guest.user_id]}
        await host.insist("POST", f"/api/rooms/{room}/invitations", invited)
        said = {"roomId": room, "message": "hello", "clientId": ids.next()}
        await guest.insist("POST", "/api/chat/message", said)


async def nothing_waits(cluster: Cluster) -> bool:
    found = await effects.missing(cluster.mongo_url)
    return not any("published" in each for each in found)


async def lose_what_nobody_has_heard(cluster: Cluster) -> None:
    """Wipe the broker while it holds facts for all readers, and while more is being said."""
    host, guest = [await Person.registered(cluster, each) for each in ("host", "guest")]
    async with hanging(cluster, *READERS):
        await meet(host, guest)
        await eventually(lambda: nothing_waits(cluster), within=30)
        more = asyncio.create_task(meet(host, guest))
        await cluster.wipe_rabbitmq()
    await more
    for each in (host, guest):
        await each.leaves()


async def nothing() -> None:
    pass


@pytest.mark.chaos
async def test_no_message_is_lost_when_the_broker_loses_everything(cluster: Cluster, seed: int):
    wiped = [faults.parse("rabbit:wipe")]

    verdict = await play(cluster, Scenario(faults=wiped, rounds=2, seed=seed), say=print)
    print(verdict)
    missing = await effects.missing_after(cluster.mongo_url, within=ALL_THERE_WITHIN)

    assert verdict.passed, verdict
    assert not missing


@pytest.mark.chaos
async def test_what_the_broker_lost_reaches_everybody_who_had_not_heard_it(cluster: Cluster):
    await lose_what_nobody_has_heard(cluster)

    assert not await effects.missing_after(cluster.mongo_url, within=ALL_THERE_WITHIN)
    await cluster.ready()


@pytest.mark.chaos
async def test_without_a_replay_it_stays_lost(cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as never:
        never.setattr(cluster, "replay", nothing)
        await lose_what_nobody_has_heard(cluster)

    missing = await effects.missing_after(cluster.mongo_url, within=20)
    await cluster.replay()

    assert missing["not counted by analytics"] > ROOMS
    assert missing["not invited, or not once"] > ROOMS / 2
    assert not await effects.missing_after(cluster.mongo_url, within=ALL_THERE_WITHIN)
    await cluster.ready()
