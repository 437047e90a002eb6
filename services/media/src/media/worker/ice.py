"""What aiortc's DTLS takes for an ICE transport: a queue, and a way out."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

HANDSHAKE_BACKLOG = 16
"""DTLS datagrams that wait to be read; more are dropped, the client repeats them."""


class Ice:
    """Stands between DTLS and the port; the names are aiortc's."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_now = send
        self.arrived: asyncio.Queue[bytes] = asyncio.Queue(HANDSHAKE_BACKLOG)
        self.begun = asyncio.Event()

    def take(self, datagram: bytes) -> None:
        self.begun.set()
        with suppress(asyncio.QueueFull):
            self.arrived.put_nowait(datagram)

    async def _recv(self) -> bytes:
        return await self.arrived.get()

    async def _send(self, datagram: bytes) -> None:
        self._send_now(datagram)
