"""What the gateway tells the bus, and how it lives without one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from common.bus import Bus
from common.events import GatewayAlive, UserConnected, UserDisconnected
from common.testing import eventually

from .people import dialled, person
from .servers import Log, Platform, follows, listening, open_gateway, said, told


class Cable:
    """The way to the broker, which can be cut and mended."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        name, _, _ = self._target.netloc.rpartition("@")
        return self._target._replace(netloc=f"{name}@127.0.0.1:{self.port}").geturl()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self._target.hostname, self._target.port)
        ways = ((reader, there[1]), (there[0], writer))
        self._writers |= {way[1] for way in ways}
        await asyncio.gather(*(self._pump(*way) for way in ways))
        self._writers -= {way[1] for way in ways}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while part := await reader.read(65536):
                writer.write(part)
                await writer.drain()
        writer.close()


@pytest.fixture
async def cable(amqp_url: str) -> AsyncIterator[Cable]:
    cable = Cable(amqp_url)
    await cable.mend()
    yield cable
    cable.cut()


async def _hears_the_bus(url: str, *, expected: bool = True) -> None:
    async with httpx.AsyncClient(base_url=url) as http:

        async def so() -> bool:
            await asyncio.sleep(0.05)
            told_ = (await http.get("/readyz")).json()["checks"]["rabbitmq"]
            return bool(told_) is expected

        await eventually(so)


async def test_after_the_broker_was_away_rooms_are_heard_again_and_clients_look_back(
    cable: Cable, platform: Platform, jwks_url: str, bus: Bus, ada: str
) -> None:
    follows(platform)
    log = Log(platform)
    settings = told(platform, jwks_url, cable.url)
    async with open_gateway(settings) as url:
        await _hears_the_bus(url)
        async with person(url, ada) as somebody:
            await somebody.ask("followRoom", {"roomId": "tea"})
            cable.cut()
            await _hears_the_bus(url, expected=False)
            log.facts["tea"] = [said("tea", 1, "lost")]
            await bus.publish(log.facts["tea"][0])
            assert (await somebody.ask("followRoom", {"roomId": "coffee"}))["type"] == "ok"
            await cable.mend()

            assert await somebody.hears("resync") == {"type": "resync", "data": {}}
            await bus.publish(said("tea", 2))
            await bus.publish(said("coffee", 1))

            heard = [await somebody.hears("chatMessage") for _ in range(3)]
            assert [each["seq"] for each in heard if each["roomId"] == "tea"] == [1, 2]


async def test_sockets_open_while_there_is_no_broker(
    cable: Cable, platform: Platform, jwks_url: str, bus: Bus, ada: str
) -> None:
    follows(platform)
    cable.cut()
    settings = told(platform, jwks_url, cable.url)
    async with open_gateway(settings) as url, person(url, ada) as somebody:
        assert (await somebody.ask("followRoom", {"roomId": "tea"}))["type"] == "ok"
        await cable.mend()
        await somebody.hears("resync")
        await bus.publish(said("tea", 1))

        assert (await somebody.hears("chatMessage"))["seq"] == 1


async def _until(heard: list[Any], count: int) -> None:
    async def enough() -> bool:
        return len(heard) >= count

    await eventually(enough)


async def test_who_comes_and_who_goes_is_told(
    edge: str, platform: Platform, amqp_url: str, ada: str
) -> None:
    platform.on_commands("chat", lambda _: {})
    async with listening(amqp_url, UserConnected, UserDisconnected) as heard:
        async with person(edge, ada) as somebody:
            await somebody.ask("typing")
            command = json.loads(platform.of("/commands")[0].body)
            await somebody.ws.close(1001)
        async with person(edge, ada) as malformed:
            await malformed.ws.send("nonsense")
            await malformed.closed()
        async with dialled(edge) as nobody:
            await nobody.send("nonsense")
            await nobody.wait_closed()
        await _until(heard, 4)

    came, went, _, thrown_out = heard
    assert isinstance(came, UserConnected)
    assert isinstance(went, UserDisconnected)
    assert (came.user_id, came.session_id) == ("ada", "session-of-ada")
    assert came.connection_id == went.connection_id == somebody.connection_id
    assert came.gateway_id == went.gateway_id == command["gatewayId"]
    assert went.code == 1001
    assert thrown_out.code == 4400
    assert len(heard) == 4


