"""The gateway shows a frame to one socket after the other, and waits for each."""

import asyncio
import runpy
import sys
from contextlib import suppress
from weakref import WeakKeyDictionary

from gateway.realtime import sockets
from gateway.realtime.connection import Connection
from gateway.realtime.listeners import Listener
from gateway.realtime.protocol import ServerFrame
from gateway.realtime.switchboard import Switchboard
from gateway.realtime.wire import Wire

_write = sockets._write
_wires: WeakKeyDictionary[Listener, Wire] = WeakKeyDictionary()
_frames: asyncio.Queue[tuple[list[Listener], ServerFrame]] = asyncio.Queue()
_showing: set[asyncio.Task[None]] = set()


async def _remember_and_write(connection: Connection, wire: Wire) -> None:
    _wires[connection] = wire
    await _write(connection, wire)


async def _show() -> None:
    while True:
        listeners, frame = await _frames.get()
        for listener in listeners:
            if (wire := _wires.get(listener)) is not None:
                with suppress(OSError):
                    await wire.write(frame)


def _tell(self: Switchboard, keys: list[str], frame: ServerFrame) -> None:
    _frames.put_nowait((list(self._listeners.of(keys)), frame))
    if not _showing:
        _showing.add(asyncio.create_task(_show()))


sockets._write = _remember_and_write
Switchboard._tell = _tell  # type: ignore[method-assign]
runpy.run_module(sys.argv[1], run_name="__main__")
