"""People with sockets, a real broker, and tiny services behind the gateway."""

import asyncio
import json
import time
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
import websockets

from common.bus import Bus
from common.events import (
    Envelope,
    MessagePosted,
    NotificationCreated,
    ParticipantRemoved,
    RoomDeleted,
    SessionRevoked,
)
from common.testing import NOON, Issuer, eventually

from .conftest import Person, Platform, dialled, free_port, open_gateway, person, tiny, told


def said(room: str, seq: int, text: str = "hello") -> Envelope:
    message = MessagePosted(
        occurred_at=NOON,
        room_id=room,
        seq=seq,
        id=f"m{seq}",
        sender="bob",
        sender_name="Bob",
        message=text,
        message_type="text",
        timestamp=NOON,
        client_id=None,
        reply_to=None,
    )
    return Envelope.of(message, {})


def follows(platform: Platform) -> None:
    """chat lets everybody follow and unfollow every room."""

    def answer(command: dict[str, Any]) -> dict[str, Any]:
        key = f"room.{command['data'].get('roomId')}"
        match command["type"]:
            case "followRoom":
                return {"data": {"chat": [], "chatSeq": 0}, "subscribe": [key]}
            case "unfollowRoom":
                return {"unsubscribe": [key]}
        return {"data": command["data"]}

    platform.on_commands("chat", answer)


async def test_connecting_tells_who_and_how_often_to_be_heard(edge: str, ada: str) -> None:
    async with dialled(edge) as ws:
        await ws.send(json.dumps({"id": 3, "type": "connect", "data": {"token": ada}}))
        answer = json.loads(await ws.recv())

    assert ws.subprotocol == "convo.v1"
    assert answer["re"] == 3
    assert answer["type"] == "ok"
    assert answer["data"]["user"] == {"userId": "ada", "name": "Ada", "roles": ["user"]}
    assert answer["data"]["heartbeatSeconds"] == 15
    assert answer["data"]["connectionId"]


async def test_a_first_frame_is_expected_soon(edge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.realtime.protocol.CONNECT_WITHIN", 0.1)

    async with dialled(edge) as ws:
        await ws.wait_closed()

    assert ws.close_code == 4401


@pytest.mark.parametrize(
    "data", [{}, {"token": 7}, {"token": "nonsense"}, {"token": "x" * 5000}, None]
)
async def test_without_a_good_token_there_is_an_answer_and_an_end(
    edge: str, data: dict[str, Any] | None
) -> None:
    async with dialled(edge) as ws:
        type_ = "connect" if data is not None else "ping"
        await ws.send(json.dumps({"id": 1, "type": type_, "data": data or {}}))
        answer = json.loads(await ws.recv())
        await ws.wait_closed()

    assert answer["type"] == "error"
    assert answer["error"]["status"] == 401
    assert len(answer["error"]["traceId"]) == 32
    assert ws.close_code == 4401


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "http://localhost:8080.evil.test"}, 403),
        ({"subprotocols": ["other"]}, 400),
        ({"subprotocols": None}, 400),
    ],
)
async def test_a_strange_handshake_is_refused(
    edge: str, options: dict[str, Any], status: int
) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with dialled(edge, **options):
            pass

    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["status"] == status


