import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aio_pika
import httpx
import pytest

from common.events import Event
from common.mongo import Database
from common.testing import serving
from common.topology import EVENTS
from notify.app import create_app
from notify.settings import Settings


@pytest.fixture(scope="session")
async def rooms_url() -> AsyncIterator[str]:
    """A rooms that lets nobody in."""

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
    """notify, whole, on real servers."""
    settings = Settings(
        mongo_url=mongo_url,
        amqp_url=amqp_url,
        jwks_url=jwks_url,
        rooms_url=rooms_url,
        CONVO_NOTIFY_DATABASE=db.name,
    )
    async with serving(create_app(settings)) as client:
        yield client


@pytest.fixture
async def publish(amqp_url: str) -> AsyncIterator[Callable[[Event], Awaitable[None]]]:
    """Hands a fact to the bus, as its publisher does."""
    async with await aio_pika.connect(amqp_url) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS)

        async def send(event: Event) -> None:
            message = aio_pika.Message(event.model_dump_json().encode(), type=event.type)
            await exchange.publish(message, event.type)

        yield send
