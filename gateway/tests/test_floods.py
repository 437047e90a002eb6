"""What comes from a client that means harm, or is broken."""

import asyncio
import json
import logging
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.realtime import line, pace

from .people import Person, person
from .servers import lines

TEXT, BINARY, CLOSE, PING = 0x1, 0x2, 0x8, 0x9


def framed(opcode: int, payload: bytes = b"", *, head: int = 0x80, masked: bool = True) -> bytes:
    """A client's frame (RFC 6455, section 5.2); `head` holds FIN and the reserved bits."""
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        size = bytes([bit | len(payload)])
    elif len(payload) < 1 << 16:
        size = bytes([bit | 126]) + struct.pack("!H", len(payload))
    else:
        size = bytes([bit | 127]) + struct.pack("!Q", len(payload))
    mask = b"\0\0\0\0" if masked else b""  # which changes nothing
    return bytes([head | opcode]) + size + mask + payload


class Raw:
    """A connection on which anything may be said, once the handshake is over."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        with suppress(ConnectionError):
            self.writer.write(data)
            await self.writer.drain()

    async def closed(self) -> int:
        """The code of the close frame before the end; 1005 if it has none, 1006 without one."""
        received = b""
        async with asyncio.timeout(20):
            with suppress(ConnectionError):
                received = await self.reader.read(-1)
        _, found, close = received.rpartition(b"\x88")
        if not found:
            return 1006
        return struct.unpack_from("!H", close, 1)[0] if close[0] else 1005


@asynccontextmanager
async def raw(url: str, token: str, *, extra: str = "") -> AsyncIterator[Raw]:
    """Somebody who has connected, and may now say anything."""
    async with shaken(url, extra=extra) as (_, line_):
        hello = json.dumps({"id": 1, "type": "connect", "data": {"token": token}})
        await line_.send(framed(TEXT, hello.encode()))
        await line_.reader.readuntil(b"heartbeatSeconds")
        await line_.reader.readuntil(b"}}")
        yield line_


@asynccontextmanager
async def shaken(url: str, *, extra: str = "") -> AsyncIterator[tuple[bytes, Raw]]:
    """The answer to the handshake, and the connection after it."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 20)
    writer.write(
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
        f"Sec-WebSocket-Protocol: convo.v1\r\n{extra}\r\n".encode()
    )
    try:
        yield await reader.readuntil(b"\r\n\r\n"), Raw(reader, writer)
    finally:
        writer.transport.abort()


@pytest.fixture
async def witness(edge: str, bob: str) -> AsyncIterator[Person]:
    """Somebody who must not notice anything."""
    async with person(edge, bob) as somebody:
        yield somebody
        for _ in range(3):
            assert (await somebody.ask("ping"))["type"] == "ok"


@pytest.fixture(autouse=True)
def no_complaints(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Whatever a client does is no error of ours."""
    yield
    # Other tests' gateways still look for a broker that is not there.
    ours = [each for each in caplog.records if not each.name.startswith("aiormq")]
    assert [each for each in ours if each.levelno >= logging.ERROR] == []


LARGE = 128 << 10


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (framed(BINARY, b"\0\1"), 4400),
        (framed(TEXT, b"[" * 10_000 + b"]" * 10_000), 4400),
        (framed(TEXT, b"\xff\xfe"), 1007),
        (framed(TEXT, b'{"id":1,"type":"x"}'.ljust((64 << 10) + 1)), 4413),
        (framed(TEXT, b"x" * (LARGE + 1)), 1009),
        (framed(TEXT, b"x" * LARGE, head=0) + framed(0, b"x"), 1009),
        (framed(TEXT, b"{}", masked=False), 1002),
        (framed(TEXT, b"{}", head=0xC0), 1002),
        (framed(0x3), 1002),
        (framed(PING, b"x" * 126), 1002),
        (framed(TEXT, b"\xff", head=0) + framed(CLOSE, struct.pack("!H", 1000)), 1000),
        (framed(TEXT, b'{"id":1,"type":"ping"}') * 1000, 4429),
        (framed(PING) * 1000, 4429),
        (framed(TEXT, b"", head=0) + framed(0, b"", head=0) * 1000, 4429),
    ],
    ids=[
        "binary",
        "deep",
        "not UTF-8",
        "a byte too long",
        "far too long",
        "far too long in parts",
        "not masked",
        "compressed though it was declined",
        "unknown kind",
        "long ping",
        "closed in the middle",
        "many frames",
        "many pings",
        "many parts",
    ],
)
async def test_who_breaks_a_rule_is_told_which(
    edge: str, ada: str, witness: Person, said: bytes, code: int
) -> None:
    async with raw(edge, ada) as somebody:
        await somebody.send(said)

        assert await somebody.closed() == code


async def test_compression_is_declined(edge: str) -> None:
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"

    async with shaken(edge, extra=offer) as (answer, _):
        assert answer.startswith(b"HTTP/1.1 101")
        assert b"extensions" not in answer.lower()


async def test_five_thousand_frames_a_second_end_the_socket_and_nobody_else_notices(
    edge: str, ada: str, witness: Person
) -> None:
    async with raw(edge, ada) as somebody:
        closed = asyncio.create_task(somebody.closed())
        while not closed.done():
            await somebody.send(framed(TEXT, b'{"id":1,"type":"ping"}') * 500)
            assert (await witness.ask("ping"))["type"] == "ok"
            await asyncio.sleep(0.1)

        assert await closed == 4429


async def test_who_asks_and_never_reads_the_answers_makes_nothing_grow(
    edge: str, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "RATE", 1e6)
    monkeypatch.setattr(pace, "BURST", 1_000_000)

    async with raw(edge, ada) as somebody:
        somebody.writer.transport.pause_reading()
        for _ in range(200):
            somebody.writer.write(framed(PING, b"x" * 125) * 100)
            await asyncio.sleep(0)

        assert max(each.transport.get_write_buffer_size() for each in lines()) < 2 * line.BUFFERED


@pytest.mark.parametrize(
    "said", [b"", b"GET /ws HTT", b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n", b"\x16\x03\x01"]
)
async def test_who_does_not_finish_a_request_is_not_waited_for(
    edge: str, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.door.REQUEST_WITHIN", 0.2)
    address = urlsplit(edge)
    ends = [await asyncio.open_connection(address.hostname, address.port) for _ in range(50)]

    for _, writer in ends:
        writer.write(said)

    async with asyncio.timeout(10):
        for reader, writer in ends:
            with suppress(ConnectionError):
                await reader.read()
            writer.close()


@pytest.mark.parametrize("extra", ["X-Long: " + "x" * 9000 + "\r\n", "X-Many: 1\r\n" * 200])
async def test_headers_that_are_too_large_are_refused(edge: str, extra: str) -> None:
    async with shaken(edge, extra=extra) as (answer, _):
        assert answer.startswith(b"HTTP/1.1 431")


FRAMES = st.builds(
    framed,
    st.integers(0, 15),
    st.binary(max_size=200) | st.just(b'{"id":1,"type":"ping","data":{}}'),
    head=st.sampled_from([0x80, 0x80, 0x80, 0x00, 0xC0]),
    masked=st.sampled_from([True, True, True, False]),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(FRAMES | st.binary(max_size=300), max_size=12))
async def test_no_garbage_is_more_than_a_closed_socket(
    edge: str, ada: str, witness: Person, said: list[bytes]
) -> None:
    async with raw(edge, ada) as somebody:
        await somebody.send(b"".join(said))
        await somebody.send(framed(CLOSE))
        somebody.writer.write_eof()

        await somebody.closed()
        assert (await witness.ask("ping"))["type"] == "ok"
