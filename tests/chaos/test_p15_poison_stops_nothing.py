"""P15: an event that no service can take is set aside, and everything else goes on."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractConnection

from common import queues
from common.dead_letters import drop
from common.events import CallStarted, PeerJoined, PeopleInvited, RoomOpened
from common.testing import eventually
from common.topology import READERS, dead_queue
from tests.chaos.cluster import Cluster, Layout, running
from tests.chaos.people import Person

TOO_LARGE = 2**70
"""JSON can say it, and no database can keep it."""
SERVICES = [name for name, facts in READERS.items() if facts]
_ALL = 1000
_SET_ASIDE = 10.0
"""Seconds that a control is watched; what cannot be read is set aside within one otherwise."""
_SLOWER = 2.0
_AT_LEAST = 4.0
"""Seconds below which the rest is never called slow: a service that waited between two
tries of poison would take longer."""


def _amqp_url(cluster: Cluster) -> str:
    return cluster.programs["chat-1"].environment["CONVO_AMQP_URL"]


@asynccontextmanager
async def broker(
    cluster: Cluster,
) -> AsyncIterator[tuple[AbstractConnection, AbstractChannel]]:
    async with await aio_pika.connect(_amqp_url(cluster)) as connection:
        yield connection, await connection.channel()


async def dead_letters(cluster: Cluster, *arguments: str) -> str:
    """What `python -m common.dead_letters` says; it must succeed."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "common.dead_letters", *arguments),
        env=dict(cluster.programs["chat-1"].environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await running.communicate()
    assert running.returncode == 0, told.decode()
    return told.decode()


def poisons(service: str) -> list[tuple[bytes, str | None]]:
    """Bodies and types of what this service cannot take."""
    known = READERS[service][0].type
    major = known.rpartition(".v")[0] + ".v99"
    cannot_be_read = [(b"{not json", known), (b"\xff\xfe", known), (b"{}", known)]
    unknown = [(b"{}", "nobody.knows_this.v1"), (b"{}", major), (b"{}", None)]
    return [*cannot_be_read, *unknown, *_make_reactions_fail(service)]


def _make_reactions_fail(service: str) -> list[tuple[bytes, str | None]]:
    """Facts that can be read and make the reaction to them raise."""
    at = {"occurredAt": "2026-01-02T12:00:00.000Z", "roomId": "poisoned", "seq": TOO_LARGE}
    opened = {"roomName": "Tea", "hostId": "h", "hostName": "H", "isPrivate": False}
    room = json.dumps({**at, **opened, "topology": "mesh"}).encode()
    match service:
        case "chat" | "signaling" | "notify" | "analytics":
            return [(room, RoomOpened.type)]
        case "rooms":
            # Peer ids become names of fields.
            peer = {"peerId": "a\0b", "userId": "u", "displayName": "U", "role": "host"}
            media = {"state": "connected", "audio": True, "video": True, "screen": False}
            times = {"handRaisedAt": None, "joinedAt": at["occurredAt"]}
            joined = {**at, "seq": 1, "meetingId": "m", "peer": {**peer, **media, **times}}
            return [(json.dumps(joined).encode(), PeerJoined.type)]
        case _:
            return []


async def publish(channel: AbstractChannel, service: str) -> int:
    """Put one of each poison where the service reads; returns how many."""
    for number, (body, kind) in enumerate(poisons(service)):
        message = aio_pika.Message(body, type=kind, message_id=f"poison-{service}-{number}")
        await channel.default_exchange.publish(message, service)
    return len(poisons(service))


async def until_set_aside(
    connection: AbstractConnection,
    before: Mapping[str, int],
    sent: Mapping[str, int],
    *,
    within: float,
) -> None:
    """Return when each dead letter queue has what was sent besides what it had.

    Raises:
        AssertionError: One has not within so many seconds, or has more.
    """

    async def all_set_aside() -> bool:
        dead = await queues.measure(connection, list(sent))
        return all(dead[name] == before[name] + count for name, count in sent.items())

    await eventually(all_set_aside, within=within, every=0.2)


async def seconds_until_told(
    host: Person, guest: Person, *, times: int, within: float = 60
) -> float:
    """The longest of so many invitations, from asking to the notification.

    Raises:
        AssertionError: One is not told within so many seconds.
    """
    longest = 0.0
    for _ in range(times):
        begun = time.monotonic()
        room = await host.opens_a_room()
        invited = {"userIds": [guest.user_id]}
        await host.insist("POST", f"/api/rooms/{room}/invitations", invited)

        async def told(room: str = room) -> bool:
            return room in str(await guest.insist("GET", "/api/notifications?limit=5"))

        await eventually(told, within=within)
        longest = max(longest, time.monotonic() - begun)
    return longest


@asynccontextmanager
async def host_and_guest(cluster: Cluster) -> AsyncIterator[tuple[Person, Person]]:
    people = [await Person.registered(cluster, each) for each in ("host", "guest")]
    yield people[0], people[1]
    for each in people:
        await each.leaves()


@pytest.fixture(name="people")
async def _people(cluster: Cluster) -> AsyncIterator[tuple[Person, Person]]:
    async with host_and_guest(cluster) as people:
        yield people


async def test_poison_is_set_aside_in_every_service_and_everything_else_goes_on(
    cluster: Cluster, people: tuple[Person, Person]
):
    usual = await seconds_until_told(*people, times=5)

    async with broker(cluster) as (connection, channel):
        before = await queues.measure(connection, [dead_queue(each) for each in SERVICES])
        sent = {dead_queue(each): await publish(channel, each) for each in SERVICES}
        meanwhile = await seconds_until_told(*people, times=5)
        await until_set_aside(connection, before, sent, within=120)
        shown = await dead_letters(cluster, "show", "notify")
        dropped = [await drop(channel, each.removesuffix(".dead"), _ALL) for each in sent]

    print(f"told within {usual:.2f} s usually, {meanwhile:.2f} s meanwhile")
    assert meanwhile <= max(_SLOWER * usual, _AT_LEAST)
    assert "nobody.knows_this.v1" in shown
    assert dropped == [before[name] + count for name, count in sent.items()]


async def test_replaying_what_was_set_aside_has_its_effect_once(
    cluster: Cluster, people: tuple[Person, Person]
):
    host, guest = people
    room = await host.opens_a_room()
    body = PeopleInvited(
        occurred_at="2026-01-02T12:00:00Z",
        room_id=room,
        seq=2,
        room_name="Tea",
        inviter_id=host.user_id,
        inviter_name="Host",
        user_ids=[guest.user_id],
    ).model_dump_json()

    async with broker(cluster) as (_, channel):
        for service in ("notify", "rooms"):
            await drop(channel, service, _ALL)  # what others have left there
        for _ in range(2):
            fact = aio_pika.Message(body.encode(), type=PeopleInvited.type, message_id="once")
            await channel.default_exchange.publish(fact, dead_queue("notify"))
            await dead_letters(cluster, "replay", "notify")
        stays = aio_pika.Message(b"{}", type=CallStarted.type, message_id="never")
        await channel.default_exchange.publish(stays, dead_queue("rooms"))
    assert await dead_letters(cluster, "replay", "rooms") == "1\n"

    async def told() -> int:
        return str(await guest.insist("GET", "/api/notifications")).count(room)

    async def dead_again() -> bool:
        return "never" in await dead_letters(cluster, "show", "rooms")

    await eventually(told)
    await eventually(dead_again, within=30)
    assert await told() == 1
    assert await dead_letters(cluster, "show", "notify") == "nothing\n"
    assert await dead_letters(cluster, "drop", "rooms") == "1\n"


@pytest.mark.chaos
async def test_a_service_that_asks_for_poison_again_sets_none_aside(tmp_path: Path):
    async with (
        running(tmp_path, _notify("requeues_poison")) as cluster,
        broker(cluster) as (connection, channel),
    ):
        sent = {dead_queue("notify"): await publish(channel, "notify")}

        with pytest.raises(AssertionError, match="all_set_aside"):
            await until_set_aside(connection, dict.fromkeys(sent, 0), sent, within=_SET_ASIDE)


@pytest.mark.chaos
async def test_a_service_that_stops_at_poison_tells_nobody_anything(tmp_path: Path):
    async with (
        running(tmp_path, _notify("stops_at_poison")) as cluster,
        host_and_guest(cluster) as people,
        broker(cluster) as (_, channel),
    ):
        await seconds_until_told(*people, times=1)
        await publish(channel, "notify")

        with pytest.raises(AssertionError, match="told"):
            await seconds_until_told(*people, times=1, within=_SET_ASIDE)


def _notify(control: str) -> Layout:
    return Layout(modules={"notify": f"tests.chaos.controls.{control}"})
