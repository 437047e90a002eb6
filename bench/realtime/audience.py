"""Sockets of one room, and the clock that sees every message arrive at each of them."""

import asyncio
import itertools
from array import array
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import SO_RCVBUF, SOL_SOCKET
from time import perf_counter

from bench.realtime.dialects import Asked, Dialect
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

TEXT = 200
"""Bytes of a message."""
_MARK = "~no."
_DIGITS = 9
_AT_ONCE = 50
_AGAIN = 1.0
"""Seconds after which who was refused for want of time asks again."""


class Refused(Exception):  # noqa: N818 - a server said no
    """An answer that a benchmark does not expect."""


@dataclass(slots=True)
class Clock:
    """When messages were sent and how long each delivery of them took."""

    numbers: Iterator[int] = field(default_factory=itertools.count)
    sent: dict[int, float] = field(default_factory=dict)
    took: "array[float]" = field(default_factory=lambda: array("d"))
    """Seconds from sending to each delivery."""
    slowest: dict[int, float] = field(default_factory=dict)
    """Seconds from sending to the last delivery so far, by message."""
    deliveries: int = 0
    refused: int = 0
    """Messages that a server did not take."""

    def write(self) -> tuple[int, str]:
        """A message of `TEXT` bytes that is known again."""
        number = next(self.numbers)
        return number, f"{_MARK}{number:0{_DIGITS}d} ".ljust(TEXT, "x")

    def heard(self, frame: bytes) -> int:
        """Note a delivery; returns which message it brought."""
        now = perf_counter()
        start = frame.index(_MARK.encode()) + len(_MARK)
        number = int(frame[start : start + _DIGITS])
        self.deliveries += 1
        if number in self.sent:
            took = now - self.sent[number]
            self.took.append(took)
            self.slowest[number] = took
        return number

    def forget(self) -> None:
        """Begin to measure: what was sent before is not looked at."""
        self.sent.clear()
        self.slowest.clear()
        self.took = array("d")
        self.deliveries = self.refused = 0


class Seat(WSListener):  # type: ignore[misc] # a compiled class
    """One socket; `clock` is None for one whose deliveries do not count."""

    def __init__(self, dialect: Dialect, clock: Clock | None) -> None:
        super().__init__()
        self._dialect = dialect
        self._clock = clock
        self._waiting: dict[bytes, asyncio.Future[None]] = {}
        self._own: tuple[int, asyncio.Future[None]] | None = None
        self.transport: WSTransport = None
        self.lost = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.lost = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Refused(f"closed: {transport.close_handshake}"))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        content = frame.get_payload_as_bytes()
        if content.startswith(self._dialect.delivery):
            if self._clock is not None:
                self._heard(self._clock.heard(content))
        elif reply := self._dialect.answers.get(content):
            transport.send(WSMsgType.TEXT, reply)
        elif found := self._dialect.answer.match(content):
            self._answered(found[0], content)

    async def ask(self, asked: Asked) -> None:
        """Raises `Refused`."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting[asked.answered] = answer
        self.transport.send(WSMsgType.TEXT, asked.frame)
        await answer

    def say(self, room_id: str) -> int:
        """Send a message and wait for nothing; returns its number."""
        assert self._clock is not None
        number, text = self._clock.write()
        asked = self._dialect.post(room_id, text)
        self._clock.sent[number] = perf_counter()
        self.transport.send(WSMsgType.TEXT, asked.frame)
        return number

    async def converse(self, room_id: str) -> None:
        """Send a message and wait until it has come back like to everybody.

        Raises:
            Refused: The server did not take it.
        """
        own: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._own = (self.say(room_id), own)
        await own

    def stop_reading(self) -> None:
        """As a phone in a tunnel: the connection stays, nothing is taken from it."""
        self.transport.underlying_transport.pause_reading()

    def resume_reading(self) -> None:
        """Out of the tunnel."""
        self.transport.underlying_transport.resume_reading()

    def _heard(self, number: int) -> None:
        if self._own is not None and self._own[0] == number:
            if not self._own[1].done():  # nobody waits any more at the end of a round
                self._own[1].set_result(None)
            self._own = None

    def _answered(self, start: bytes, content: bytes) -> None:
        waiting = self._waiting.pop(start, None)
        if self._dialect.refusal in content:
            refused = Refused(content[:300].decode())
            if waiting is not None:
                waiting.set_exception(refused)
            elif self._own is not None and not self._own[1].done():
                self._own[1].set_exception(refused)
            elif self._clock is not None:
                self._clock.refused += 1
        elif waiting is not None:
            waiting.set_result(None)


@dataclass(frozen=True, slots=True)
class Hall:
    """Where to sit: a server, people's tokens there, and a room they are all members of."""

    url: str
    dialect: Dialect
    tokens: Sequence[str]
    room_id: str


async def seat(hall: Hall, token: str, clock: Clock | None, *, buffer: int | None = None) -> Seat:
    """An open socket that hears the room; `buffer` bounds what its kernel takes, in bytes."""
    dialect = hall.dialect
    _, listener = await ws_connect(
        lambda: Seat(dialect, clock),
        hall.url.replace("http", "ws", 1) + dialect.path,
        extra_headers=[*dialect.headers, ("Origin", hall.url)],
        websocket_handshake_timeout=30,
    )
    if buffer is not None:
        listener.transport.underlying_transport.get_extra_info("socket").setsockopt(
            SOL_SOCKET, SO_RCVBUF, buffer
        )
    await listener.ask(dialect.connect(token))
    while True:
        try:
            await listener.ask(dialect.join(hall.room_id))
        except Refused as refused:
            if "overloaded" not in str(refused):
                raise
            await asyncio.sleep(_AGAIN)  # as its Retry-After says
        else:
            return listener


@asynccontextmanager
async def seated(hall: Hall, count: int, clock: Clock | None) -> AsyncIterator[list[Seat]]:
    """`count` sockets in the room, of as many people as there are."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> Seat:
        async with gate:
            return await seat(hall, hall.tokens[number % len(hall.tokens)], clock)

    seats = await asyncio.gather(*(one(number) for number in range(count)))
    try:
        yield seats
    finally:
        for each in seats:
            each.transport.disconnect(graceful=False)
        await asyncio.gather(*(each.transport.wait_disconnected() for each in seats))
