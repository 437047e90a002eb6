"""A request on its way, however large, slow or unlucky."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest

from .servers import Asked, Platform, free_port, open_gateway, tiny, told


async def test_head_and_empty_answers_have_no_body(
    gateway: httpx.AsyncClient, platform: Platform
) -> None:
    async def nothing(_: Asked) -> Any:
        return 204, {}, b""

    platform.answers["rooms/rooms/x/leave"] = nothing

    head = await gateway.head("/api/rooms/list")
    left = await gateway.post("/api/rooms/x/leave")

    assert head.status_code == 200
    assert head.content == b""
    assert int(head.headers["content-length"]) > 0
    assert left.status_code == 204
    assert left.content == b""


async def test_large_bodies_stream_both_ways(
    gateway: httpx.AsyncClient, platform: Platform
) -> None:
    parts = 256
    part = bytes(range(256)) * 1024  # the kernel alone holds some 20 MB on the two ways
    size = parts * len(part)
    came = hashlib.sha256()
    received = sent = taken = most_held = 0

    async def service(_: Any, receive: Any, send: Any) -> None:
        nonlocal received, sent, most_held
        more = True
        while more:
            message = await receive()
            came.update(message["body"])
            received += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(parts):
            await send({"type": "http.response.body", "body": part, "more_body": True})
            sent += len(part)
            most_held = max(most_held, sent - taken)
        await send({"type": "http.response.body", "body": b""})

    async def body() -> Any:
        nonlocal most_held
        for number in range(parts):
            yield part
            most_held = max(most_held, number * len(part) - received)

    platform.raw["media/media/stream"] = service
    back = hashlib.sha256()
    kind = {"Content-Type": "application/octet-stream"}

    async with gateway.stream(
        "POST", "/api/media/stream", content=body(), headers=kind, timeout=30
    ) as answer:
        async for taking in answer.aiter_bytes():
            back.update(taking)
            taken += len(taking)

    assert received == taken == size
    assert back.digest() == came.digest()
    assert most_held < size / 2, "a body was collected, not passed on"


async def test_json_over_one_mebibyte_is_refused(
    gateway: httpx.AsyncClient, platform: Platform
) -> None:
    async def chunks() -> Any:
        for _ in range(48):
            yield b"x" * 65536

    announced = await gateway.post("/api/rooms", content=b"[" + b"1," * (1 << 20) + b"1]")
    unannounced = await gateway.post(
        "/api/rooms", content=chunks(), headers={"Content-Type": "application/json"}
    )

    for answer in (announced, unannounced):
        assert answer.status_code == 413
        assert answer.json()["code"] == "body-too-large"
    assert not platform.of("/rooms")


async def test_a_stream_over_its_limit_is_cut(
    gateway: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.rest.proxy.MAX_STREAM", 1 << 20)

    async def chunks() -> Any:
        for _ in range(48):
            yield b"x" * 65536

    answer = await gateway.post(
        "/api/media/x", content=chunks(), headers={"Content-Type": "image/png"}
    )

    assert answer.status_code == 413


async def test_malformed_requests_never_reach_a_service(
    gateway: httpx.AsyncClient, platform: Platform
) -> None:
    for request in (
        b"GET /api/rooms HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
        (
            b"POST /api/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        b"\x16\x03\x01 nonsense\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.base_url.port)
        writer.write(request)
        answer = await reader.read(64)
        writer.close()
        assert answer.startswith((b"HTTP/1.1 400", b"")), answer
    assert not platform.of("/rooms")


async def test_get_outlives_a_restart_and_post_is_not_repeated(jwks_url: str) -> None:
    platform = Platform()
    port = free_port()
    platform.url = f"http://127.0.0.1:{port}"
    settings = told(platform, jwks_url, "amqp://nobody:nothing@127.0.0.1:1/")
    async with open_gateway(settings) as url, httpx.AsyncClient(base_url=url) as http:
        refused = await http.post("/api/rooms", json={})
        waiting = asyncio.create_task(http.get("/api/rooms/a", timeout=20))
        keyed = asyncio.create_task(
            http.post("/api/rooms", json={}, headers={"Idempotency-Key": "k"}, timeout=20)
        )
        await asyncio.wait({waiting}, timeout=0.5)
        async with tiny(platform, port):
            answers = [await waiting, await keyed]

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "2"
    assert refused.json()["code"] == "service-away"
    assert [answer.status_code for answer in answers] == [200, 200]


async def test_a_service_that_stays_away_is_told(
    jwks_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.rest.proxy.WAITS", (0.01, 0.01))
    platform = Platform(url=f"http://127.0.0.1:{free_port()}")
    settings = told(platform, jwks_url, "amqp://nobody:nothing@127.0.0.1:1/")

    async with open_gateway(settings) as url, httpx.AsyncClient(base_url=url) as http:
        answers = [await http.get("/api/rooms"), await http.delete("/api/rooms/x")]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert "127.0.0.1" not in answers[0].text


async def test_a_service_that_hangs_is_given_up(
    platform: Platform, jwks_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.upstreams.ANSWER_WITHIN", 0.3)
    waiting = asyncio.Event()

    async def hang(_: Asked) -> Any:
        await waiting.wait()
        return 200, {}, b""

    platform.answers["rooms/rooms/x"] = hang
    settings = told(platform, jwks_url, "amqp://nobody:nothing@127.0.0.1:1/")

    async with open_gateway(settings) as url, httpx.AsyncClient(base_url=url) as http:
        answer = await http.get("/api/rooms/x")
        waiting.set()

    assert answer.status_code == 504
    assert answer.json()["code"] == "service-too-slow"


async def test_an_answer_that_breaks_off_is_not_made_whole(
    gateway: httpx.AsyncClient, platform: Platform
) -> None:
    async def half(_: Any, receive: Any, send: Any) -> None:
        length = [(b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})

    platform.raw["media/media/half"] = half

    with pytest.raises(httpx.RemoteProtocolError):
        await gateway.get("/api/media/half")
