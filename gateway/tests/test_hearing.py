"""Who hears what."""

import asyncio
import json
from typing import Any

import pytest

from common.bus import Bus
from common.events import (
    Envelope,
    NotificationCreated,
    ParticipantRemoved,
    RoomDeleted,
)
from common.testing import NOON, eventually

from .people import person
from .servers import Platform, follows, free_port, open_gateway, said, tiny, told


async def test_too_many_commands_waiting_for_one_service_are_refused(
    edge: str, platform: Platform, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.realtime.lanes.DEPTH", 3)
    go = asyncio.Event()

    async def slow(_: dict[str, Any]) -> dict[str, Any]:
        await go.wait()
        return {}

    platform.on_commands("chat", slow)

    async with person(edge, ada) as somebody:
        numbers = [await somebody.say("typing") for _ in range(4)]
        refused = await somebody.answer(numbers[-1])
        go.set()
        accepted = [await somebody.answer(number) for number in numbers[:3]]

    assert refused["error"]["status"] == 429
    assert [answer["type"] for answer in accepted] == ["ok"] * 3


async def test_a_service_that_restarts_is_waited_for(
    jwks_url: str, amqp_url: str, ada: str
) -> None:
    platform = Platform()
    port = free_port()
    platform.url = f"http://127.0.0.1:{port}"
    platform.on_commands("chat", lambda _: {"data": {"done": True}})
    settings = told(platform, jwks_url, amqp_url)

    async with open_gateway(settings) as url, person(url, ada) as somebody:
        number = await somebody.say("typing")
        assert await somebody.everything() == []
        async with tiny(platform, port):
            assert (await somebody.answer(number))["data"] == {"done": True}


async def test_what_is_published_for_a_room_reaches_who_follows_it_and_nobody_else(
    edge: str, platform: Platform, bus: Bus, ada: str, bob: str
) -> None:
    follows(platform)

    async with person(edge, ada) as one, person(edge, ada) as two, person(edge, bob) as other:
        for somebody in (one, two):
            await somebody.ask("followRoom", {"roomId": "tea"})
        await other.ask("followRoom", {"roomId": "coffee"})

        await bus.publish(said("tea", 1, "first"))
        await bus.publish(said("tea", 2, "second"))
        await bus.publish(said("coffee", 1, "end"))

        for somebody in (one, two):
            first, second = await somebody.hears("chatMessage"), await somebody.hears("chatMessage")
            assert (first["roomId"], first["seq"], first["data"]["message"]) == ("tea", 1, "first")
            assert second["seq"] == 2
        assert (await other.hears("chatMessage"))["data"]["message"] == "end"
        assert await other.everything() == []


async def test_a_person_hears_what_is_for_them_on_every_socket(
    edge: str, bus: Bus, ada: str, bob: str
) -> None:
    notice = NotificationCreated(
        occurred_at=NOON,
        id="n1",
        user_id="ada",
        kind="invitation",
        message="Come",
        related_room_id=None,
        status="unread",
        created_at=NOON,
    )

    async with person(edge, ada) as one, person(edge, ada) as two, person(edge, bob) as other:
        await bus.publish(Envelope.of(notice, {}))

        for somebody in (one, two):
            heard = await somebody.hears("notification")
            assert heard["data"]["message"] == "Come"
            assert "roomId" not in heard
        assert await other.everything() == []


async def test_a_frame_under_several_keys_comes_once(
    edge: str, platform: Platform, bus: Bus, ada: str
) -> None:
    follows(platform)
    envelope = said("tea", 1)

    async with person(edge, ada) as somebody:
        await somebody.ask("followRoom", {"roomId": "tea"})
        keys = ("user.ada", "room.tea", f"connection.{somebody.connection_id}")
        await bus.show(keys, "typing", "tea", {"userId": "bob"})
        await bus.publish(_for(envelope, keys))

        assert (await somebody.hears("typing"))["roomId"] == "tea"
        await somebody.hears("chatMessage")
        assert await somebody.everything() == []


def _for(envelope: Envelope, audience: tuple[str, ...]) -> Envelope:
    fields = {name: getattr(envelope, name) for name in Envelope.__slots__}
    return Envelope(**{**fields, "audience": audience})


async def test_live_frames_reach_one_connection_alone(edge: str, bus: Bus, ada: str) -> None:
    async with person(edge, ada) as one, person(edge, ada) as two:
        await bus.show([f"connection.{one.connection_id}"], "signal", "tea", {"from": "p"})

        heard = await one.hears("signal")
        assert heard == {"type": "signal", "roomId": "tea", "data": {"from": "p"}}
        assert await two.everything() == []


async def test_what_happens_while_a_room_is_being_entered_is_not_missed(
    edge: str, platform: Platform, bus: Bus, ada: str
) -> None:
    """chat takes its snapshot, something is said, and only then the answer arrives."""

    async def answer(_: dict[str, Any]) -> dict[str, Any]:
        await bus.publish(said("tea", 1))
        await delivered.wait()
        return {"data": {"chat": [], "chatSeq": 0}, "subscribe": ["room.tea"]}

    delivered = asyncio.Event()
    platform.on_commands("chat", answer)

    async with person(edge, ada) as somebody, person(edge, ada) as witness:
        number = await somebody.say("followRoom", {"roomId": "tea"})
        await eventually(lambda: _asked(platform, "followRoom"))
        await bus.show(["user.ada"], "marker", None, {})
        await witness.hears("marker")
        delivered.set()

        answered = await somebody.answer(number)
        heard = await somebody.hears("chatMessage")

    assert answered["type"] == "ok"
    assert heard["seq"] == 1


async def test_who_may_not_enter_hears_nothing_of_it(
    edge: str, platform: Platform, bus: Bus, ada: str
) -> None:
    async def answer(_: dict[str, Any]) -> Any:
        await bus.publish(said("tea", 1, "secret"))
        await bus.show(["user.ada"], "marker", None, {})
        return 404, {"code": "room-not-found", "status": 404}

    platform.on_commands("chat", answer)

    async with person(edge, ada) as somebody:
        refused = await somebody.ask("followRoom", {"roomId": "tea"})
        await bus.publish(said("tea", 2, "secret"))
        await bus.show(["user.ada"], "marker", None, {})
        await somebody.hears("marker")
        await somebody.hears("marker")

        assert refused["error"]["status"] == 404
        assert await somebody.everything() == []


@pytest.mark.parametrize("room_id", ["#", "*", "", "a.b", "x" * 300, 7, None])
async def test_no_room_id_opens_more_than_one_room(
    edge: str, platform: Platform, bus: Bus, ada: str, room_id: object
) -> None:
    follows(platform)

    async with person(edge, ada) as somebody:
        await somebody.ask("followRoom", {"roomId": room_id})
        await bus.publish(said("tea", 1, "secret"))
        await bus.show(["user.ada"], "marker", None, {})
        await somebody.hears("marker")

        assert await somebody.everything() == []


async def test_a_room_followed_and_joined_is_heard_until_both_end(
    edge: str, platform: Platform, bus: Bus, ada: str
) -> None:
    follows(platform)

    def signaling(command: dict[str, Any]) -> dict[str, Any]:
        way = "subscribe" if command["type"] == "joinRoom" else "unsubscribe"
        return {way: ["room.tea"]}

    platform.on_commands("signaling", signaling)

    async with person(edge, ada) as somebody:
        await somebody.ask("followRoom", {"roomId": "tea"})
        await somebody.ask("joinRoom", {"roomId": "tea"})
        await somebody.ask("leaveRoom", {"roomId": "tea"})
        await bus.publish(said("tea", 1))
        assert (await somebody.hears("chatMessage"))["seq"] == 1

        await somebody.ask("unfollowRoom", {"roomId": "tea"})
        await bus.publish(said("tea", 2))
        await bus.show(["user.ada"], "marker", None, {})
        await somebody.hears("marker")
        assert await somebody.everything() == []


async def test_who_is_removed_is_told_and_hears_no_more(
    edge: str, platform: Platform, bus: Bus, ada: str, bob: str
) -> None:
    follows(platform)
    removed = ParticipantRemoved(
        occurred_at=NOON, room_id="tea", seq=5, user_id="ada", reason="left"
    )

    async with person(edge, ada) as gone, person(edge, bob) as stays:
        for somebody in (gone, stays):
            await somebody.ask("followRoom", {"roomId": "tea"})
        await bus.publish(Envelope.of(removed, {}))
        await bus.publish(said("tea", 1))
        await bus.show(["user.ada"], "marker", None, {})

        assert (await gone.hears("participantRemoved"))["data"]["userId"] == "ada"
        await gone.hears("marker")
        assert await gone.everything() == []
        assert (await stays.hears("participantRemoved"))["seq"] == 5
        assert (await stays.hears("chatMessage"))["seq"] == 1


async def test_a_deleted_room_is_told_and_silent(
    edge: str, platform: Platform, bus: Bus, ada: str
) -> None:
    follows(platform)

    async with person(edge, ada) as somebody:
        await somebody.ask("followRoom", {"roomId": "tea"})
        deleted = RoomDeleted(occurred_at=NOON, room_id="tea", seq=9)
        await bus.publish(Envelope.of(deleted, {}))
        await bus.publish(said("tea", 6))
        await bus.show(["user.ada"], "marker", None, {})

        assert (await somebody.hears("roomDeleted"))["seq"] == 9
        await somebody.hears("marker")
        assert await somebody.everything() == []


async def _asked(platform: Platform, type_: str) -> bool:
    return any(json.loads(asked.body)["type"] == type_ for asked in platform.of("/commands"))
