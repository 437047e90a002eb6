"""Many write in one room: chat is asked for several of them in one request."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from common.events import Envelope

from .people import Person, person
from .servers import Answer, Asked, Platform, said

Command = dict[str, Any]


class Chat:
    """Holds every request back until `go`, and answers each message with its text."""

    def __init__(self, platform: Platform) -> None:
        self.go = asyncio.Event()
        self.knows_together = True
        self._platform = platform
        platform.answers |= {
            "chat/commands": self._alone,
            "chat/commands/together": self._together,
        }

    @property
    def requests(self) -> list[list[Command]]:
        """The frames of each request to chat."""
        asked = [each for each in self._platform.asked if each.path.startswith("/commands")]
        return [_frames(each) for each in asked]

    async def _alone(self, asked: Asked) -> Answer:
        await self.go.wait()
        [frame] = _frames(asked)
        if frame["data"].get("bad"):
            return _json(403, {"code": "not-allowed", "status": 403})
        return _json(200, {"data": {"text": frame["data"]["message"]}})

    async def _together(self, asked: Asked) -> Answer:
        await self.go.wait()
        if not self.knows_together:
            return _json(404, {"code": "not-found", "status": 404})
        outcomes: list[Any] = []
        for frame in _frames(asked):
            if frame["data"].get("bad"):
                problem = {"code": "not-allowed", "status": 403}
                outcomes.append({"status": 403, "problem": problem})
            else:
                outcomes.append({"reply": {"data": {"text": frame["data"]["message"]}}})
        return _json(200, {"outcomes": outcomes})


def _frames(asked: Asked) -> list[Command]:
    body = json.loads(asked.body)
    return [each["frame"] for each in body["said"]] if "said" in body else [body]


def _json(status: int, content: object) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps(content).encode()


@asynccontextmanager
async def people(edge: str, token: str, count: int) -> AsyncIterator[list[Person]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(person(edge, token)) for _ in range(count)]


async def write(everybody: list[Person], chat: Chat, **more: object) -> list[dict[str, Any]]:
    """Everybody writes while chat is busy with the first; what each is answered."""
    numbers = []
    for index, somebody in enumerate(everybody):
        data = {"roomId": "tea", "message": f"from {index}", **more}
        numbers.append(await somebody.say("chatMessage", data))
        await somebody.everything()  # it has been read by now
    chat.go.set()
    return [
        await somebody.answer(number) for somebody, number in zip(everybody, numbers, strict=True)
    ]


async def test_what_comes_while_chat_is_busy_goes_in_one_request(
    edge: str, platform: Platform, ada: str
) -> None:
    chat = Chat(platform)

    async with people(edge, ada, 8) as everybody:
        answers = await write(everybody, chat)

    assert [each["data"]["text"] for each in answers] == [f"from {n}" for n in range(8)]
    assert [len(frames) for frames in chat.requests] == [1, 1, 6]
    together = platform.of("/commands/together")[0]
    assert {each["token"] for each in json.loads(together.body)["said"]} == {ada}
    assert "authorization" not in together.headers


async def test_a_refusal_of_one_is_nobody_elses(edge: str, platform: Platform, ada: str) -> None:
    chat = Chat(platform)

    async with people(edge, ada, 4) as everybody:
        blocked = [await everybody[n].say("chatMessage", {"roomId": "tea"}) for n in (0, 1)]
        bad = await everybody[2].say("chatMessage", {"roomId": "tea", "message": "", "bad": True})
        good = await everybody[3].say("chatMessage", {"roomId": "tea", "message": "good"})
        for somebody in everybody:
            await somebody.everything()
        chat.go.set()
        refused, met = await everybody[2].answer(bad), await everybody[3].answer(good)

    assert len(blocked) == 2
    assert refused["error"]["code"] == "not-allowed"
    assert met["data"] == {"text": "good"}


async def test_an_older_chat_is_asked_for_each_alone(
    edge: str, platform: Platform, ada: str
) -> None:
    chat = Chat(platform)
    chat.knows_together = False

    async with people(edge, ada, 5) as everybody:
        answers = await write(everybody, chat)

    assert [each["data"]["text"] for each in answers] == [f"from {n}" for n in range(5)]
    assert [len(frames) for frames in chat.requests] == [1, 1, 3, 1, 1, 1]


async def test_nonsense_from_chat_is_an_outage_for_all_who_were_asked_together(
    edge: str, platform: Platform, ada: str
) -> None:
    chat = Chat(platform)

    async def nonsense(_: Asked) -> Answer:
        return _json(200, {"outcomes": "none"})

    platform.answers["chat/commands/together"] = nonsense

    async with people(edge, ada, 5) as everybody:
        answers = await write(everybody, chat)

    assert [each["type"] for each in answers] == ["ok", "ok", "error", "error", "error"]
    assert {each["error"]["code"] for each in answers[2:]} == {"service-away"}


async def test_who_writes_after_a_request_that_broke_is_answered(
    edge: str, platform: Platform, ada: str
) -> None:
    chat = Chat(platform)

    async def cut(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"outcomes": [{"reply": {"data":'})

    platform.raw["chat/commands/together"] = cut

    async with people(edge, ada, 4) as everybody:
        await write(everybody, chat)
        later = await everybody[0].ask("chatMessage", {"roomId": "tea", "message": "again"})

    assert later["data"] == {"text": "again"}


async def test_long_messages_are_not_joined_to_more_than_chat_takes(
    edge: str, platform: Platform, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.realtime.gathering.MOST_BYTES", 5_000)
    chat = Chat(platform)

    async with people(edge, ada, 6) as everybody:
        await write(everybody, chat, padding="x" * 2_000)

    assert [len(frames) for frames in chat.requests] == [1, 1, 2, 2]


async def test_what_was_stored_is_shown_at_once_and_once(
    edge: str, platform: Platform, ada: str, publish: Callable[[Envelope], Awaitable[None]]
) -> None:
    fact = said("tea", 1)
    told = {"frame": fact.frame, "seq": fact.seq, "type": fact.type, "body": fact.body}

    def answer(command: Command) -> Command:
        if command["type"] == "followRoom":
            return {"data": {"chat": [], "chatSeq": 0}, "subscribe": ["room.tea"], "seq": 0}
        return {"data": {}, "told": [told]}

    platform.on_commands("chat", answer)

    async with person(edge, ada) as writer, person(edge, ada) as reader:
        for each in (writer, reader):
            await each.ask("followRoom", {"roomId": "tea"})
        await writer.ask("chatMessage", {"roomId": "tea"})
        shown = [await each.hears("chatMessage") for each in (writer, reader)]
        await publish(fact)
        await publish(said("tea", 2))
        later = [await each.hears("chatMessage") for each in (writer, reader)]

    assert [each["seq"] for each in shown] == [1, 1]
    assert [each["seq"] for each in later] == [2, 2]
