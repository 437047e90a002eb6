"""P16: an old snapshot and the events heard since are what a fresh snapshot tells."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import jsonschema
import pytest

from common import background, mongo
from common.bus import Bus
from common.clock import rfc3339, utc_now
from common.events import FACTS, Envelope, PeerState, WorkerAlive
from common.testing import eventually
from gateway.realtime.commands import TO
from signaling.repository import CallRepository
from tests.chaos import fold
from tests.chaos.cluster import Cluster
from tests.chaos.fold import NO_CALL, STREAM_OF, Frame, Name, shown_message, shown_room
from tests.chaos.people import Ids, Person
from tests.chaos.sockets import Socket, talking

_SCHEMAS = Path(__file__).parents[2] / "libs" / "common" / "schemas"
FACT_OF = {fact.frame: fact.type for fact in FACTS if fact.frame}
UNHEARD = {"roomOpened"}
"""Told before anybody can listen to the room."""

ELSEWHERE = {
    # Frames that are passed on and change nothing anybody asks for later.
    "signal",
    "subscribe",
    "typing",
    "followRoom",
    "unfollowRoom",
    "watchPresence",
    # About people, their files, their news and their figures, not about a room.
    "POST /api/analytics/call-quality",
    "POST /api/auth/register",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
    "POST /api/auth/logout",
    "PATCH /api/user/profile",
    "POST /api/media/files",
    "POST /api/media/files/{file_id}/complete",
    "DELETE /api/media/files/{file_id}",
    "POST /api/notifications/send",
    "POST /api/notifications/read",
    "PATCH /api/notifications/{notification_id}",
}
"""Commands that change nothing of a room, a call or a chat."""

Snapshot = dict[Name, tuple[int, object]]


@dataclass
class Witness:
    """Listens to a room, and can ask for all of it."""

    person: Person
    room: str
    calls: CallRepository
    began: dict[Name, int] = field(default_factory=lambda: {"room": 0, "chat": 0, "call": 0})
    """How far each stream was before anything was heard."""
    heard: list[Frame] = field(default_factory=list)

    def hear(self, frame: Frame) -> None:
        if "seq" in frame:
            self.heard.append(frame)

    async def asks(self) -> Snapshot:
        """Everything anew: the room and its chat as REST tells them, the call as it is stored."""
        answer = await self.person.until_answered("GET", f"/api/rooms/{self.room}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return {"room": (self._last("room"), None)}
        path = f"/api/chat/messages/{self.room}?after=0&limit=200"
        chat = [shown_message(each) for each in await self.person.insist("GET", path)]
        view = answer.json()
        return {
            "room": (view["seq"], shown_room(view)),
            "chat": (len(chat), chat),
            "call": await self._call(),
        }

    async def _call(self) -> tuple[int, Frame]:
        call = await self.calls.get(self.room)
        peers = [PeerState.model_validate(each).model_dump(mode="json") for each in call.peers]
        way = {"topology": call.topology, "workerId": call.worker_id}
        if call.meeting is None:
            return call.version, {**NO_CALL, **way, "peers": peers}
        began = {"meetingId": call.meeting.id, "startedAt": rfc3339(call.meeting.started_at)}
        return call.version, {**began, **way, "peers": peers}

    async def reaches(self, fresh: Snapshot) -> bool:
        """Whether the events up to these numbers have been heard."""
        return all(self._last(name) >= seq for name, (seq, _) in fresh.items())

    def _last(self, name: Name) -> int:
        numbers = [each["seq"] for each in self.heard if STREAM_OF[each["type"]] == name]
        return max(numbers, default=self.began[name])

    def since(self, name: Name, seq: int) -> dict[int, Frame]:
        """The events of one stream after a number, each once."""
        return {
            each["seq"]: each
            for each in self.heard
            if STREAM_OF[each["type"]] == name and each["seq"] > seq
        }


@dataclass
class Story:
    """What happens in one room, checked step by step."""

    witness: Witness
    snapshot: Snapshot
    seen: set[str] = field(default_factory=set)
    """Commands that were carried out."""

    async def does(self, command: str, act: Awaitable[object]) -> None:
        """Carry out a command that must change something, and compare what is shown."""
        await act
        fresh = await self.witness.asks()

        async def heard() -> bool:
            nonlocal fresh
            fresh = await self.witness.asks()  # a reaction of another service may come later
            return fresh != self.snapshot and await self.witness.reaches(fresh)

        await eventually(heard, within=20, every=0.1)
        for name, (seq, state) in fresh.items():
            old_seq, shown = self.snapshot[name]
            events = self.witness.since(name, old_seq)
            for number in range(old_seq + 1, seq + 1):
                shown = fold.fold(shown, events[number])
            assert shown == state, f"{name} after {command}"
        self.seen.add(command)
        self.snapshot = fresh


@asynccontextmanager
async def watching(cluster: Cluster, person: Person, room: str) -> AsyncIterator[Story]:
    """A story that this person listens to; they are not in the call."""
    client = mongo.connect(cluster.mongo_url)
    witness = Witness(person, room, CallRepository(client["signaling"]))
    async with talking(person, heard=witness.hear) as socket:
        await socket.ask("followRoom", roomId=room)
        snapshot = await witness.asks()
        witness.began = {name: seq for name, (seq, _) in snapshot.items()}
        yield Story(witness, snapshot)
    client.close()


@asynccontextmanager
async def a_worker(cluster: Cluster) -> AsyncIterator[None]:
    """Somebody who says, every second, that calls may be forwarded through them."""
    bus = Bus(cluster.programs["chat-1"].environment["CONVO_AMQP_URL"])
    figures = {"load": 0.0, "packets_per_second": 0.0, "rooms": 0, "peers": 0}

    async def speak() -> None:
        while True:
            alive = WorkerAlive(occurred_at=utc_now(), worker_id="worker", **figures)
            await bus.publish(Envelope.of(alive, {}))
            await asyncio.sleep(1)

    async with background.running(bus.run(), speak()):
        yield


async def commands_of(person: Person) -> set[str]:
    """Everything the platform offers that may change something, each by its first name."""
    document = await person.insist("GET", "/api/openapi.json")
    rest = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in {"post", "put", "patch", "delete"}
        and not operation["summary"].startswith("The same as ")
    }
    return rest | set(TO)


async def test_events_tell_what_a_fresh_snapshot_tells_after_every_command(cluster: Cluster):
    ada, bob, cyd = [await Person.registered(cluster, name) for name in ("ada", "bob", "cyd")]
    room = await ada.opens_a_room(bob)

    async with (
        watching(cluster, bob, room) as story,
        talking(ada) as adas,
        talking(cyd) as cyds,
        talking(cyd) as cyds_other,
    ):
        await change_the_room(story, ada, cyd)
        await call_each_other(story, adas, cyds, cyds_other)
        async with a_worker(cluster):
            await go_through_it(story, ada)
        await talk(story, adas, cyd)
        await end_it(story, ada, cyd)
    offered = await commands_of(ada)

    assert story.seen | ELSEWHERE | {"POST /api/rooms"} == offered
    assert not story.seen & ELSEWHERE
    assert {each["type"] for each in story.witness.heard} == set(STREAM_OF)
    for each in story.witness.heard:
        schema = json.loads((_SCHEMAS / f"{FACT_OF[each['type']]}.json").read_text())
        jsonschema.validate(each["data"], schema)


async def change_the_room(story: Story, host: Person, guest: Person) -> None:
    path = f"/api/rooms/{story.witness.room}"

    async def changed(**what: object) -> None:
        await story.does("PATCH /api/rooms/{room_id}", host.insist("PATCH", path, what))

    await changed(roomName="Tea")
    at = "2100-01-01T00:00:00Z"
    await changed(isPrivate=True, roomPassword="open sesame", expiresAt=at)
    await changed(settings={"topology": "mesh"}, roomPassword=None, expiresAt=None)
    invited = {"userIds": ["u1", guest.user_id]}
    invite = host.insist("POST", f"{path}/invitations", invited)
    await story.does("POST /api/rooms/{room_id}/invitations", invite)
    for name in ("Cyd", "Cyd the Second"):
        join = guest.insist("POST", f"{path}/join", {"displayName": name})
        await story.does("POST /api/rooms/{room_id}/join", join)


async def call_each_other(story: Story, adas: Socket, cyds: Socket, cyds_other: Socket) -> None:
    here = {"roomId": story.witness.room}
    await story.does("joinRoom", adas.ask("joinRoom", **here, audio=True))
    await story.does("joinRoom", cyds.ask("joinRoom", **here))
    await story.does("joinRoom", cyds_other.ask("joinRoom", **here))
    await story.does("mediaState", adas.ask("mediaState", **here, video=True, screen=True))
    await story.does("raiseHand", adas.ask("raiseHand", **here))
    await story.does("lowerHand", adas.ask("lowerHand", **here))
    for socket in (cyds_other, adas):
        await story.does("leaveRoom", socket.ask("leaveRoom", **here))
    await story.does("joinRoom", cyds.ask("joinRoom", **here))
    await story.does("joinRoom", adas.ask("joinRoom", **here))


async def go_through_it(story: Story, host: Person) -> None:
    path = f"/api/rooms/{story.witness.room}"

    async def sets(topology: str) -> None:
        await host.insist("PATCH", path, {"settings": {"topology": topology}})

        async def is_so() -> bool:
            return (await story.witness.calls.get(story.witness.room)).topology == topology

        await eventually(is_so, within=20, every=0.1)

    for topology in ("sfu", "mesh"):
        await story.does("PATCH /api/rooms/{room_id}", sets(topology))


async def talk(story: Story, adas: Socket, cyd: Person) -> None:
    ids = Ids("p16")
    said = {"roomId": story.witness.room, "message": "Hello"}
    await story.does("chatMessage", adas.ask("chatMessage", **said, clientId=ids.next()))
    said["clientId"] = ids.next()
    await story.does("POST /api/chat/message", cyd.insist("POST", "/api/chat/message", said))


async def end_it(story: Story, host: Person, guest: Person) -> None:
    path = f"/api/rooms/{story.witness.room}"
    await story.does("POST /api/rooms/{room_id}/leave", guest.insist("POST", f"{path}/leave"))
    await story.does("POST /api/rooms/{room_id}/close", host.insist("POST", f"{path}/close"))
    await story.does("DELETE /api/rooms/{room_id}", host.insist("DELETE", path))


async def test_a_client_that_takes_no_notice_of_an_event_is_found_out(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
):
    ada, cyd = [await Person.registered(cluster, name) for name in ("ada", "cyd")]
    room = await ada.opens_a_room()
    as_it_should = fold.fold

    def deaf(shown: object, event: Frame) -> object:
        return shown if event["type"] == "roomUpdated" else as_it_should(shown, event)

    monkeypatch.setattr(fold, "fold", deaf)
    async with watching(cluster, ada, room) as story:
        with pytest.raises(AssertionError, match="room after PATCH"):
            await change_the_room(story, ada, cyd)


def test_every_event_of_a_room_has_a_place_in_the_fold():
    numbered = {fact.frame for fact in FACTS if fact.frame and "seq" in fact.model_fields}

    assert numbered - UNHEARD == set(STREAM_OF)
