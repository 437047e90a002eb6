import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from chat.app import create_app
from chat.settings import Settings
from common.access import AccessList
from common.events import ParticipantAdmitted, RoomOpened
from common.mongo import Database
from common.testing import NOON, serving


async def hear(db: Database, *events) -> None:
    """Keep facts of rooms as chat does when the bus delivers them."""
    async with httpx.AsyncClient() as client:
        people = AccessList(db, "http://rooms.test", client)
        reactions = {each.event: each.react for each in people.subscriptions()}
        for event in events:
            await reactions[type(event)](event)


def opened(room_id: str = "tea", host_id: str = "ada") -> RoomOpened:
    return RoomOpened(
        occurred_at=NOON,
        room_id=room_id,
        seq=1,
        room_name="Tea",
        host_id=host_id,
        host_name=host_id.title(),
        is_private=True,
        topology="auto",
    )


def admitted(user_id: str, *, room_id: str = "tea", seq: int = 2) -> ParticipantAdmitted:
    return ParticipantAdmitted(
        occurred_at=NOON,
        room_id=room_id,
        seq=seq,
        user_id=user_id,
        display_name=user_id.title(),
        role="participant",
    )


@pytest.fixture
async def rooms_url() -> AsyncIterator[str]:
    """A rooms service that knows nobody."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.fixture
async def http(
    mongo_url: str, amqp_url: str, jwks_url: str, rooms_url: str, db: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """chat, whole, on real servers; ada and bob take part in the room `tea`."""
    await hear(db, opened(), admitted("bob"))
    settings = Settings(
        mongo_url=mongo_url,
        amqp_url=amqp_url,
        jwks_url=jwks_url,
        rooms_url=rooms_url,
        CONVO_CHAT_DATABASE=db.name,
    )
    async with serving(create_app(settings)) as client:
        yield client
