import asyncio

import aio_pika
import httpx
import pytest

from chat.consumers import subscriptions
from chat.repository import MessageRepository
from common.access import AccessList
from common.bus import Bus
from common.events import Envelope, Event, RoomDeleted
from common.mongo import Database
from common.testing import NOON, Issuer, eventually
from common.topology import EVENTS

from .conftest import admitted, opened

DELETED = RoomDeleted(occurred_at=NOON, room_id="tea", seq=9)


async def publish(amqp_url: str, *events: Event) -> None:
    bus = Bus(amqp_url)
    running = asyncio.create_task(bus.run())
    for event in events:
        await bus.publish(Envelope.of(event, {}))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_chat_hears_what_is_declared_for_it(db: Database, amqp_url: str) -> None:
    async with httpx.AsyncClient() as client:
        people = AccessList(db, "http://rooms.test", client)

        heard = subscriptions(people, MessageRepository(db))

    Bus(amqp_url).subscribe("chat", heard)
    assert len({each.event for each in heard}) == len(heard)


async def test_who_is_admitted_can_speak(
    http: httpx.AsyncClient, issuer: Issuer, amqp_url: str
) -> None:
    await publish(amqp_url, opened("two", "eve"), admitted("dan", room_id="two"))

    async def spoke() -> bool:
        body = {"roomId": "two", "message": "Hello", "clientId": "c1"}
        answer = await http.post("/chat/message", json=body, headers=issuer.bearer("dan"))
        return answer.status_code == 201

    await eventually(spoke)


async def test_a_deleted_room_takes_its_messages_along_and_no_others(
    http: httpx.AsyncClient, issuer: Issuer, amqp_url: str, db: Database
) -> None:
    await publish(amqp_url, opened("two", "ada"))

    async def said(room_id: str) -> bool:
        body = {"roomId": room_id, "message": "Hello", "clientId": "c1"}
        answer = await http.post("/chat/message", json=body, headers=issuer.bearer("ada"))
        return answer.status_code == 201

    await eventually(lambda: said("tea"))
    await eventually(lambda: said("two"))

    await publish(amqp_url, DELETED, DELETED)

    async def left() -> bool:
        return await db["messages"].distinct("room_id") == ["two"]

    await eventually(left)
    read = await http.get("/chat/messages/tea", headers=issuer.bearer("ada"))
    assert read.status_code == 404


@pytest.mark.parametrize("times", [1, 2])
async def test_deleting_again_changes_nothing(db: Database, times: int) -> None:
    async with httpx.AsyncClient() as client:
        people = AccessList(db, "http://rooms.test", client)
        messages = MessageRepository(db)
        react = next(
            each.react for each in subscriptions(people, messages) if each.event is RoomDeleted
        )
        for _ in range(times):
            await react(DELETED)

        assert await people.is_deleted("tea")
        assert await messages.last("tea") == 0


async def test_a_fact_nobody_can_read_does_not_stop_the_next(
    http: httpx.AsyncClient, issuer: Issuer, amqp_url: str
) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(EVENTS)
        garbage = aio_pika.Message(b"{", type=RoomDeleted.type)
        await exchange.publish(garbage, RoomDeleted.type)
    await publish(amqp_url, DELETED)

    async def gone() -> bool:
        read = await http.get("/chat/messages/tea", headers=issuer.bearer("ada"))
        return read.status_code == 404

    await eventually(gone)
