"""What it costs when somebody does not read, and whom."""

import asyncio
import fcntl
import socket
import termios
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
import websockets

from common.bus import Bus
from common.events import UserDisconnected
from common.testing import eventually
from gateway.realtime import line, outgoing, protocol
from gateway.realtime.line import Line

from .people import Person, dialled, person
from .servers import Platform, follows, lines, listening, said

LOOK = 0.05
"""Seconds instead of one, so that everything is over soon."""
LONG = "x" * 60_000


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.realtime.pulse.EVERY", LOOK)


@asynccontextmanager
async def narrow(url: str, token: str) -> AsyncIterator[Person]:
    """Somebody whose side of the line holds little, so that the gateway soon notices."""
    address = urlsplit(url)
    end = socket.socket()
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    end.setblocking(False)
    await asyncio.get_running_loop().sock_connect(end, (address.hostname, address.port))
    async with dialled(url, max_queue=1, sock=end, ping_interval=None) as ws:
        somebody = Person(ws)
        await somebody.ask("connect", {"token": token})
        await somebody.ask("followRoom", {"roomId": "tea"})
        yield somebody


async def end_of(ws: websockets.ClientConnection) -> int:
    """Read to the end, however it comes; the close code."""
    async with asyncio.timeout(10):
        await _read(ws, slowly=0)
    assert ws.close_code is not None
    return ws.close_code


async def _read(ws: websockets.ClientConnection, *, slowly: float) -> None:
    with suppress(websockets.ConnectionClosedError):
        async for _ in ws:
            await asyncio.sleep(slowly)


async def test_who_reads_nothing_costs_little_and_nobody_else_waits(
    edge: str, platform: Platform, bus: Bus, ada: str, bob: str, hurried: None
) -> None:
    follows(platform)

    async with person(edge, bob) as quick, narrow(edge, ada) as slow:
        await quick.ask("followRoom", {"roomId": "tea"})
        slow.ws.transport.pause_reading()
        buffered, sent = [0], [0]

        for seq in range(1, 101):
            await bus.publish(said("tea", seq, LONG))
            assert (await quick.hears("chatMessage"))["seq"] == seq
            for each in lines():
                buffered.append(each.transport.get_write_buffer_size())
                sent.append(_unacknowledged(each))

        assert 100 * len(LONG) > outgoing.MOST / 2, "enough to be noticed"
        assert max(buffered) <= line.BUFFERED + outgoing.AT_ONCE + protocol.PIECE + 100
        assert max(buffered) + max(sent) < 100 << 10
        await eventually(_only_one_is_left)
        slow.ws.transport.resume_reading()
        assert await end_of(slow.ws) in {1013, 1006}

    async with narrow(edge, ada) as again:
        await bus.publish(said("tea", 101))
        assert (await again.hears("chatMessage"))["seq"] == 101


def _unacknowledged(each: Line) -> int:
    """Bytes in the kernel."""
    number = each.transport.get_extra_info("socket").fileno()
    if number < 0:
        return 0
    return int.from_bytes(fcntl.ioctl(number, termios.TIOCOUTQ, b"\0" * 4), "little")


async def _only_one_is_left() -> bool:
    return len(lines()) == 1


async def test_a_slow_reader_learns_why_it_is_closed(
    edge: str, platform: Platform, bus: Bus, ada: str
) -> None:
    follows(platform)

    async with narrow(edge, ada) as slow:
        reading = asyncio.create_task(_read(slow.ws, slowly=0.05))
        seq = 0
        while not reading.done():
            seq += 1
            await bus.publish(said("tea", seq, LONG))
            await asyncio.sleep(0.005)

        assert slow.ws.close_code == protocol.Close.TOO_SLOW


async def test_little_that_is_not_read_is_noticed_too(
    edge: str, platform: Platform, bus: Bus, amqp_url: str, ada: str, hurried: None
) -> None:
    """Somebody who speaks and does not read is not gone, and behind all the same."""
    follows(platform)

    async with listening(amqp_url, UserDisconnected) as heard, narrow(edge, ada) as slow:
        slow.ws.transport.pause_reading()
        for seq in range(1, 5):
            await bus.publish(said("tea", seq, LONG))
        async with asyncio.timeout(20):
            while not heard:
                await _speak(slow.ws)
                await asyncio.sleep(LOOK)

    assert heard[0].code == protocol.Close.TOO_SLOW


async def _speak(ws: websockets.ClientConnection) -> None:
    with suppress(websockets.ConnectionClosed):
        await ws.send('{"id": 1, "type": "ping"}')


async def test_who_vanished_is_found_and_it_is_told_how_long_nothing_was_heard(
    edge: str, amqp_url: str, ada: str, bob: str, hurried: None
) -> None:
    async with (
        listening(amqp_url, UserDisconnected) as heard,
        person(edge, bob) as alive,
        person(edge, ada) as gone,
    ):
        gone.ws.transport.pause_reading()
        await eventually(lambda: _told(heard))

        assert (await alive.ask("ping"))["type"] == "ok", "its library answers pings"
        gone.ws.transport.resume_reading()
        assert await gone.closed() == protocol.Close.UNHEARD

    lost = heard[0]
    assert (lost.user_id, lost.code) == ("ada", protocol.Close.UNHEARD)
    assert lost.silent_seconds == pytest.approx(protocol.GONE * LOOK)
    assert all(each.silent_seconds == 0 for each in heard[1:]), "they have said goodbye"


async def _told(heard: list[Any]) -> bool:
    return bool(heard)


async def test_a_gateway_that_stood_still_does_not_hold_it_against_anybody(
    edge: str, ada: str, hurried: None
) -> None:
    async with person(edge, ada) as somebody:
        time.sleep(LOOK * protocol.GONE * 3)  # noqa: ASYNC251 - as a stopped process does

        for _ in range(3):
            await asyncio.sleep(LOOK * 2)
            assert (await somebody.ask("ping"))["type"] == "ok"


async def test_a_long_frame_lets_pings_pass_and_arrives_whole(
    edge: str, platform: Platform, ada: str
) -> None:
    text = "é" * 300_000
    platform.on_commands("chat", lambda _: {"data": {"text": text}})

    async with person(edge, ada) as somebody:
        answer = await somebody.ask("typing", {"roomId": "tea"})

    assert answer["data"]["text"] == text


class Closed:
    """A transport of uvloop that is closed; asyncio's own lets itself be written to."""

    def is_closing(self) -> bool:
        return True

    def write(self, content: bytes) -> None:
        raise RuntimeError("the handler is closed")


async def test_a_look_at_a_connection_that_was_just_lost_does_no_harm(edge: str, ada: str) -> None:
    async with person(edge, ada):
        [lost] = lines()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(lost, "transport", Closed())

            looks = [lost.look() for _ in range(protocol.QUIET + 1)]

    assert looks[-1] > protocol.QUIET