async def test_what_a_client_sent_before_it_went_is_done_before_its_going_is_told(
    edge: str, platform: Platform, amqp_url: str, ada: str
) -> None:
    order: list[str] = []
    entered = asyncio.Event()
    go = asyncio.Event()

    async def join(_: dict[str, Any]) -> dict[str, Any]:
        entered.set()
        await go.wait()
        order.append("joined")
        return {"subscribe": ["room.tea"]}

    platform.on_commands("signaling", join)
    platform.on_commands("chat", lambda _: {"subscribe": ["room.tea"]})
    async with listening(amqp_url, UserDisconnected) as heard:
        async with person(edge, ada) as somebody:
            await somebody.say("joinRoom", {"roomId": "tea"})
            await entered.wait()
        assert heard == []
        go.set()
        await _until(heard, 1)

    assert order == ["joined"]
    assert [json.loads(asked.body)["type"] for asked in platform.of("/commands")][-1] == "joinRoom"


async def test_the_gateway_says_that_it_lives(
    edge: str, amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(amqp_url, GatewayAlive) as heard:
        await _until(heard, 1)

    assert heard[0].gateway_id


async def test_comings_and_goings_are_told_later_when_there_is_no_broker_now(
    cable: Cable, platform: Platform, jwks_url: str, amqp_url: str, ada: str
) -> None:
    cable.cut()
    async with (
        listening(amqp_url, UserConnected, UserDisconnected) as heard,
        open_gateway(told(platform, jwks_url, cable.url)) as url,
    ):
        async with person(url, ada):
            pass
        await cable.mend()
        await _until(heard, 2)

    assert [type(fact) for fact in heard] == [UserConnected, UserDisconnected]


async def test_a_gateway_that_is_stopped_sends_everybody_elsewhere_and_says_so(
    platform: Platform, jwks_url: str, amqp_url: str, ada: str, bob: str
) -> None:
    async with listening(amqp_url, UserDisconnected) as heard:
        async with open_gateway(told(platform, jwks_url, amqp_url)) as url:
            await _hears_the_bus(url)
            one, two = dialled(url), dialled(url)
            sockets = [await one.__aenter__(), await two.__aenter__()]
            for ws, token in zip(sockets, (ada, bob), strict=True):
                await ws.send(json.dumps({"id": 1, "type": "connect", "data": {"token": token}}))
                await ws.recv()
        for ws in sockets:
            await ws.wait_closed()
        await _until(heard, 2)

    assert [ws.close_code for ws in sockets] == [4503, 4503]
    assert {fact.user_id for fact in heard} == {"ada", "bob"}
    assert {fact.code for fact in heard} == {4503}


async def test_keys_that_nobody_hears_are_not_bound(
    edge: str, platform: Platform, amqp_url: str, broker: tuple[str, str], ada: str
) -> None:
    follows(platform)
    host = urlsplit(amqp_url).path

    async with httpx.AsyncClient(base_url=broker[1]) as api:

        async def keys() -> set[str]:
            answer = await api.get(f"/api/bindings{host}")
            own = [each for each in answer.json() if each["destination"].startswith("amq.gen")]
            return {each["routing_key"] for each in own if each["source"]}

        before = await keys()
        async with person(edge, ada) as somebody:
            await somebody.ask("followRoom", {"roomId": "tea"})
            during = await keys()
            await somebody.ask("unfollowRoom", {"roomId": "tea"})

            async def without_room() -> bool:
                return "room.tea" not in await keys()

            await eventually(without_room)

        async def as_before() -> bool:
            return await keys() == before

        await eventually(as_before)

    assert before == {"auth.session_revoked.v1"}
    assert during - before == {"room.tea", "user.ada", f"connection.{somebody.connection_id}"}