async def test_there_is_no_socket_elsewhere(edge: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(edge.replace("http", "ws") + "/other"):
            pass

    assert refused.value.response.status_code == 404


async def test_own_pages_may_connect_by_either_name(edge: str, ada: str) -> None:
    for origin in ("http://localhost:8080", "http://127.0.0.1:8080"):
        async with person(edge, ada, origin=origin) as somebody:
            assert (await somebody.ask("ping"))["data"] == {}


async def test_a_command_reaches_its_service_as_the_person(
    edge: str, platform: Platform, ada: str
) -> None:
    platform.on_commands("signaling", lambda _: {"data": {"heard": True}})

    async with person(edge, ada) as somebody:
        answer = await somebody.ask("mediaState", {"roomId": "tea", "audio": True})

    assert answer["data"] == {"heard": True}
    [asked] = platform.of("/commands")
    command = json.loads(asked.body)
    assert asked.service == "signaling"
    assert asked.headers["authorization"] == f"Bearer {ada}"
    assert asked.headers["traceparent"].startswith("00-")
    assert command["connectionId"] == somebody.connection_id
    assert command["gatewayId"]
    assert command["type"] == "mediaState"
    assert command["data"] == {"roomId": "tea", "audio": True}


async def test_refusals_of_a_service_are_handed_back(
    edge: str, platform: Platform, ada: str
) -> None:
    problem = {"status": 403, "code": "not-allowed", "message": "No.", "traceId": "x"}
    platform.on_commands("chat", lambda _: (403, problem))

    async with person(edge, ada) as somebody:
        answer = await somebody.ask("chatMessage", {"roomId": "tea"})

    assert answer == {"re": 2, "type": "error", "error": problem}


async def test_nonsense_from_a_service_is_an_outage(
    edge: str, platform: Platform, ada: str
) -> None:
    answers = iter([(500, "broken"), (200, ["no reply"]), (502, {"no": "code"})])
    platform.on_commands("chat", lambda _: next(answers))

    async with person(edge, ada) as somebody:
        codes = [(await somebody.ask("typing"))["error"]["code"] for _ in range(3)]

    assert codes == ["service-away"] * 3


async def test_an_unknown_command_is_an_error_and_no_end(edge: str, ada: str) -> None:
    async with person(edge, ada) as somebody:
        answer = await somebody.ask("launchMissiles", {})

        assert answer["error"]["code"] == "unknown-command"
        assert (await somebody.ask("ping"))["type"] == "ok"


async def test_commands_to_one_service_keep_their_order(
    edge: str, platform: Platform, ada: str
) -> None:
    seen: list[int] = []
    running = 0

    async def answer(command: dict[str, Any]) -> dict[str, Any]:
        nonlocal running
        running += 1
        assert running == 1, "two at once"
        await asyncio.sleep(0)
        seen.append(command["data"]["n"])
        running -= 1
        return {}

    platform.on_commands("chat", answer)

    async with person(edge, ada) as somebody:
        numbers = [await somebody.say("typing", {"n": n}) for n in range(30)]
        for number in numbers:
            assert (await somebody.answer(number))["type"] == "ok"

    assert seen == list(range(30))


async def test_a_service_that_hangs_holds_back_no_other(
    edge: str, platform: Platform, ada: str
) -> None:
    go = asyncio.Event()

    async def slow(_: dict[str, Any]) -> dict[str, Any]:
        await go.wait()
        return {}

    platform.on_commands("signaling", slow)
    platform.on_commands("chat", lambda _: {})

    async with person(edge, ada) as somebody:
        slow_one = await somebody.say("raiseHand", {"roomId": "tea"})
        assert (await somebody.ask("typing", {"roomId": "tea"}))["type"] == "ok"
        assert not somebody.heard
        go.set()
        assert (await somebody.answer(slow_one))["type"] == "ok"


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


async def test_a_join_asks_signaling_and_then_chat_and_answers_once(
    edge: str, platform: Platform, ada: str
) -> None:
    order: list[str] = []

    def signaling(_: dict[str, Any]) -> dict[str, Any]:
        order.append("signaling")
        return {"data": {"peerId": "p1"}, "subscribe": ["room.tea"]}

    def chat(command: dict[str, Any]) -> dict[str, Any]:
        order.append(f"chat {command['type']}")
        return {"data": {"chat": [], "chatSeq": 4}, "subscribe": ["room.tea"]}

    platform.on_commands("signaling", signaling)
    platform.on_commands("chat", chat)

    async with person(edge, ada) as somebody:
        joining = await somebody.say("joinRoom", {"roomId": "tea"})
        typing = await somebody.say("typing", {"roomId": "tea"})
        answer = await somebody.answer(joining)
        await somebody.answer(typing)

    assert answer["data"] == {"peerId": "p1", "chat": [], "chatSeq": 4}
    assert order == ["signaling", "chat joinRoom", "chat typing"]


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_join_works_while_chat_does_not(
    edge: str, platform: Platform, ada: str, status: int
) -> None:
    platform.on_commands("signaling", lambda _: {"data": {"peerId": "p1"}})
    platform.on_commands("chat", lambda _: (status, {"code": "unavailable", "status": status}))

    async with person(edge, ada) as somebody:
        answer = await somebody.ask("joinRoom", {"roomId": "tea"})

    assert answer["data"] == {"peerId": "p1"}


async def test_a_join_that_signaling_refuses_never_reaches_chat(
    edge: str, platform: Platform, ada: str
) -> None:
    platform.on_commands("signaling", lambda _: (404, {"code": "room-not-found", "status": 404}))

    async with person(edge, ada) as somebody:
        answer = await somebody.ask("joinRoom", {"roomId": "tea"})

    assert answer["error"]["code"] == "room-not-found"
    assert [asked.service for asked in platform.of("/commands")] == ["signaling"]


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


async def test_a_service_that_stays_away_is_told(
    jwks_url: str, amqp_url: str, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.realtime.services.WAITS", (0.01,))
    platform = Platform(url=f"http://127.0.0.1:{free_port()}")

    async with (
        open_gateway(told(platform, jwks_url, amqp_url)) as url,
        person(url, ada) as somebody,
    ):
        answer = await somebody.ask("typing")

    assert answer["error"]["status"] == 503
    assert answer["error"]["code"] == "service-away"


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
        await bus.publish(said("tea", 6))
        await bus.show(["user.ada"], "marker", None, {})

        assert (await gone.hears("participantRemoved"))["data"]["userId"] == "ada"
        await gone.hears("marker")
        assert await gone.everything() == []
        assert (await stays.hears("participantRemoved"))["seq"] == 5
        assert (await stays.hears("chatMessage"))["seq"] == 6


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


async def test_a_slow_reader_is_closed_and_nobody_else_waits(
    edge: str, platform: Platform, bus: Bus, ada: str, bob: str
) -> None:
    follows(platform)

    async with person(edge, bob) as quick, dialled(edge, max_queue=1) as slow:
        laggard = Person(slow)
        await laggard.ask("connect", {"token": ada})
        for somebody in (quick, laggard):
            await somebody.ask("followRoom", {"roomId": "tea"})
        slow.transport.pause_reading()

        for seq in range(1, 301):
            await bus.publish(said("tea", seq, "x" * 60_000))
            assert (await quick.hears("chatMessage"))["seq"] == seq

        slow.transport.resume_reading()
        async with asyncio.timeout(10):
            with suppress(websockets.ConnectionClosed):
                while True:
                    await slow.recv()
        assert slow.close_code == 1013


async def test_a_session_that_ends_takes_its_sockets_along(
    edge: str, bus: Bus, ada: str, bob: str
) -> None:
    revoked = SessionRevoked(
        occurred_at=NOON, user_id="ada", session_id="session-of-ada", reason="logout"
    )

    async with person(edge, ada) as one, person(edge, ada) as two, person(edge, bob) as other:
        await bus.publish(Envelope.of(revoked, {}))

        assert [await one.closed(), await two.closed()] == [4401, 4401]
        assert (await other.ask("ping"))["type"] == "ok"

    async with dialled(edge) as again:
        await again.send(json.dumps({"id": 1, "type": "connect", "data": {"token": ada}}))
        await again.wait_closed()
    assert again.close_code == 4401


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"id":1}', b"\x00\x01", "[" * 60_000])
async def test_what_is_no_frame_ends_the_socket(edge: str, ada: str, text: str | bytes) -> None:
    async with person(edge, ada) as somebody:
        await somebody.ws.send(text)

        assert await somebody.closed() == 4400


@pytest.mark.parametrize("text", ["nonsense", b"\x00"])
async def test_what_is_no_frame_is_none_as_the_first_either(edge: str, text: str | bytes) -> None:
    async with dialled(edge) as ws:
        await ws.send(text)
        await ws.wait_closed()

    assert ws.close_code == 4400


async def test_a_frame_may_have_64_kib_and_not_one_byte_more(edge: str, ada: str) -> None:
    def of(size: int, filler: str = "x") -> str:
        empty = json.dumps({"id": 99, "type": "ping", "data": {"x": ""}}, ensure_ascii=False)
        return empty.replace('""', f'"{filler * (size - len(empty))}"')

    async with person(edge, ada) as somebody:
        await somebody.ws.send(of(65536))
        assert (await somebody.answer(99))["type"] == "ok"
        await somebody.ws.send(of(65537))
        assert await somebody.closed() == 4413

    async with person(edge, ada) as somebody:
        await somebody.ws.send(of(40_000, "é"))
        assert await somebody.closed() == 4413


async def test_a_burst_is_slowed_down_and_loses_nothing(edge: str, ada: str) -> None:
    async with person(edge, ada) as somebody:
        numbers = [await somebody.say("ping") for _ in range(75)]

        answers = [await somebody.answer(number) for number in numbers]

    assert all(answer["type"] == "ok" for answer in answers)


async def test_a_flood_ends_the_socket(
    edge: str, ada: str, bob: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.realtime.pace.PATIENCE", 0.3)

    async def flood(somebody: Person) -> None:
        while True:
            await somebody.ws.send('{"id":1,"type":"ping"}')
            await asyncio.sleep(0)

    async with person(edge, ada, max_queue=None) as somebody, person(edge, bob) as other:
        flooding = asyncio.create_task(flood(somebody))
        assert (await other.ask("ping"))["type"] == "ok"
        with pytest.raises(websockets.ConnectionClosed):
            await flooding
        assert await somebody.closed() == 4429


async def test_a_new_token_is_taken_on_the_open_socket(
    edge: str, platform: Platform, issuer: Issuer, ada: str
) -> None:
    platform.on_commands("chat", lambda _: {})
    renewed = issuer.token("ada", name="Ada L.")

    async with person(edge, ada) as somebody:
        answer = await somebody.ask("connect", {"token": renewed})
        await somebody.ask("typing")

    assert answer["data"]["connectionId"] == somebody.connection_id
    assert answer["data"]["user"]["name"] == "Ada L."
    assert platform.of("/commands")[0].headers["authorization"] == f"Bearer {renewed}"


async def test_a_socket_stays_with_its_session(edge: str, issuer: Issuer, ada: str) -> None:
    async with person(edge, ada) as somebody:
        other = await somebody.ask("connect", {"token": issuer.token("bob")})
        elsewhere = await somebody.ask("connect", {"token": issuer.token("ada", sid="s2")})
        bad = await somebody.ask("connect", {"token": "nonsense"})

        assert other["error"]["code"] == elsewhere["error"]["code"] == "another-session"
        assert bad["error"]["status"] == 401
        assert (await somebody.ask("ping"))["type"] == "ok"


async def test_one_person_has_at_most_twenty_sockets(edge: str, ada: str, bob: str) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(person(edge, ada))
        async with dialled(edge) as ws:
            await ws.send(json.dumps({"id": 1, "type": "connect", "data": {"token": ada}}))
            answer = json.loads(await ws.recv())
            await ws.wait_closed()
        async with person(edge, bob):
            pass

    assert answer["error"]["code"] == "too-many-sockets"
    assert ws.close_code == 4429
    async with person(edge, ada):
        pass


async def test_who_is_not_heard_is_given_up(
    edge: str, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.realtime.protocol.HEARTBEAT", 0.1)

    async with person(edge, ada) as somebody:
        assert await somebody.closed() == 4408


async def test_a_token_that_ended_ends_the_socket(
    edge: str, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    nearly = issuer.token("ada", exp=int(time.time()) - 58)

    async with person(edge, nearly) as somebody:
        assert await somebody.closed() == 4401


async def _asked(platform: Platform, type_: str) -> bool:
    return any(json.loads(asked.body)["type"] == type_ for asked in platform.of("/commands"))
