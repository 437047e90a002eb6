"""What a person says, and who answers."""

import asyncio
import json
from typing import Any

import pytest

from .people import person
from .servers import Platform, free_port, open_gateway, told


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
