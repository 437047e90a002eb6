"""A gateway that really listens, and services that are tiny apps behind it."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import websockets

from common import background
from common.bus import Bus
from common.events import Envelope
from common.testing import Issuer, eventually
from gateway.__main__ import Server, configured
from gateway.settings import Settings

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


@pytest.fixture(scope="session")
async def started_platform() -> AsyncIterator[Platform]:
    services = Platform()
    async with tiny(services) as services.url:
        yield services


@pytest.fixture
def platform(started_platform: Platform) -> Platform:
    """The services, with nothing asked and nothing special to answer."""
    for memory in (started_platform.asked, started_platform.answers, started_platform.raw):
        memory.clear()
    return started_platform


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[str]:
    config = configured(settings)
    config.timeout_graceful_shutdown = 2
    async with serving_on(QuietGateway(config)) as url:
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


@pytest.fixture(scope="session")
async def started_gateway(started_platform: Platform, jwks_url: str) -> AsyncIterator[str]:
    settings = told(started_platform, jwks_url, "amqp://nobody:nothing@127.0.0.1:1/")
    async with open_gateway(settings) as url:
        yield url


@pytest.fixture
async def gateway(platform: Platform, started_gateway: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway without a broker, which REST must not need."""
    async with httpx.AsyncClient(base_url=started_gateway) as client:
        yield client


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


@pytest.fixture
async def edge(platform: Platform, jwks_url: str, amqp_url: str) -> AsyncIterator[str]:
    """Address of a gateway with a broker."""
    async with open_gateway(told(platform, jwks_url, amqp_url)) as url:

        async def whole() -> bool:
            async with httpx.AsyncClient(base_url=url) as http:
                return bool((await http.get("/readyz")).json()["checks"]["rabbitmq"])

        await eventually(whole)
        yield url


@pytest.fixture
def ada(issuer: Issuer) -> str:
    return issuer.token("ada")


@pytest.fixture
def bob(issuer: Issuer) -> str:
    return issuer.token("bob")


@pytest.fixture
async def bus(amqp_url: str) -> AsyncIterator[Bus]:
    """The bus as a service has it."""
    bus = Bus(amqp_url)
    async with background.running(bus.run()):
        await eventually(bus.reachable)
        yield bus


@pytest.fixture
def publish(bus: Bus) -> Callable[[Envelope], Awaitable[None]]:
    return bus.publish
