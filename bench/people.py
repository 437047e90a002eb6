"""Accounts and sockets for benchmarks, through the gateway only."""

import asyncio
import itertools
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect


class Person:
    """Somebody with an account."""

    def __init__(self, http: httpx.AsyncClient, user_id: str, token: str) -> None:
        self.http = http
        self.user_id = user_id
        self.headers = {"Authorization": f"Bearer {token}"}
        self.token = token

    @classmethod
    async def registered(cls, http: httpx.AsyncClient) -> "Person":
        name = f"bench{secrets.token_hex(6)}"
        login = {"username": name, "password": f"long enough {name}"}
        made = await http.post("/api/auth/register", json={**login, "email": f"{name}@bench.test"})
        made.raise_for_status()
        answer = await http.post("/api/auth/login", json=login)
        answer.raise_for_status()
        return cls(http, made.json()["userId"], answer.json()["token"])

    async def post(self, path: str, body: object = None) -> Any:
        answer = await self.http.post(path, json=body, headers=self.headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None


class Client:
    """An open, authenticated socket; events go to `events`, answers to who asked."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def ask(self, kind: str, **data: object) -> Any:
        number = next(self._ids)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        await self._socket.send(json.dumps({"id": number, "type": kind, "data": data}))
        return await answer

    async def read(self) -> None:
        async for text in self._socket:
            frame = json.loads(text)
            if "re" not in frame:
                self.events.put_nowait(frame)
            elif frame["type"] == "ok":
                self._waiting.pop(frame["re"]).set_result(frame["data"])
            else:
                self._waiting.pop(frame["re"]).set_exception(RuntimeError(frame["error"]))

    async def heard(self, kind: str) -> dict[str, Any]:
        while (frame := await self.events.get())["type"] != kind:
            pass
        return frame


@asynccontextmanager
async def online(url: str, person: Person) -> AsyncIterator[Client]:
    """The person's socket at the gateway."""
    address = url.replace("http", "ws", 1) + "/ws"
    async with connect(address, subprotocols=["convo.v1"], origin=url, compression=None) as socket:  # type: ignore[arg-type, list-item]
        client = Client(socket)
        reading = asyncio.create_task(client.read())
        await client.ask("connect", token=person.token)
        yield client
        reading.cancel()
