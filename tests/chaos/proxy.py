"""A TCP link that can be made bad: it forwards to a port until it is told to do worse."""

import asyncio
import random
import socket
import struct
from collections.abc import Iterator
from typing import Literal, Self, get_args

Trouble = Literal[
    "latency", "jitter", "rate", "slice", "forget", "blackhole", "mute", "reset", "halfclose"
]
"""What a link can suffer:

- latency, jitter: seconds, fixed or at random up to that, before each chunk goes on;
- rate: bytes a second; slice: bytes in one piece;
- forget: this share of the answers is lost, each with its connection;
- blackhole: nothing passes, either way, until it heals; then what was held arrives;
- mute: nothing comes back; when it heals the connections that waited are lost;
- reset: every connection ends with RST;
- halfclose: every connection looks closed by the other end to who opened it.
"""
_CHUNK = 65536
_BETWEEN_SLICES = 0.001


class Proxy:
    """One link; use as `async with`. Connections begun during trouble suffer it as well."""

    def __init__(self, name: str, to: int, *, seed: int = 0) -> None:
        """`to` is the port on this machine where the connections end."""
        self.name = name
        self.port = 0
        self._to = to
        self._chance = random.Random(seed)
        self._amounts: dict[str, float] = {}
        self._connections: set[_Connection] = set()
        self._there = asyncio.Event()
        self._back = asyncio.Event()
        self._there.set()
        self._back.set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.heal()
        self.reset()

    def suffer(self, trouble: Trouble, amount: float = 0.0) -> None:
        """Begin a trouble, beside those there are."""
        assert trouble in get_args(Trouble), trouble
        match trouble:
            case "reset":
                self.reset()
            case "halfclose":
                for each in self._connections:
                    each.half_close()
            case "blackhole":
                self._there.clear()
                self._back.clear()
            case "mute":
                self._back.clear()
                self._amounts["mute"] = 1
            case _:
                self._amounts[trouble] = amount

    def heal(self) -> None:
        """End every trouble."""
        if "mute" in self._amounts:
            self.reset()
        self._amounts.clear()
        self._there.set()
        self._back.set()

    def reset(self) -> None:
        for each in list(self._connections):
            each.reset()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            _break(writer)
            return
        connection = _Connection(writer, far_writer)
        self._connections.add(connection)
        pumps = (
            asyncio.create_task(self._pump(reader, far_writer, self._there)),
            asyncio.create_task(self._pump(far_reader, writer, self._back)),
        )
        try:
            await asyncio.wait(pumps)
        finally:
            for pump in pumps:
                pump.cancel()
            self._connections.discard(connection)
            connection.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passes: asyncio.Event
    ) -> None:
        try:
            while data := await reader.read(_CHUNK):
                if passes is self._back and self._chance.random() < self._amounts.get("forget", 0):
                    _break(writer)
                    return
                for piece, wait in self._pieces(data):
                    if wait:
                        await asyncio.sleep(wait)
                    await passes.wait()
                    writer.write(piece)
                    await writer.drain()
            await passes.wait()
            writer.write_eof()
        except OSError:  # reset by one end: the other must hear of it too
            _break(writer)
        except RuntimeError:  # half closed meanwhile: what still comes is for nobody
            return

    def _pieces(self, data: bytes) -> Iterator[tuple[bytes, float]]:
        """What to write, and how many seconds to wait before each."""
        wait = self._amounts.get("latency", 0.0)
        wait += self._chance.uniform(0, self._amounts.get("jitter", 0.0))
        size = int(self._amounts.get("slice", 0)) or len(data)
        rate = self._amounts.get("rate", 0.0)
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            if rate:
                wait += len(piece) / rate
            yield piece, wait
            wait = _BETWEEN_SLICES if size < len(data) else 0.0


class _Connection:
    """Both ends of one forwarded connection."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self._near = near
        self._far = far

    def half_close(self) -> None:
        if self._near.can_write_eof() and not self._near.is_closing():
            self._near.write_eof()

    def reset(self) -> None:
        _break(self._near)
        _break(self._far)

    def close(self) -> None:
        self._near.close()
        self._far.close()


def _break(writer: asyncio.StreamWriter) -> None:
    """Close with RST, which is what a crash of the other machine looks like."""
    connection = writer.get_extra_info("socket")
    if connection is not None and not writer.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
