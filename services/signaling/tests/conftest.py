import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import httpx
import pytest

from common.mongo import Database
from common.testing import Issuer, eventually, serving
from common.topology import EVENTS, LIVE
from signaling.app import create_app
from signaling.settings import Settings

TURN = {
    "turn_urls": "turn:turn.example:3478?transport=udp",
    "turn_secret": "a secret for the tests of signaling",
}


class Rooms:
    """The one address of rooms that signaling asks, on a real socket."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.stop: Callable[[], None] = lambda: None
        self._places: dict[str, dict[str, Any]] = {}

    def admit(self, room_id: str, *user_ids: str, **place: Any) -> None:
        for user_id in user_ids:
            self._places[f"/rooms/{room_id}/access/{user_id}"] = {
                "displayName": user_id.title(),
                "role": "participant",
                "topology": "auto",
                "isOpen": True,
                "seq": 1,
                **place,
            }

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split()[1].decode()
        self.asked.append(path)
        place = self._places.get(path)
        body = json.dumps(place or {}).encode()
        status = "200 OK" if place else "404 Not Found"
        size = f"Content-Length: {len(body)}\r\nConnection: close"
        writer.write(f"HTTP/1.1 {status}\r\n{size}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def rooms() -> AsyncIterator[Rooms]:
    fake = Rooms()
    server = await asyncio.start_server(fake.answer, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    fake.stop = server.close
    yield fake
    server.close()


@pytest.fixture
def settings(mongo_url: str, amqp_url: str, jwks_url: str, db: Database, rooms: Rooms) -> Settings:
    return Settings(
        mongo_url=mongo_url,
        amqp_url=amqp_url,
        jwks_url=jwks_url,
        rooms_url=rooms.url,
        CONVO_SIGNALING_DATABASE=db.name,
        **TURN,
    )


@pytest.fixture
async def http(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """signaling, whole, on real servers."""
    async with serving(create_app(settings)) as client:

        async def ready() -> bool:
            return (await client.get("/readyz")).json()["status"] == "ready"

        await eventually(ready)
        yield client


class Device:
    """One device of a person, as the gateway speaks for it."""

    def __init__(self, http: httpx.AsyncClient, issuer: Issuer, name: str) -> None:
        self._http = http
        token = issuer.token(name.partition("-")[0], sid=f"session-of-{name}")
        self.headers = {"Authorization": f"Bearer {token}"}
        self.socket = f"socket-of-{name}"
        self.peer_id = ""

    async def send(self, kind: str, **data: Any) -> httpx.Response:
        frame = {"connectionId": self.socket, "gatewayId": "g1", "type": kind, "data": data}
        return await self._http.post("/commands", json=frame, headers=self.headers)

    async def joins(self, room_id: str = "r1", **data: Any) -> dict[str, Any]:
        answer = await self.send("joinRoom", roomId=room_id, **data)
        assert answer.status_code == 200, answer.text
        self.peer_id = answer.json()["data"]["peerId"]
        return answer.json()["data"]


@pytest.fixture
def device(http: httpx.AsyncClient, issuer: Issuer) -> Callable[[str], Device]:
    return lambda name: Device(http, issuer, name)


class Ear:
    """Hears one key of an exchange, as a gateway does."""

    def __init__(self, queue: aio_pika.abc.AbstractQueue) -> None:
        self._queue = queue

    async def next(self) -> aio_pika.abc.AbstractIncomingMessage:
        return await eventually(lambda: self._queue.get(fail=False, no_ack=True))

    async def hears_nothing_yet(self) -> bool:
        return await self._queue.get(fail=False, no_ack=True) is None


@pytest.fixture
async def listen(amqp_url: str) -> AsyncIterator[Callable[[str], Awaitable[Ear]]]:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()

        async def bound(key: str) -> Ear:
            queue = await channel.declare_queue(exclusive=True)
            live = key.startswith("connection.")
            await queue.bind(LIVE if live else EVENTS, key)
            return Ear(queue)

        yield bound


@asynccontextmanager
async def another(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A second replica beside the first, or the same one after a restart."""
    async with serving(create_app(settings)) as client:
        yield client


@pytest.fixture
def replica() -> Callable[[Settings], Any]:
    return another
