import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from common.testing import eventually
from tests.chaos.proxy import Proxy, Trouble

SOON = 0.2


class Echo:
    """A server that says everything back, and counts what came."""

    def __init__(self) -> None:
        self.received = bytearray()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1000):
                self.received += data
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()


@pytest.fixture
async def echo() -> Echo:
    return Echo()


@pytest.fixture
async def proxy(echo: Echo) -> AsyncIterator[Proxy]:
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with Proxy("here/there", server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()


@pytest.fixture
async def line(
    proxy: Proxy,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    yield reader, writer
    writer.close()


async def said(line: tuple[asyncio.StreamReader, asyncio.StreamWriter], text: bytes) -> bytes:
    reader, writer = line
    writer.write(text)
    return await reader.readexactly(len(text))


async def test_a_healthy_link_carries_everything_both_ways(line, proxy: Proxy):
    text = bytes(range(256)) * 4096

    assert await said(line, text) == text


@pytest.mark.parametrize(
    ("trouble", "amount"), [("latency", 0.01), ("jitter", 0.02), ("slice", 100), ("rate", 500_000)]
)
async def test_a_slow_link_carries_the_same_bytes_in_order(
    line, proxy: Proxy, trouble: Trouble, amount: float
):
    text = bytes(range(256)) * 40
    proxy.suffer(trouble, amount)

    assert await said(line, text) == text


async def test_latency_is_added_each_way(line, proxy: Proxy):
    proxy.suffer("latency", 0.1)
    begun = asyncio.get_running_loop().time()

    await said(line, b"hello")

    assert asyncio.get_running_loop().time() - begun >= 0.2


async def test_a_black_hole_holds_everything_until_it_heals(line, proxy: Proxy, echo: Echo):
    proxy.suffer("blackhole")
    answer = asyncio.create_task(said(line, b"hello"))

    done, _ = await asyncio.wait({answer}, timeout=SOON)
    assert not done
    assert echo.received == b""
    proxy.heal()

    assert await answer == b"hello"


async def test_a_mute_link_loses_the_answers_of_what_arrived(line, proxy: Proxy, echo: Echo):
    proxy.suffer("mute")
    answer = asyncio.create_task(said(line, b"hello"))

    await eventually(lambda: all_of(echo, b"hello"))
    done, _ = await asyncio.wait({answer}, timeout=SOON)
    assert not done
    proxy.heal()

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await answer


async def test_a_reset_ends_connections_and_lets_new_ones_in(line, proxy: Proxy):
    await said(line, b"hello")

    proxy.suffer("reset")

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await said(line, b"still there?")
    async with AsyncExitStack() as stack:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        stack.callback(writer.close)
        assert await said((reader, writer), b"again") == b"again"


async def test_a_half_closed_connection_looks_ended_but_still_takes(line, proxy: Proxy, echo: Echo):
    reader, writer = line
    await said(line, b"hello")

    proxy.suffer("halfclose")

    assert await reader.read() == b""
    writer.write(b" and more")
    await eventually(lambda: all_of(echo, b"hello and more"))


async def all_of(echo: Echo, text: bytes) -> bool:
    return echo.received == text


async def test_a_link_to_nobody_is_refused_at_once():
    async with Proxy("here/nowhere", 1) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        writer.close()


async def test_a_forgetful_link_does_what_is_asked_and_loses_the_answer(
    line, echo: Echo, proxy: Proxy
):
    proxy.suffer("forget", 1.0)

    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await said(line, b"hello")

    await eventually(lambda: all_of(echo, b"hello"))
