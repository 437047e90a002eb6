"""Once a second, a look at every open socket: who reads, who is there, who says something."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from gateway.realtime import protocol
from gateway.realtime.connection import Connection
from gateway.realtime.protocol import Close
from gateway.realtime.wire import Wire

EVERY = 1.0
"""Seconds between two looks.

Everything is counted in looks: a process that stood still has not looked, and does not
hold its own silence against its clients.
"""
_AT_ONCE = 500

WAITING = Gauge("convo_gateway_bytes_waiting", "Bytes that wait for clients to read.")


class Pulse:
    """The sockets that are looked at."""

    def __init__(self) -> None:
        self._watched: dict[Connection, Wire] = {}

    @contextmanager
    def watching(self, connection: Connection, wire: Wire) -> Iterator[None]:
        """Look at a socket meanwhile."""
        self._watched[connection] = wire
        try:
            yield
        finally:
            del self._watched[connection]

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Close the sockets of those who fell behind or are gone."""
        waiting = 0
        for number, (connection, wire) in enumerate(list(self._watched.items()), 1):
            waiting += connection.outgoing.size
            _look_at(connection, wire)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        WAITING.set(waiting)


def _look_at(connection: Connection, wire: Wire) -> None:
    connection.unspoken += 1
    unheard = wire.look()
    if connection.outgoing.look() >= protocol.OLDEST:
        connection.close(Close.TOO_SLOW, silent=unheard * EVERY)
    elif unheard >= protocol.GONE or connection.unspoken >= protocol.SILENCE:
        connection.close(Close.UNHEARD, silent=unheard * EVERY)
