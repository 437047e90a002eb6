import asyncio
from collections.abc import AsyncIterator

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from chat.domain import Draft
from chat.repository import MessageRepository, collection
from chat.requests import MessageView
from chat.writers import Writers
from common import background, outbox
from common.bus import Bus
from common.clock import utc_now
from common.events import MessagePosted
from common.mongo import Database
from common.outbox import Relay
from common.testing import Issuer, eventually
from common.topology import EVENTS


@pytest.fixture
async def heard(amqp_url: str) -> AsyncIterator[AbstractQueue]:
    """What everybody hears of messages."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS, MessagePosted.type)
        yield queue


async def next_of(queue: AbstractQueue) -> AbstractIncomingMessage:
    return await eventually(lambda: queue.get(fail=False, no_ack=True))


async def never(_: str) -> bool:
    return False


async def test_a_message_is_told_under_the_trace_that_said_it(
    http: httpx.AsyncClient, issuer: Issuer, heard: AbstractQueue
) -> None:
    traces = [f"{digit * 32}" for digit in "ab"]
    for trace in traces:
        headers = {**issuer.bearer("ada"), "traceparent": f"00-{trace}-{'1' * 16}-01"}
        body = {"roomId": "tea", "message": "Hello"}
        await http.post("/chat/message", json=body, headers=headers)

    told = [await next_of(heard) for _ in traces]

    assert [each.headers["x-seq"] for each in told] == [1, 2]
    assert [each.headers["CC"] for each in told] == [["room.tea"]] * 2
    assert [each.headers["x-frame"] for each in told] == ["chatMessage"] * 2
    assert [each.headers["traceparent"].split("-")[1] for each in told] == traces


async def test_the_facts_played_again_are_the_history(
    http: httpx.AsyncClient, issuer: Issuer, heard: AbstractQueue
) -> None:
    async def say(n: int) -> None:
        body = {"roomId": "tea", "message": f"{n}", "clientId": f"c{n // 2}", "messageType": "file"}
        await http.post(
            "/chat/message", json=body, headers=issuer.bearer("ada" if n % 3 else "bob")
        )

    await asyncio.gather(*(say(n) for n in range(40)))
    history = await http.get("/chat/messages/tea?after=0&limit=200", headers=issuer.bearer("ada"))

    kept = history.json()
    told = {}
    while len(told) < len(kept):
        fact = MessagePosted.parse((await next_of(heard)).body)
        told[fact.seq] = MessageView.model_validate(fact).model_dump(mode="json")
    assert [told[seq] for seq in sorted(told)] == kept
    assert sorted(told) == list(range(1, len(kept) + 1))


async def test_a_message_is_told_at_once_and_not_at_the_next_look(
    db: Database, amqp_url: str, heard: AbstractQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SWEEP", 3_600.0)
    bus = Bus(amqp_url)
    relay = Relay(collection(db), bus, archived=False)
    messages = MessageRepository(db, written=relay.wake)
    async with background.running(bus.run(), relay.run()):
        await eventually(bus.reachable)
        async with Writers(messages, never, utc_now) as writers:
            for text in ("one", "two"):
                await writers.post(Draft("tea", "ada", "Ada", text))
                assert MessagePosted.parse((await next_of(heard)).body).message == text


async def test_what_a_killed_process_stored_is_told_by_another(
    db: Database, amqp_url: str, heard: AbstractQueue
) -> None:
    killed = MessageRepository(db)
    await killed.prepare()
    async with Writers(killed, never, utc_now) as writers:
        said = await writers.post(Draft("tea", "ada", "Ada", "Hello", client_id="c1"))
    assert await heard.get(fail=False) is None

    bus = Bus(amqp_url)
    relay = Relay(collection(db), bus, archived=False)
    await relay.prepare()
    async with background.running(bus.run(), relay.run()):
        fact = MessagePosted.parse((await next_of(heard)).body)

        async def nothing_waits() -> bool:
            return await db["messages"].find_one({"outbox.id": {"$exists": True}}) is None

        await eventually(nothing_waits)

    assert (fact.id, fact.client_id) == (said.id, "c1")
    assert await killed.page("tea", limit=9) == [said]
