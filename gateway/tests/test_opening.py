"""A socket, from its handshake to its person."""

import json
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest
import websockets

from common.bus import Bus
from common.events import (
    Envelope,
    SessionRevoked,
)
from common.testing import NOON, Issuer

from .people import dialled, person
from .servers import Platform


async def test_connecting_tells_who_and_how_often_to_be_heard(edge: str, ada: str) -> None:
    async with dialled(edge) as ws:
        await ws.send(json.dumps({"id": 3, "type": "connect", "data": {"token": ada}}))
        answer = json.loads(await ws.recv())

    assert ws.subprotocol == "convo.v1"
    assert answer["re"] == 3
    assert answer["type"] == "ok"
    assert answer["data"]["user"] == {"userId": "ada", "name": "Ada", "roles": ["user"]}
    assert answer["data"]["heartbeatSeconds"] == 15
    assert answer["data"]["connectionId"]


async def test_a_first_frame_is_expected_soon(edge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.realtime.protocol.CONNECT_WITHIN", 0.1)

    async with dialled(edge) as ws:
        await ws.wait_closed()

    assert ws.close_code == 4401


@pytest.mark.parametrize(
    "data", [{}, {"token": 7}, {"token": "nonsense"}, {"token": "x" * 5000}, None]
)
async def test_without_a_good_token_there_is_an_answer_and_an_end(
    edge: str, data: dict[str, Any] | None
) -> None:
    async with dialled(edge) as ws:
        type_ = "connect" if data is not None else "ping"
        await ws.send(json.dumps({"id": 1, "type": type_, "data": data or {}}))
        answer = json.loads(await ws.recv())
        await ws.wait_closed()

    assert answer["type"] == "error"
    assert answer["error"]["status"] == 401
    assert len(answer["error"]["traceId"]) == 32
    assert ws.close_code == 4401


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "http://localhost:8080.evil.test"}, 403),
        ({"subprotocols": ["other"]}, 400),
        ({"subprotocols": None}, 400),
    ],
)
async def test_a_strange_handshake_is_refused(
    edge: str, options: dict[str, Any], status: int
) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with dialled(edge, **options):
            pass

    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["status"] == status


async def test_there_is_no_socket_elsewhere(edge: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(edge.replace("http", "ws") + "/other"):
            pass

    assert refused.value.response.status_code == 404


async def test_own_pages_may_connect_by_either_name(edge: str, ada: str) -> None:
    for origin in ("http://localhost:8080", "http://127.0.0.1:8080"):
        async with person(edge, ada, origin=origin) as somebody:
            assert (await somebody.ask("ping"))["data"] == {}


async def test_a_session_that_ends_takes_its_sockets_along(
    edge: str, bus: Bus, ada: str, bob: str
) -> None:
    revoked = SessionRevoked(
        occurred_at=NOON, user_id="ada", session_id="session-of-ada", reason="logout"
    )

    async with person(edge, ada) as one, person(edge, ada) as two, person(edge, bob) as other:
        await bus.publish(Envelope.of(revoked, {}))

        assert [await one.closed(), await two.closed()] == [4401, 4401]
        assert (await other.ask("ping"))["type"] == "ok"

    async with dialled(edge) as again:
        await again.send(json.dumps({"id": 1, "type": "connect", "data": {"token": ada}}))
        await again.wait_closed()
    assert again.close_code == 4401


@pytest.mark.parametrize("text", ["nonsense", b"\x00"])
async def test_what_is_no_frame_is_none_as_the_first_either(edge: str, text: str | bytes) -> None:
    async with dialled(edge) as ws:
        await ws.send(text)
        await ws.wait_closed()

    assert ws.close_code == 4400


async def test_a_new_token_is_taken_on_the_open_socket(
    edge: str, platform: Platform, issuer: Issuer, ada: str
) -> None:
    platform.on_commands("chat", lambda _: {})
    renewed = issuer.token("ada", name="Ada L.")

    async with person(edge, ada) as somebody:
        answer = await somebody.ask("connect", {"token": renewed})
        await somebody.ask("typing")

    assert answer["data"]["connectionId"] == somebody.connection_id
    assert answer["data"]["user"]["name"] == "Ada L."
    assert platform.of("/commands")[0].headers["authorization"] == f"Bearer {renewed}"


async def test_a_socket_stays_with_its_session(edge: str, issuer: Issuer, ada: str) -> None:
    async with person(edge, ada) as somebody:
        other = await somebody.ask("connect", {"token": issuer.token("bob")})
        elsewhere = await somebody.ask("connect", {"token": issuer.token("ada", sid="s2")})
        bad = await somebody.ask("connect", {"token": "nonsense"})

        assert other["error"]["code"] == elsewhere["error"]["code"] == "another-session"
        assert bad["error"]["status"] == 401
        assert (await somebody.ask("ping"))["type"] == "ok"


async def test_one_person_has_at_most_twenty_sockets(edge: str, ada: str, bob: str) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(person(edge, ada))
        async with dialled(edge) as ws:
            await ws.send(json.dumps({"id": 1, "type": "connect", "data": {"token": ada}}))
            answer = json.loads(await ws.recv())
            await ws.wait_closed()
        async with person(edge, bob):
            pass

    assert answer["error"]["code"] == "too-many-sockets"
    assert ws.close_code == 4429
    async with person(edge, ada):
        pass


async def test_a_token_that_ended_ends_the_socket(
    edge: str, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    nearly = issuer.token("ada", exp=int(time.time()) - 58)

    async with person(edge, nearly) as somebody:
        assert await somebody.closed() == 4401
