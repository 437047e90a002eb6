"""Services that are tiny apps, and a gateway that really listens."""

import asyncio
import contextlib
import gc
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aio_pika
import uvicorn

from common.events import Envelope, MessagePosted
from common.server import Server
from common.testing import NOON, eventually
from common.topology import EVENTS
from gateway.__main__ import configured
from gateway.app import create_app
from gateway.realtime.line import Line
from gateway.settings import Settings

NO_BROKER = "amqp://nobody:nothing@127.0.0.1:1/"


SERVICES = ("auth", "rooms", "chat", "signaling", "media", "notify", "analytics")


@dataclass
class Asked:
    service: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Platform:
    """All seven services in one server, told apart by the first part of the path."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, Callable[[Asked], Awaitable[Answer]]] = field(default_factory=dict)
    raw: dict[str, Callable[..., Awaitable[None]]] = field(default_factory=dict)

    def addresses(self) -> dict[str, str]:
        return {f"{name}_url": f"{self.url}/{name}" for name in SERVICES}

    def of(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def on_commands(self, service: str, answer: Callable[[dict[str, Any]], Any]) -> None:
        async def answered(asked: Asked) -> Answer:
            told = answer(json.loads(asked.body))
            if asyncio.iscoroutine(told):
                told = await told
            status, content = told if isinstance(told, tuple) else (200, told)
            return status, {"content-type": "application/json"}, json.dumps(content).encode()

        self.answers[f"{service}/commands"] = answered

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        _, service, path = scope["path"].split("/", 2)
        key = f"{service}/{path}"
        if key in self.raw:
            await self.raw[key](scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        query = scope["query_string"].decode()
        asked = Asked(service, scope["method"], f"/{path}", query, headers, body)
        self.asked.append(asked)
        status, told, content = await self.answers.get(key, _default)(asked)
        raw_headers = [(k.encode(), v.encode()) for k, v in told.items()]
        length = [(b"content-length", str(len(content)).encode())]
        await send(
            {"type": "http.response.start", "status": status, "headers": raw_headers + length}
        )
        await send({"type": "http.response.body", "body": content})


async def _default(asked: Asked) -> Answer:
    told: Any = {"service": asked.service, "method": asked.method, "path": asked.path}
    if asked.path == "/sessions/revoked":
        told = []
    elif asked.path == "/streams":
        told = {}
    elif asked.path == "/readyz":
        told = {"service": asked.service, "status": "ready", "checks": {"mongo": True}}
    return 200, {"content-type": "application/json"}, json.dumps(told).encode()


class Quiet:
    """Leaves the signals of the test run alone."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class QuietServer(Quiet, uvicorn.Server):
    pass


class QuietGateway(Quiet, Server):
    pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving_on(server: uvicorn.Server) -> AsyncIterator[str]:
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        assert not task.done(), task
        return server.started

    try:
        await eventually(started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def tiny(app: Any, port: int = 0) -> AsyncIterator[str]:
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, lifespan="off", ws="none"
    )
    config.timeout_graceful_shutdown = 1
    async with serving_on(QuietServer(config)) as url:
        yield url


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[str]:
    app = create_app(settings)
    config = configured(app, settings)
    config.timeout_graceful_shutdown = 2
    async with serving_on(QuietGateway(config, drain=app.drain)) as url:
        yield url


def told(platform: Platform, jwks_url: str, amqp_url: str, **more: Any) -> Settings:
    settings: dict[str, Any] = {
        "CONVO_GATEWAY_PORT": 0,
        "CONVO_WEB_DIR": Path("nowhere"),
        "amqp_url": amqp_url,
        "jwks_url": jwks_url,
        **platform.addresses(),
        **more,
    }
    return Settings(**settings)


def said(room: str, seq: int, text: str = "hello") -> Envelope:
    message = MessagePosted(
        occurred_at=NOON,
        room_id=room,
        seq=seq,
        id=f"m{seq}",
        sender="bob",
        sender_name="Bob",
        message=text,
        message_type="text",
        timestamp=NOON,
        client_id=None,
        reply_to=None,
    )
    return Envelope.of(message, {})


def follows(platform: Platform) -> None:
    """chat lets everybody follow and unfollow every room."""

    def answer(command: dict[str, Any]) -> dict[str, Any]:
        key = f"room.{command['data'].get('roomId')}"
        match command["type"]:
            case "followRoom":
                return {"data": {"chat": [], "chatSeq": 0}, "subscribe": [key], "seq": 0}
            case "unfollowRoom":
                return {"unsubscribe": [key]}
        return {"data": command["data"]}

    platform.on_commands("chat", answer)


class Log:
    """What chat answers to `/streams`."""

    def __init__(self, platform: Platform) -> None:
        self.facts: dict[str, list[Envelope]] = {}
        self.refuses: set[str] = set()
        self.forgotten = 0
        """Facts up to this number are no longer kept."""
        self.at_once = 200
        platform.answers["chat/streams"] = self._answer

    async def _answer(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        found: dict[str, Any] = {"rooms": [], "refused": []}
        for wanted in json.loads(asked.body)["rooms"]:
            room_id, after = wanted["roomId"], wanted["after"]
            facts = self.facts.get(room_id, [])
            if room_id in self.refuses:
                found["refused"].append(room_id)
            elif after is None or len(facts) > after:
                found["rooms"].append(self._room(room_id, facts, after))
        return 200, {"content-type": "application/json"}, json.dumps(found).encode()

    def _room(self, room_id: str, facts: Sequence[Envelope], after: int | None) -> dict[str, Any]:
        kept = facts[max(self.forgotten, len(facts) if after is None else after) :]
        told_ = [
            {"frame": each.frame, "seq": each.seq, "type": each.type, "body": each.body}
            for each in kept[: self.at_once]
        ]
        return {"roomId": room_id, "newest": len(facts), "told": told_}


@asynccontextmanager
async def listening(amqp_url: str, *facts: Any) -> AsyncIterator[list[Any]]:
    """The facts of these kinds that are published meanwhile."""
    heard: list[Any] = []
    known = {fact.type: fact for fact in facts}

    async def hear(message: Any) -> None:
        heard.append(known[message.type].parse(message.body))

    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for fact in facts:
            await queue.bind(EVENTS, fact.type)
        await queue.consume(hear, no_ack=True)
        yield heard


def lines() -> list[Line]:
    """The ends of all open sockets."""
    return [each for each in gc.get_objects() if type(each) is Line and not each.disconnected]
