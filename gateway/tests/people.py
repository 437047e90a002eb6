"""Somebody with an open socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import websockets


@dataclass
class Person:
    """Somebody with an open socket."""

    ws: websockets.ClientConnection
    connection_id: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    _last: int = 0

    async def say(self, type_: str, data: dict[str, Any] | None = None) -> int:
        self._last += 1
        await self.ws.send(json.dumps({"id": self._last, "type": type_, "data": data or {}}))
        return self._last

    async def ask(self, type_: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        number = await self.say(type_, data)
        return await self.answer(number)

    async def answer(self, number: int) -> dict[str, Any]:
        return await self._until(lambda frame: frame.get("re") == number)

    async def hears(self, type_: str) -> dict[str, Any]:
        return await self._until(lambda frame: frame["type"] == type_ and "re" not in frame)

    async def _until(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        for frame in self.heard:
            if fits(frame):
                self.heard.remove(frame)
                return frame
        async with asyncio.timeout(10):
            while True:
                frame = json.loads(await self.ws.recv())
                if fits(frame):
                    return frame
                self.heard.append(frame)

    async def everything(self) -> list[dict[str, Any]]:
        """What has come by now: a question after it is answered after it."""
        await self.ask("ping")
        heard, self.heard = self.heard, []
        return heard

    async def closed(self) -> int:
        """The close code."""
        async with asyncio.timeout(15):
            await self.ws.wait_closed()
        assert self.ws.close_code is not None
        return self.ws.close_code


@asynccontextmanager
async def dialled(url: str, **more: Any) -> AsyncIterator[websockets.ClientConnection]:
    address = url.replace("http", "ws", 1) + "/ws"
    options = {"subprotocols": ["convo.v1"], "compression": None, **more}
    async with websockets.connect(address, **options) as ws:
        yield ws


@asynccontextmanager
async def person(url: str, token: str, **more: Any) -> AsyncIterator[Person]:
    async with dialled(url, **more) as ws:
        somebody = Person(ws)
        answer = await somebody.ask("connect", {"token": token})
        assert answer["type"] == "ok", answer
        somebody.connection_id = answer["data"]["connectionId"]
        yield somebody
