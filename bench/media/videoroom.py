"""A client of Janus' VideoRoom over its WebSocket: one session, a handle for each leg."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bench.media.descriptions import Offered, Sources, answer, offer, offered, remote
from bench.media.leg import Leg, NotConnected
from bench.media.loads import Peer
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

_PLUGIN = "janus.plugin.videoroom"
_PATIENCE = 20.0
_PROTOCOL = Subprotocol("janus-protocol")


@asynccontextmanager
async def session(url: str) -> AsyncIterator["VideoRoom"]:
    """Calls at the Janus behind `url`."""
    async with connect(url, subprotocols=[_PROTOCOL], compression=None) as socket:
        room = VideoRoom(socket)
        reading = asyncio.create_task(room.read())
        try:
            await room.begin()
            yield room
        finally:
            reading.cancel()


class VideoRoom:
    """What `bench.media.calls` asks for."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._session: dict[str, int] = {}
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def begin(self) -> None:
        """Open the session."""
        told = await self._exchange({"janus": "create"})
        self._session = {"session_id": told["data"]["id"]}

    async def read(self) -> None:
        """Hand answers to who waits for them; an `ack` is a promise of one."""
        async for text in self._socket:
            told = json.loads(text)
            waiting = self._waiting.get(told.get("transaction", ""))
            if waiting is not None and told["janus"] != "ack" and not waiting.done():
                waiting.set_result(told)

    async def open_rooms(self, count: int) -> None:
        handle = await self._attach()
        settings = {"publishers": 1000, "audiocodec": "opus", "videocodec": "vp8", "bitrate": 0}
        for room in range(count):
            await self._ask(handle, {"request": "create", "room": _number(room), **settings})

    async def publish(self, peer: Peer, leg: Leg, sources: Sources) -> None:
        body = {
            "request": "joinandconfigure",
            "room": _number(peer.room),
            "ptype": "publisher",
            "id": peer.number + 1,
        }
        jsep = {"type": "offer", "sdp": offer(leg, sources, peer.name), "trickle": False}
        told = await self._ask(await self._attach(), body, jsep)
        await leg.connect(remote(told["jsep"]["sdp"]))

    async def subscribe(self, peer: Peer, leg: Leg, feeds: Sequence[Peer]) -> Offered:
        handle = await self._attach()
        body = {
            "request": "join",
            "room": _number(peer.room),
            "ptype": "subscriber",
            "streams": [{"feed": each.number + 1} for each in feeds],
        }
        description = (await self._ask(handle, body))["jsep"]["sdp"]
        found = offered(description)
        jsep = {"type": "answer", "sdp": answer(leg, description), "trickle": False}
        await self._ask(handle, {"request": "start"}, jsep)
        await leg.connect(found.remote)
        return found

    async def _attach(self) -> int:
        told = await self._exchange({"janus": "attach", "plugin": _PLUGIN, **self._session})
        return int(told["data"]["id"])

    async def _ask(
        self, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        message = {"janus": "message", "handle_id": handle, "body": body, **self._session}
        told = await self._exchange(message | ({"jsep": jsep} if jsep else {}))
        if "error" in told["plugindata"]["data"]:
            raise NotConnected(str(told["plugindata"]["data"]))
        return told

    async def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        number = secrets.token_hex(6)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({**message, "transaction": number}))
        async with asyncio.timeout(_PATIENCE):
            told = await self._waiting[number]
        del self._waiting[number]
        if told["janus"] == "error":
            raise NotConnected(str(told["error"]))
        return told


def _number(room: int) -> int:
    return room + 1
