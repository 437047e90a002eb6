"""What the doctor says of a small platform where something is closed."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from stack import ports
from stack.configuration import Configuration
from stack.doctor import examination, paths, peers, relays
from stack.doctor.examination import Examination
from stack.doctor.paths import Relay


@dataclass
class Small:
    """A gateway with nothing behind it: says what it is told to say."""

    turn_urls: list[str] = field(default_factory=list)
    topology: str = "mesh"
    worker: int = 0
    """Where its media worker is said to be; nobody is there."""
    is_ready: bool = True
    has_socket: bool = True
    accounts: dict[str, str] = field(default_factory=dict)
    rooms: set[str] = field(default_factory=set)
    url: str = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/readyz", self._readyz),
                web.get("/livez", self._livez),
                web.post("/api/auth/register", self._register),
                web.post("/api/auth/login", self._log_in),
                web.get("/api/signaling/ice-servers", self._ice_servers),
                web.post("/api/rooms", self._open_room),
                web.post("/api/rooms/{room}/join", self._livez),
                web.delete("/api/rooms/{room}", self._delete_room),
                web.get("/ws", self._socket),
            ]
        )
        return app

    async def _readyz(self, _: web.Request) -> web.Response:
        if self.is_ready:
            return web.json_response({})
        return web.json_response({"chat": "away"}, status=503)

    async def _livez(self, _: web.Request) -> web.Response:
        return web.json_response({})

    async def _register(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.accounts[asked["username"]] = asked["password"]
        return web.json_response({"userId": "u"}, status=201)

    async def _log_in(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if self.accounts.get(asked["username"]) != asked["password"]:
            return web.json_response({}, status=401)
        return web.json_response({"token": "t"})

    async def _ice_servers(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t"
        server = {"urls": self.turn_urls, "username": "1:u", "credential": "c"}
        return web.json_response({"iceServers": [server]})

    async def _open_room(self, _: web.Request) -> web.Response:
        self.rooms.add("r")
        return web.json_response({"roomId": "r"}, status=201)

    async def _delete_room(self, request: web.Request) -> web.Response:
        self.rooms.remove(request.match_info["room"])
        return web.Response(status=204)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not self.has_socket:
            return web.Response(status=426)
        socket = web.WebSocketResponse(protocols=["convo.v1"])
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                frame = json.loads(message.data)
                data = await self._answer(frame["type"], frame["data"])
                await socket.send_json({"type": "someEvent", "data": {}})
                await socket.send_json({"re": frame["id"], "type": "ok", "data": data})
        return socket

    async def _answer(self, kind: str, data: dict[str, dict[str, str]]) -> dict[str, object]:
        if kind == "joinRoom":
            return {"topology": self.topology}
        if kind != "signal":
            return {}
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        await peer.setRemoteDescription(RTCSessionDescription(data["description"]["sdp"], "offer"))
        answer = (await peer.createAnswer()).sdp
        await peer.close()
        door = f"a=candidate:1 1 udp 2130706431 127.0.0.1 {self.worker} typ host\r\n"
        return {"description": {"type": "answer", "sdp": f"{answer}{door}"}}


@pytest.fixture
async def small() -> AsyncIterator[Small]:
    its = Small()
    runner = web.AppRunner(its.app())
    await runner.setup()
    [port] = ports.free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    its.url = f"http://127.0.0.1:{port}"
    yield its
    await runner.cleanup()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "PATIENCE", 1.0)
    monkeypatch.setattr(peers, "PATIENCE", 3.0)


async def examine(small: Small, data: Path, **settings: str) -> bool:
    configuration = Configuration({"CONVO_DATA_DIR": str(data), **settings})
    return await Examination(small.url, configuration, None).run()


async def test_each_closed_port_of_a_turn_server_is_a_sentence(
    small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    udp, tcp, tls = ports.free_ports(3)
    small.turn_urls = [
        f"turn:127.0.0.1:{udp}?transport=udp",
        f"turn:127.0.0.1:{tcp}?transport=tcp",
        f"turns:localhost:{tls}?transport=tcp",
    ]

    assert not await examine(small, tmp_path, CONVO_MEDIA_WORKERS="0")

    said = capsys.readouterr().out
    assert f"UDP port {udp} of 127.0.0.1 is closed" in said
    assert f"TCP port {tcp} of 127.0.0.1 is closed" in said
    assert f"TCP port {tls} of localhost is closed" in said
    assert "CONVO_TURN_TLS_PORT" in said
    assert small.rooms == set()


async def test_the_closed_port_of_a_media_worker_is_named(
    small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small.topology, small.worker = "sfu", ports.free_ports(1)[0]

    assert not await examine(small, tmp_path)

    said = capsys.readouterr().out
    assert f"UDP port {small.worker} of 127.0.0.1 is closed: the media worker" in said
    assert "CONVO_MEDIA_PUBLIC_IP" in said
    assert small.rooms == set()


async def test_all_is_well_without_workers_only_if_none_were_wanted(
    small: Small, tmp_path: Path
) -> None:
    assert await examine(small, tmp_path, CONVO_MEDIA_WORKERS="0")
    assert not await examine(small, tmp_path)
    assert len(small.accounts) == 1, "the account is made once"
    assert (tmp_path / "doctor.json").stat().st_mode & 0o077 == 0


async def test_what_stands_between_is_told(
    small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small.is_ready = small.has_socket = False

    assert not await examine(small, tmp_path)

    said = capsys.readouterr().out
    assert "The gateway is not ready (503)" in said
    assert "does not open" in said
    assert "Host header" in said


async def test_a_gateway_that_is_not_there_is_a_closed_port(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [port] = ports.free_ports(1)

    assert not await examine(Small(url=f"http://127.0.0.1:{port}"), tmp_path)

    assert f"TCP port {port} of 127.0.0.1 is closed" in capsys.readouterr().out


async def test_who_is_named_signs_in_and_no_account_is_made(
    small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await examine(small, tmp_path, CONVO_DOCTOR_USER="ada", CONVO_DOCTOR_PASSWORD="wrong")

    assert "ada cannot sign in" in capsys.readouterr().out
    assert small.accounts == {}


def relay(transport: str, host: str, port: int) -> Relay:
    return Relay(transport, host, port, "1:u", "c")


def test_addresses_are_understood_as_browsers_do() -> None:
    urls = [
        "turn:turn.example",
        "turn:[2001:db8::1]:80?transport=tcp",
        "turns:turn.example?transport=tcp",
    ]
    servers = [
        {"urls": ["stun:turn.example"]},
        {"urls": urls, "username": "1:u", "credential": "c"},
    ]

    assert paths.announced(servers) == [
        relay("UDP", "turn.example", 3478),
        relay("TCP", "2001:db8::1", 80),
        relay("TLS", "turn.example", 5349),
    ]


def test_what_people_are_not_told_of_is_tried_but_not_needed() -> None:
    known = [relay("UDP", "127.0.0.1", 3478), relay("TCP", "127.0.0.1", 3478)]

    extra = paths.on_this_machine(known, ["127.0.0.1", "::1"], 5349)

    assert [(each.transport, each.host, each.port) for each in extra] == [
        ("UDP", "::1", 3478),
        ("TCP", "::1", 3478),
        ("TLS", "127.0.0.1", 5349),
    ]
    assert not any(each.needed for each in extra)


def test_the_turn_server_of_another_is_not_ours() -> None:
    assert examination.ours(Configuration({"CONVO_TURN_URLS": "turn:turn.example"})) is None
